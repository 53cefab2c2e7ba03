"""What is due is taken at the counter, stops the clock when it comes up later, and is given back by a leader."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from applications.actions.ending import stop, withdraw
from applications.actions.fees import unpaid_with_reason
from applications.actions.make_certified_copy import make_certified_copy
from applications.actions.pay import ask_payment, refund, take_fee
from applications.actions.receive import receive
from applications.enums import EventKind, PaymentState, State
from applications.ledger import dues_of, lines_owed, outstanding
from applications.models import Application, BankAccount, Payment
from centres.enums import Role
from centres.models import Centre
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.factories.applications import MONDAY, a_centre, a_dossier, a_draft, a_member, member_of
from tests.factories.certifications import a_missing_paper, an_approved_item
from tests.moments import hanoi

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]
LATER = MONDAY + timedelta(hours=3)


def _land(state: int = State.PROCESSING) -> Application:
    dossier = a_dossier(procedure="land_change_info", state=state)
    assert (dossier.payment_state, outstanding(dossier)) == (PaymentState.DUE, 28000)
    return dossier


def _take(dossier: Application, receipt: str = "BL01", amount: int = 28000, at: Any = LATER) -> Application:
    return take_fee(
        application=dossier,
        amount=amount,
        method="cash",
        receipt_number=receipt,
        at=at,
        acting_user=member_of(Role.COUNTER_OFFICER, dossier.received_at_centre),
    )


@pytest.mark.parametrize("state", [State.ACCEPTED, State.PROCESSING, State.SUPPLEMENT, State.DONE, State.RETURNED])
def test_the_counter_takes_the_fee_once(centre: Centre, state: int) -> None:
    paid = _take(_land(state))
    assert (paid.payment_state, outstanding(paid), paid.state) == (PaymentState.PAID, 0, state)
    event = paid.events.last()
    assert (event.kind, event.details["receipt"]) == (EventKind.PAID, "BL01")
    with pytest.raises(RuleBroken) as again:
        _take(paid, "BL02")
    assert again.value.code == "nothing_due"
    assert Payment.objects.count() == 1


def test_a_receipt_number_counts_once_in_a_centre_and_the_sum_is_the_one_shown(centre: Centre) -> None:
    _take(_land())
    other = _land()
    with pytest.raises(RuleBroken) as used:
        _take(other)
    assert (used.value.code, used.value.field) == ("receipt_used", "receipt_number")
    with pytest.raises(RuleBroken) as changed:
        _take(other, "BL02", amount=27000)
    assert changed.value.code == "amount_changed"
    with pytest.raises(NotAllowed):
        take_fee(
            application=other,
            amount=28000,
            method="cash",
            receipt_number="BL03",
            at=LATER,
            acting_user=a_member(Role.COUNTER_OFFICER, a_centre("chi-nhanh-4", "H26.30.4")),
        )


def test_dues_that_come_up_stop_the_clock_until_they_are_paid(centre: Centre) -> None:
    dossier = _take(_land())
    asked = ask_payment(
        application=dossier,
        name="Lệ phí trước bạ",
        amount=150000,
        at=hanoi("2026-11-25 09:00"),
        acting_user=dossier.handler,
    )
    assert (asked.state, asked.payment_state, outstanding(asked)) == (State.PAYMENT, PaymentState.DUE, 150000)
    assert not asked.is_overdue(hanoi("2027-01-01 09:00"))
    paid = _take(asked, "BL02", 150000, hanoi("2026-11-27 09:00"))
    assert (paid.state, paid.payment_state) == (State.PROCESSING, PaymentState.PAID)
    assert paid.due_at == hanoi("2026-12-02 17:00")
    assert not paid.pauses.filter(to_at=None).exists()


@pytest.mark.parametrize(("name", "amount", "code"), [(" ", 1, "name_empty"), ("Thuế", 0, "amount")])
def test_a_payment_is_asked_for_whole(centre: Centre, name: str, amount: int, code: str) -> None:
    dossier = _land()
    with pytest.raises(BadInput) as refusal:
        ask_payment(application=dossier, name=name, amount=amount, at=LATER, acting_user=dossier.handler)
    assert refusal.value.code == code


def test_a_leader_has_the_fee_given_back_with_a_reason_also_after_the_end(centre: Centre) -> None:
    leader = member_of(Role.LEADER, centre)
    ended = withdraw(
        application=_take(_land()),
        reason="Không cần nữa",
        at=LATER,
        acting_user=member_of(Role.COUNTER_OFFICER, centre),
    )
    assert ended.payment_state == PaymentState.PAID
    with pytest.raises(BadInput):
        refund(application=ended, reason="", method="cash", receipt_number="HT01", at=LATER, acting_user=leader)
    back = refund(
        application=ended,
        fallen=[line.pk for line in lines_owed(ended)],
        reason="Chưa thẩm định",
        method="transfer",
        receipt_number="HT01",
        at=LATER,
        acting_user=leader,
    )
    assert (back.payment_state, outstanding(back)) == (PaymentState.REFUNDED, 0)
    assert back.events.last().kind == EventKind.REFUNDED
    with pytest.raises(RuleBroken) as again:
        refund(application=back, reason="x", method="cash", receipt_number="HT02", at=LATER, acting_user=leader)
    assert again.value.code == "nothing_paid"


def test_what_was_never_paid_is_not_due_after_the_end(centre: Centre) -> None:
    ended = stop(application=_land(), reason="Trùng", at=LATER, acting_user=member_of(Role.LEADER, centre))
    assert (ended.payment_state, outstanding(ended)) == (PaymentState.VOID, 0)


def _with_a_copy() -> tuple[Application, Application]:
    """A dossier with a fee, and the copy that was certified for it at the desk."""
    draft = a_draft(procedure="land_change_info")
    item = an_approved_item(a_missing_paper(draft), pages=1, copies=1)
    make_certified_copy(item_id=item.pk, now=lambda: MONDAY)
    draft = Application.objects.get(pk=draft.pk)
    dossier = receive(application=draft, at=MONDAY, acting_user=draft.opened_by)
    return dossier, Application.objects.get(for_application=dossier)


def test_the_fee_of_a_copy_is_asked_for_with_the_dossier_it_was_made_for(as_: As, monday: None) -> None:
    dossier, copy = _with_a_copy()
    assert copy.state == State.RETURNED
    assert dues_of(dossier) == [(dossier, 28000), (copy, 2000)]
    assert copy.events.last().details["unpaid"] == 2000, "it went into the dossier, and not silently"
    with pytest.raises(RuleBroken, match=r"30\.000"):
        unpaid_with_reason(dossier, "")
    officer = as_(dossier.received_by)
    listed = officer.get(reverse("applications:worklist"), {"list": "fees-to-take"}).content.decode()
    assert dossier.code in listed and copy.code in listed
    desk = officer.get(reverse("applications:desk"), {"matter": dossier.pk}).content.decode()
    assert desk.count("?step=take-fee") == 2
    page = officer.get(reverse("applications:dossier", args=[dossier.pk])).content.decode()
    assert copy.code in page

    def take(row: Application, amount: int) -> str:
        typed = {"amount": amount, "method": "cash", "receipt_number": f"BL{row.pk}"}
        act = reverse("applications:dossier_act", args=[row.pk, "take-fee"])
        return officer.post(act, {f"take-fee-{name}": value for name, value in typed.items()}).url  # type: ignore[attr-defined]

    assert take(dossier, 28000).startswith(reverse("applications:dossier", args=[copy.pk]) + "?step=take-fee")
    assert take(copy, 2000) == reverse("applications:dossier", args=[dossier.pk])
    assert dues_of(Application.objects.get(pk=dossier.pk)) == []


def test_the_page_that_was_opened_to_take_the_fee_takes_it_with_its_main_key(as_: As, monday: None) -> None:
    dossier, officer = _land(State.DONE), as_(Role.COUNTER_OFFICER)
    url = reverse("applications:dossier", args=[dossier.pk])
    assert officer.get(url).context["next_key"] == "hand-over"
    assert officer.get(url, {"step": "take-fee"}).context["next_key"] == "take-fee"
    assert officer.get(url, {"step": "sign"}).context["next_key"] == "hand-over"
    act = reverse("applications:dossier_act", args=[dossier.pk, "take-fee"])
    assert officer.post(act, {"take-fee-amount": "28000"}).context["next_key"] == "take-fee"


def test_what_a_card_needs_is_said_at_once_and_is_not_called_optional(as_: As, monday: None) -> None:
    dossier, officer = _land(State.DONE), as_(Role.COUNTER_OFFICER)
    act = reverse("applications:dossier_act", args=[dossier.pk, "take-fee"])
    answer = officer.post(act, {"take-fee-amount": "28000", "take-fee-method": "card"})
    [form] = [form for verb, form in answer.context["steps"] if verb.key == "take-fee"]
    assert set(form.errors) == {"receipt_number", "reference"}
    for label in ("take-fee-reference", "hand-over-unpaid_reason"):
        words = answer.content.decode().partition(f'<label for="id_{label}">')[2].partition("</label>")[0]
        assert words and "optional" not in words


def test_the_pages_show_what_is_due_take_it_and_say_who_took_it(as_: As, client: Client, monday: None) -> None:
    BankAccount.objects.create(
        valid_from=date(2026, 1, 1), bank="970436", account="0011012345678", holder="TTPVHCC", source="thử"
    )
    dossier = _land()
    track = reverse("applications:ticket", args=[dossier.token])
    assert 'class="pay-code"' in client.get(track).content.decode()
    officer = as_(Role.COUNTER_OFFICER)
    url = reverse("applications:dossier", args=[dossier.pk])
    before = officer.get(url).content.decode()
    assert 'class="pay-code"' in before
    assert "chưa nộp phí" in before
    act = reverse("applications:dossier_act", args=[dossier.pk, "take-fee"])
    assert officer.post(act, {"take-fee-amount": "28000", "take-fee-method": "cash"}).status_code == 400
    typed = {"take-fee-amount": "28000", "take-fee-method": "cash", "take-fee-receipt_number": "BL77"}
    assert officer.post(act, typed).status_code == 302
    page = officer.get(url).content.decode()
    assert "BL77" in page
    assert "chưa nộp phí" not in page
    assert "pay-code" not in client.get(track).content.decode()
