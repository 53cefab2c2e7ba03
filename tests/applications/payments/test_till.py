"""The day closing of a cashier: what was booked against what was counted, signed twice, and never changed afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications.actions.close_till import Counted, close_till, correct_till, countersign_till
from applications.actions.pay import refund, take_fee
from applications.actions.print_till import print_till
from applications.enums import Method, State
from applications.ledger import lines_owed
from applications.models import ClosedPayment, Countersignature, DayClosing, Payment, RefusedCount
from applications.till import booked, counts_before, open_payments, open_tills, payments_of, to_countersign
from applications.till_day import needs_attention
from centres.enums import Role
from centres.models import Centre
from citizens.models import User
from portal import files
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.applications.printed import words_of
from tests.applications.test_at_once import together
from tests.factories.applications import MONDAY, a_centre, a_dossier, a_member, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
As = Callable[[Any], Client]
EVENING = MONDAY + timedelta(hours=7)


def _take(cashier: User, method: str = Method.CASH, number: str = "") -> Payment:
    dossier = a_dossier(procedure="land_change_info", state=State.PROCESSING)
    number = number or f"BL{Payment.objects.count()}"
    take_fee(
        application=dossier, amount=28_000, method=method, receipt_number=number,
        reference=f"ref {number}" if method == Method.CARD else "", at=MONDAY, acting_user=cashier,
    )  # fmt: skip
    return Payment.objects.get(receipt_number=number)


def _give_back(payment: Payment, method: str = Method.CASH) -> None:
    dossier = payment.application
    refund(
        application=dossier, fallen=[line.pk for line in lines_owed(dossier)], reason="Miễn", method=method,
        receipt_number=f"HT{payment.pk}", at=MONDAY, acting_user=member_of(Role.LEADER, dossier.competent),
    )  # fmt: skip


def _close(cashier: User, cash: int, *, card: int = 0, transfer: int = 0, **more: Any) -> DayClosing:
    centre = a_centre()
    last = max((row.pk for row in open_payments(centre, cashier)), default=0)
    counted = Counted(cash=cash, card=card, transfer=transfer, **more)
    return close_till(centre=centre, counted=counted, last=last, at=EVENING, acting_user=cashier)


@pytest.fixture
def cashier(centre: Centre) -> User:
    return member_of(Role.COUNTER_OFFICER, centre)


def test_a_closing_sums_up_what_each_cashier_took_and_gave_back_by_way_of_payment(cashier: User) -> None:
    other = a_member(Role.COUNTER_OFFICER, a_centre())
    for method in (Method.CASH, Method.CASH, Method.CARD, Method.TRANSFER):
        _take(cashier, method)
    _take(other)
    _give_back(Payment.objects.filter(cashier=cashier, method=Method.CASH).first())
    closing = _close(cashier, 28_000 + 200_000, card=28_000, transfer=28_000, change_money=200_000)
    assert (closing.taken_cash, closing.returned_cash, closing.expected_cash) == (56_000, 28_000, 228_000)
    assert (closing.expected_card, closing.expected_transfer, closing.differs) == (28_000, 28_000, False)
    assert payments_of(closing).count() == 5
    assert not open_payments(a_centre(), cashier).exists() and open_payments(a_centre(), other).count() == 1
    with pytest.raises(RuleBroken) as nothing:
        _close(cashier, 0)
    assert nothing.value.code == "nothing_booked"


def test_a_difference_is_explained_and_what_was_booked_since_is_looked_at_first(cashier: User) -> None:
    first = _take(cashier)
    with pytest.raises(BadInput) as differs:
        _close(cashier, 27_000)
    assert (differs.value.code, differs.value.field) == ("differs", "note")
    _take(cashier)
    with pytest.raises(RuleBroken) as since:
        close_till(centre=a_centre(), counted=Counted(28_000, 0, 0), last=first.pk, at=EVENING, acting_user=cashier)
    assert since.value.code == "booked_since"
    # Two ways of payment that make up for each other differ too.
    with pytest.raises(BadInput):
        _close(cashier, 28_000, card=28_000)
    closing = _close(cashier, 55_000, note="Trả thừa 1.000 đ tiền lẻ")
    assert (closing.difference, closing.differs) == (-1000, True)
    with pytest.raises(NotAllowed):
        _close(member_of(Role.SPECIALIST, a_centre()), 0)


def test_money_booked_after_the_closing_comes_into_the_next_one_of_the_day(cashier: User) -> None:
    _take(cashier)
    first = _close(cashier, 28_000)
    _take(cashier)
    second = _close(cashier, 28_000)
    assert (first.sequence, second.sequence, second.taken_cash) == (1, 2, 28_000)


def test_a_manager_signs_beside_and_nobody_signs_their_own(cashier: User) -> None:
    _take(cashier)
    closing, manager = _close(cashier, 28_000), member_of(Role.MANAGER, a_centre())
    assert list(to_countersign(a_centre())) == [closing]
    for somebody in (cashier, a_member(Role.MANAGER, a_centre("chi-nhanh-4", "H26.30.4"))):
        with pytest.raises(NotAllowed):
            countersign_till(closing=closing, note="", at=EVENING, acting_user=somebody)
    countersign_till(closing=closing, note="Đủ", at=EVENING, acting_user=manager)
    with pytest.raises(RuleBroken) as again:
        countersign_till(closing=closing, note="", at=EVENING, acting_user=manager)
    assert again.value.code == "signed_already" and not to_countersign(a_centre()).exists()


def test_a_mistake_is_corrected_by_a_row_of_its_own_that_is_signed_anew(cashier: User) -> None:
    _take(cashier)
    closing, manager = _close(cashier, 20_000, note="Thiếu"), member_of(Role.MANAGER, a_centre())
    countersign_till(closing=closing, note="", at=EVENING, acting_user=manager)
    right = Counted(28_000, 0, 0, note="Sót một tờ dưới khay")
    with pytest.raises(BadInput):
        correct_till(closing=closing, counted=Counted(28_000, 0, 0), at=EVENING, acting_user=cashier)
    with pytest.raises(NotAllowed):
        correct_till(closing=closing, counted=right, at=EVENING, acting_user=a_member(Role.COUNTER_OFFICER, a_centre()))
    anew = correct_till(closing=closing, counted=right, at=EVENING, acting_user=cashier)
    assert (anew.sequence, anew.differs, anew.taken_cash, anew.corrects) == (2, False, 28_000, closing)
    assert list(payments_of(anew)) == list(payments_of(closing)) and DayClosing.objects.get(pk=closing.pk).differs
    assert list(to_countersign(a_centre())) == [anew]
    for act in (
        lambda: correct_till(closing=closing, counted=right, at=EVENING, acting_user=cashier),
        lambda: countersign_till(closing=closing, note="", at=EVENING, acting_user=manager),
    ):
        with pytest.raises(RuleBroken) as later:
            act()
        assert later.value.code == "corrected_already"


def test_the_paper_is_kept_as_it_was_printed_and_says_who_signed(cashier: User) -> None:
    payment = _take(cashier, Method.CARD)
    closing = _close(cashier, 0, card=28_000)
    first = print_till(closing=closing, at=EVENING)
    said = words_of(files.read(first.sha256))
    for expected in ("Biên bản chốt quỹ", str(cashier), "28.000 đ", payment.receipt_number, payment.reference):
        assert expected.casefold() in said.casefold(), expected
    assert payment.application.applicant.full_name not in said
    assert print_till(closing=closing, at=EVENING) == first
    manager = member_of(Role.MANAGER, a_centre())
    countersign_till(closing=closing, note="Đã xem", at=EVENING, acting_user=manager)
    second = print_till(closing=closing, at=EVENING)
    assert second != first and "Đã xem" in words_of(files.read(second.sha256))
    assert closing.papers.count() == 2


def test_the_database_holds_that_a_payment_is_closed_once_and_a_difference_explained(cashier: User) -> None:
    payment = _take(cashier)
    closing = _close(cashier, 28_000)
    sums = dict.fromkeys(
        ("taken_cash", "returned_cash", "taken_card", "returned_card", "taken_transfer", "returned_transfer",
         "change_money", "counted_card", "counted_transfer"), 0,
    )  # fmt: skip
    bare = DayClosing(centre=closing.centre, cashier=cashier, day=closing.day, sequence=9, at=EVENING, **sums)
    bare.counted_cash = 1
    for row in (
        bare,
        ClosedPayment(closing=closing, payment=payment),
        Countersignature(closing=closing, cashier=cashier, by=cashier, at=EVENING),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()


def test_the_day_says_who_has_not_closed_and_what_waits(cashier: User) -> None:
    _take(cashier)
    centre = a_centre()
    assert [(one.cashier, one.total, one.is_late) for one in open_tills(centre, EVENING)] == [(cashier, 28_000, False)]
    assert needs_attention(centre, EVENING) == []
    late = needs_attention(centre, EVENING + timedelta(days=1))
    assert [severity for severity, _text, _url in late] == ["act"]
    _close(cashier, 28_000)
    assert [severity for severity, _text, _url in needs_attention(centre, EVENING)] == ["warn"]


def test_what_was_given_back_is_taken_off_an_open_till(cashier: User) -> None:
    first = _take(cashier)
    _take(cashier)
    _give_back(first)
    assert [(one.payments, one.total) for one in open_tills(a_centre(), EVENING)] == [(3, 28_000)]
    _close(cashier, 28_000)
    _give_back(_take(cashier), Method.TRANSFER)
    assert [one.total for one in open_tills(a_centre(), EVENING)] == [0]


@pytest.mark.usefixtures("monday")
def test_what_was_booked_is_shown_once_the_closing_is_recorded(as_: As, cashier: User) -> None:
    payment, officer, url = _take(cashier), as_(cashier), reverse("applications:till")
    before = officer.get(url).content.decode()
    assert payment.receipt_number in before and "28.000" not in before
    counted = {"cash": "27.000", "card": "0", "transfer": "0", "last": payment.pk}
    half = officer.post(url, {**counted, "card": ""})
    assert half.status_code == 400 and "28.000" not in half.content.decode()
    differs = officer.post(url, counted)
    assert differs.status_code == 400 and "28.000" not in differs.content.decode()
    [why] = differs.context["form"].errors["note"]
    assert "tiền mặt" in why and "thẻ" not in why
    label = differs.content.decode().partition('<label for="id_note">')[2].partition("</label>")[0]
    assert label and "optional" not in label
    assert officer.post(url, {**counted, "cash": "28.000"}).status_code == 302
    closing, kept = DayClosing.objects.get(), RefusedCount.objects.get()
    assert (closing.differs, kept.counted_cash, counts_before(closing)) == (False, 27_000, [kept])
    page = officer.get(reverse("applications:day_closing", args=[closing.pk])).content.decode()
    assert "28.000" in page and "27.000" in page
    paper = words_of(files.read(print_till(closing=closing, at=EVENING).sha256))
    assert "kiểm đếm trước" in paper and "27.000" in paper


def test_a_till_that_only_gave_back_is_closed_as_it_is(as_: As, cashier: User) -> None:
    payment = _take(cashier)
    _close(cashier, 28_000)
    _give_back(payment)
    last = open_payments(a_centre(), cashier).get().pk
    typed = {"cash": "-28.000", "card": "0", "transfer": "0", "last": last}
    assert as_(cashier).post(reverse("applications:till"), typed).status_code == 302
    closing = DayClosing.objects.order_by("pk").last()
    assert (closing.counted_cash, closing.change_money, closing.differs, closing.note) == (-28_000, 0, False, "")
    assert "−28.000" in words_of(files.read(print_till(closing=closing, at=EVENING).sha256))


@pytest.mark.usefixtures("monday")
def test_cashier_and_manager_do_it_on_their_pages(as_: As, centre: Centre) -> None:
    officer = as_(Role.COUNTER_OFFICER)
    cashier = member_of(Role.COUNTER_OFFICER, centre)
    payment = _take(cashier)
    page = officer.get(reverse("applications:till"))
    assert payment.receipt_number in page.content.decode() and page.context["form"].initial["last"] == payment.pk
    wrong = officer.post(
        reverse("applications:till"), {"cash": "27000", "card": "0", "transfer": "0", "last": payment.pk}
    )
    assert wrong.status_code == 400 and wrong.context["form"].errors["note"]
    typed = {"cash": "28000", "card": "0", "transfer": "0", "last": payment.pk}
    assert officer.post(reverse("applications:till"), typed).status_code == 302
    closing = DayClosing.objects.get()
    own = reverse("applications:day_closing", args=[closing.pk])
    assert officer.get(own).status_code == 200
    manager = as_(Role.MANAGER)
    listed = manager.get(reverse("applications:day_closings")).content.decode()
    assert own in listed
    assert manager.post(reverse("applications:countersign_day_closing", args=[closing.pk]), {}).status_code == 302
    assert Countersignature.objects.get().by == member_of(Role.MANAGER, centre)
    paper = manager.get(reverse("applications:day_closing_paper", args=[closing.pk]))
    assert b"".join(paper).startswith(b"%PDF")
    again = {"cash": "28000", "card": "0", "transfer": "0", "note": "Ghi nhầm tiền lẻ"}
    assert officer.post(reverse("applications:correct_day_closing", args=[closing.pk]), again).status_code == 302
    assert DayClosing.objects.count() == 2
    late = manager.post(reverse("applications:countersign_day_closing", args=[closing.pk]), {})
    assert late.status_code == 409 and 'role="alert"' in late.content.decode(), "its form is gone, its sentence is not"


def test_every_payment_is_in_one_closing_and_the_sums_are_those_of_its_payments(cashier: User) -> None:
    steps = st.lists(st.one_of(st.sampled_from(Method.values), st.just("back"), st.just("close")), max_size=8)

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps)
    def played(taken: list[str]) -> None:
        with transaction.atomic():
            for number, what in enumerate([*taken, "close"]):
                if what == "close":
                    if open_payments(a_centre(), cashier).exists():
                        _close(cashier, 10**7, note="đếm")
                elif what == "back":
                    owed = Payment.objects.filter(kind="paid", application__payment_state="paid").first()
                    if owed is not None:
                        _give_back(owed)
                else:
                    _take(cashier, what, f"N{number}")
            closings = list(DayClosing.objects.all())
            assert ClosedPayment.objects.count() == Payment.objects.count()
            for closing in closings:
                for one in booked(payments_of(closing)):
                    assert getattr(closing, f"taken_{one.method}") == one.taken
                    assert getattr(closing, f"returned_{one.method}") == one.returned
            assert sum(one.taken_cash + one.taken_card + one.taken_transfer for one in closings) == sum(
                row.amount for row in Payment.objects.filter(kind="paid")
            )
            transaction.set_rollback(True)

    played()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_one_day_closed_by_four_tabs_at_once_is_closed_once() -> None:
    cashier = member_of(Role.COUNTER_OFFICER, a_centre())
    _take(cashier)
    last = Payment.objects.get().pk

    def work(_number: int) -> str:
        try:
            close_till(
                centre=a_centre(), counted=Counted(28_000, 0, 0), last=last, at=EVENING,
                acting_user=User.objects.get(pk=cashier.pk),
            )  # fmt: skip
        except RuleBroken as refusal:
            return refusal.code
        return "closed"

    found = together(4, work)
    assert found.count("closed") == 1 and set(found) <= {"closed", "nothing_booked", "closed_already"}
    assert (DayClosing.objects.count(), ClosedPayment.objects.count()) == (1, 1)
