"""A receipt of a transfer stays as it was issued; it is cancelled by a row against it, and its money finds its dossier."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from applications.actions.cancel_receipt import cancel_receipt
from applications.actions.match_notice import match_by_hand
from applications.actions.pay import refund
from applications.enums import EventKind, Method, PaymentState, State
from applications.enums_bank import NoticeState, Outcome
from applications.ledger import outstanding, paid_so_far, surplus
from applications.models import Application, BankNotice, Payment
from applications.papers_out import drawn_from
from applications.till import told_by_bank
from centres.enums import Role
from centres.models import Centre
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.factories.applications import a_dossier, member_of
from tests.factories.bank import KEY, LATER, a_transfer, an_account, reference_of

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]


@pytest.fixture
def account(centre: Centre, settings: Any) -> Any:
    settings.BANK_NOTICE_KEYS = [KEY]
    return an_account(centre)


def _land() -> Application:
    return a_dossier(procedure="land_change_info", state=State.PROCESSING)


def _now(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def test_a_transfer_that_was_matched_wrongly_is_taken_out_and_goes_where_it_belongs(account: Any) -> None:
    wrong, right = _land(), _land()
    notice, manager = a_transfer("dong phi", 28_000), member_of(Role.MANAGER, account.centre)
    match_by_hand(notice=notice, code=wrong.code or "", at=LATER, acting_user=manager)
    payment, leader = wrong.payments.get(), member_of(Role.LEADER, account.centre)
    undone = cancel_receipt(application=wrong, payment=payment.pk, reason="Nhầm hồ sơ", at=LATER, acting_user=leader)
    assert (undone.payment_state, outstanding(undone), paid_so_far(undone)) == (PaymentState.DUE, 28_000, 0)
    assert undone.payment_requests.filter(ended_at=None).exists(), "it can be paid by a code again"
    against = Payment.objects.get(cancels=payment)
    assert (against.receipt_number, against.amount, against.cashier) == ("HBL-2026-0001", 28_000, None)
    assert _now(payment) == payment and drawn_from(wrong.issued_forms.get(number="BL")), "the receipt is as it was"
    _template, said = drawn_from(wrong.issued_forms.get(number="HB"))
    assert (said["cancels"], said["receipt"]) == (payment.receipt_number, "HBL-2026-0001")
    assert wrong.events.last().kind == EventKind.RECEIPT_UNDONE
    listed = BankNotice.objects.get()
    assert (listed.state, listed.outcome, listed.payment) == (NoticeState.LISTED, Outcome.CANCELLED, None)
    match_by_hand(notice=listed, code=right.code or "", at=LATER, acting_user=manager)
    assert _now(right).payment_state == PaymentState.PAID
    assert right.payments.get().reference == f"{notice.reference} (2)"
    assert right.payments.get().receipt_number == "BLDT-2026-0002"
    by_bank = told_by_bank(account.centre, LATER)
    assert (by_bank.count, by_bank.taken, by_bank.cancelled) == (2, 56_000, 28_000)


def test_it_is_cancelled_once_by_a_leader_with_a_reason_while_the_money_is_there(account: Any) -> None:
    dossier = _land()
    a_transfer(reference_of(dossier), 28_000)
    a_transfer(reference_of(dossier), 28_000)
    first, second = dossier.payments.order_by("sequence")
    leader, officer = member_of(Role.LEADER, account.centre), member_of(Role.COUNTER_OFFICER, account.centre)
    by: dict[str, Any] = {"application": dossier, "at": LATER, "acting_user": leader}
    with pytest.raises(NotAllowed):
        cancel_receipt(**by | {"acting_user": officer}, payment=first.pk, reason="x")
    with pytest.raises(BadInput):
        cancel_receipt(**by, payment=first.pk, reason=" ")
    refund(
        application=_now(dossier), reason="Nộp hai lần", method=Method.CASH, receipt_number="HT1", cashier=officer,
        at=LATER, acting_user=leader,
    )  # fmt: skip
    cancel_receipt(**by, payment=first.pk, reason="Nhầm")
    with pytest.raises(RuleBroken) as again:
        cancel_receipt(**by, payment=first.pk, reason="Nhầm")
    assert again.value.code == "cancelled_already"
    with pytest.raises(RuleBroken) as gone:
        cancel_receipt(**by, payment=second.pk, reason="Nhầm")
    assert gone.value.code == "given_back"
    assert (surplus(_now(dossier)), outstanding(_now(dossier))) == (0, 28_000)


def test_a_refund_names_the_receipts_that_still_stand(account: Any) -> None:
    dossier, leader = _land(), member_of(Role.LEADER, account.centre)
    for _each in range(3):
        a_transfer(reference_of(dossier), 28_000)
    second = dossier.payments.get(sequence=2)
    cancel_receipt(application=dossier, payment=second.pk, reason="Nhầm", at=LATER, acting_user=leader)
    back = refund(
        application=_now(dossier), reason="Nộp hai lần", method=Method.CASH, receipt_number="HT1",
        cashier=member_of(Role.COUNTER_OFFICER, account.centre), at=LATER, acting_user=leader,
    )  # fmt: skip
    said = back.issued_forms.get(number="HT").frozen
    assert (said["amount"], said["taken"], said["before"]) == (28_000, 56_000, [])
    assert said["receipts"] == ["BLDT-2026-0001", "BLDT-2026-0003"]


def test_the_pages_offer_it_and_show_transfers_apart_from_every_till(as_: As, account: Any, at_hanoi: Any) -> None:
    dossier = _land()
    a_transfer(reference_of(dossier), 28_000)
    at_hanoi("2026-11-23 14:00")
    leader = as_(member_of(Role.LEADER, account.centre))
    page = reverse("applications:dossier", args=[dossier.pk])
    assert "BLDT-2026-0001" in leader.get(page).content.decode()
    act = reverse("applications:dossier_act", args=[dossier.pk, "cancel-receipt"])
    typed = {"cancel-receipt-payment": dossier.payments.get().pk, "cancel-receipt-reason": "Nhầm hồ sơ"}
    till = as_(member_of(Role.COUNTER_OFFICER, account.centre)).get(reverse("applications:till")).content.decode()
    assert "data-by-bank" in till and "28.000" in till
    closings = as_(member_of(Role.MANAGER, account.centre)).get(reverse("applications:day_closings"))
    assert "28.000" in closings.content.decode()
    leader = as_(member_of(Role.LEADER, account.centre))
    assert leader.post(act, typed).status_code == 302
    assert _now(dossier).payment_state == PaymentState.DUE


def test_the_citizen_gets_the_receipt_and_what_cancels_it_on_the_phone(client: Client, account: Any) -> None:
    dossier = _land()
    a_transfer(reference_of(dossier), 28_000)
    page = client.get(reverse("applications:ticket", args=[dossier.token])).content.decode()
    form = dossier.issued_forms.get(number="BL")
    address = reverse("applications:public_form", args=[dossier.token, form.pk])
    assert address in page
    answer = client.get(address)
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF")
