"""The code to pay stands where people stand, asks for what is due now, and is never taken for a payment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from applications.actions.ending import withdraw
from applications.actions.fees import lower_fee
from applications.actions.pay import ask_payment, take_fee
from applications.actions.request_payment import renew_request
from applications.documents import receipt_said
from applications.enums import PaymentState, State
from applications.ledger import outstanding
from applications.models import Application, BankAccount, PaymentRequest
from applications.papers_out import drawn_from
from applications.payments.reference import PREFIX, grouped, new_reference, references_in
from applications.second_screen import screen_of
from centres.enums import Role
from centres.models import Centre, Counter
from portal.errors import RuleBroken
from tests.factories.applications import MONDAY, a_dossier, member_of

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]
LATER = MONDAY + timedelta(hours=3)


@pytest.fixture
def account(db: None) -> BankAccount:
    return BankAccount.objects.create(
        valid_from=date(2026, 1, 1), bank="970436", account="0011012345678", holder="TTPVHCC", source="thử"
    )


def _land(**more: Any) -> Application:
    return a_dossier(procedure="land_change_info", **more)


def _open(dossier: Application) -> PaymentRequest:
    return dossier.payment_requests.get(ended_at=None)


@given(body=st.integers(0, 10**14 - 1), before=st.text(max_size=30), after=st.text(max_size=30))
def test_a_reference_is_found_in_whatever_the_bank_writes_around_it(body: int, before: str, after: str) -> None:
    reference = f"{PREFIX}{body:014}{98 - body * 100 % 97:02}"
    assert reference in references_in(f"{before} {reference.lower()} {after}")
    assert reference in references_in(f"{before}{grouped(reference)}{after}")


@given(at=st.integers(0, 15), digit=st.integers(1, 9))
def test_a_wrong_digit_is_no_reference(at: int, digit: int) -> None:
    digits = new_reference().removeprefix(PREFIX)
    wrong = digits[:at] + str((int(digits[at]) + digit) % 10) + digits[at + 1 :]
    assert references_in(f"{PREFIX}{wrong}") == []


@given(at=st.integers(0, 14))
def test_two_digits_that_changed_places_are_no_reference(at: int) -> None:
    digits = new_reference().removeprefix(PREFIX)
    swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
    assert (references_in(f"{PREFIX}{swapped}") == []) == (digits[at] != digits[at + 1])


def test_a_receipt_asks_for_its_fee_by_one_code_and_a_fee_of_nothing_by_none(centre: Centre, account: Any) -> None:
    dossier = _land()
    request = _open(dossier)
    assert (request.amount, request.account) == (28_000, "0011012345678")
    assert request.last_day == date(2026, 12, 8)
    _template, said = drawn_from(dossier.issued_forms.get(number="01"))
    assert (said["pay_reference"], said["pay_amount"]) == (grouped(request.reference), "28.000 đ")
    assert said["pay_until"] == "08/12/2026"
    assert dossier.payment_state == PaymentState.DUE, "a code that was shown is no payment"
    free = a_dossier(procedure="birth")
    assert not free.payment_requests.exists()
    assert "pay_qr" not in drawn_from(free.issued_forms.get(number="01"))[1]


def test_a_receipt_that_is_printed_anew_carries_no_code_whose_time_is_over(centre: Centre, account: Any) -> None:
    dossier = _land()
    assert "pay" in receipt_said(dossier, MONDAY + timedelta(days=15))
    assert "pay" not in receipt_said(dossier, MONDAY + timedelta(days=16))


def test_without_an_account_nothing_can_be_transferred(centre: Centre) -> None:
    dossier = _land()
    assert not dossier.payment_requests.exists()
    with pytest.raises(RuleBroken) as refusal:
        renew_request(application=dossier, at=LATER)
    assert refusal.value.code == "no_code"


def test_the_code_follows_what_is_due(centre: Centre, account: Any) -> None:
    dossier = _land(state=State.PROCESSING)
    first = _open(dossier)
    take_fee(
        application=dossier, amount=28_000, method="cash", receipt_number="BL1", at=LATER,
        acting_user=member_of(Role.COUNTER_OFFICER, centre),
    )  # fmt: skip
    assert not dossier.payment_requests.filter(ended_at=None).exists()
    dossier = Application.objects.get(pk=dossier.pk)
    ask_payment(application=dossier, name="Trước bạ", amount=90_000, at=LATER, acting_user=dossier.handler)
    second = _open(dossier)
    assert (second.amount, second.reference != first.reference) == (90_000, True)
    line = dossier.fee_lines.get(amount=90_000)
    lower_fee(
        application=dossier, line=line.pk, amount=45_000, reason="Giảm", at=LATER,
        acting_user=member_of(Role.LEADER, centre),
    )  # fmt: skip
    assert _open(dossier).amount == 45_000
    withdraw(application=dossier, reason="Thôi", at=LATER, acting_user=member_of(Role.COUNTER_OFFICER, centre))
    assert not dossier.payment_requests.filter(ended_at=None).exists()
    assert dossier.payment_requests.count() == 3, "what was shown stays known"


def test_a_code_that_holds_no_more_is_renewed_when_somebody_asks(
    client: Client, centre: Centre, account: Any, at_hanoi: Any
) -> None:
    dossier = _land()
    first = _open(dossier)
    page, picture = (reverse(f"applications:{name}", args=[dossier.token]) for name in ("ticket", "pay_picture"))
    at_hanoi("2026-12-08 16:00")
    shown = client.get(page).content.decode()
    assert "quét mã" in shown
    assert grouped(first.reference) in shown and "08/12/2026" in shown and "28.000" in shown
    assert client.get(picture).content.startswith(b"\x89PNG")
    at_hanoi("2026-12-09 08:00")
    assert grouped(first.reference) not in client.get(page).content.decode()
    assert client.get(picture).status_code == 404
    ask = reverse("applications:ask_pay_code", args=[dossier.token])
    assert ask in client.get(page).content.decode()
    assert client.get(ask).status_code == 303, "a code is not made by looking"
    assert client.post(ask).status_code == 302
    second = _open(dossier)
    assert second.reference != first.reference
    assert client.post(ask).status_code == 302
    assert _open(dossier) == second, "asked for twice it is the same"
    assert grouped(second.reference) in client.get(page).content.decode()
    assert outstanding(Application.objects.get(pk=dossier.pk)) == 28_000


def test_the_desk_and_the_dossier_show_the_code_and_say_paid_by_themselves(
    as_: As, centre: Centre, account: Any, monday: None
) -> None:
    dossier = _land(state=State.DONE)
    officer = as_(Role.COUNTER_OFFICER)
    reference = grouped(_open(dossier).reference)
    part = reverse("applications:paying", args=[dossier.pk])
    assert reference in officer.get(reverse("applications:dossier", args=[dossier.pk])).content.decode()
    at_desk = officer.get(part, {"desk": "1"})
    assert reference in at_desk.content.decode() and "take-fee" in at_desk.content.decode()
    assert officer.get(part, {"desk": "1"}, headers={"If-None-Match": at_desk["ETag"]}).status_code == 304
    take_fee(
        application=dossier, amount=28_000, method="cash", receipt_number="BL1", at=MONDAY,
        acting_user=member_of(Role.COUNTER_OFFICER, centre),
    )  # fmt: skip
    after = officer.get(part, {"desk": "1"}).content.decode()
    assert "data-paid-now" in after and reference not in after


def test_the_citizens_screen_shows_the_code_until_the_next_person_comes(centre: Centre, account: Any) -> None:
    dossier = _land()
    assert dossier.matter is not None
    counter = Counter.objects.get(pk=dossier.matter.ticket.counter_id)
    shown = screen_of(counter, MONDAY + timedelta(minutes=1))
    assert shown.to_pay is not None and shown.to_pay.dossier == dossier
    assert screen_of(counter, MONDAY + timedelta(minutes=10)).to_pay is None


def test_who_may_not_see_the_dossier_learns_nothing_of_its_code(as_: As, centre: Centre, account: Any) -> None:
    from tests.factories.applications import a_centre, a_member  # noqa: PLC0415

    dossier = _land()
    other = as_(a_member(Role.COUNTER_OFFICER, a_centre("chi-nhanh-4", "H26.30.4")))
    assert other.get(reverse("applications:paying", args=[dossier.pk])).status_code == 404
    assert other.post(reverse("applications:pay_code", args=[dossier.pk])).status_code == 404
