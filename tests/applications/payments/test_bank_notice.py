"""The bank's word makes a payment, once, and only the bank's: signed, fresh, written down first, matched by a job."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications.actions.ending import withdraw
from applications.actions.match_notice import match_by_hand, match_notice, set_aside
from applications.actions.pay import refund, take_fee
from applications.actions.take_notice import take_notice
from applications.enums import EventKind, Method, PaymentState, State
from applications.enums_bank import NoticeSource, NoticeState, Outcome
from applications.history_words import told as told_event
from applications.ledger import outstanding, owed, paid_so_far, payment_state_of, surplus
from applications.models import Application, BankNotice, Payment
from applications.papers_out import drawn_from
from applications.payments.notices import read_notice
from applications.tasks import sweep_notices
from applications.till import open_tills
from applications.till_day import needs_attention
from centres.enums import Role
from centres.models import Centre
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.factories.applications import MONDAY, a_centre, a_dossier, a_member, member_of
from tests.factories.bank import KEY, LATER, a_body, a_transfer, an_account, reference_of, send, told_of

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]


@pytest.fixture(autouse=True)
def _connected(settings: Any, db: None) -> None:
    settings.BANK_NOTICE_KEYS = [KEY]


@pytest.fixture
def account(centre: Centre) -> Any:
    return an_account(centre)


def _land(state: int = State.PROCESSING) -> Application:
    return a_dossier(procedure="land_change_info", state=state)


def _now(dossier: Application) -> Application:
    return Application.objects.get(pk=dossier.pk)


# -- the door ------------------------------------------------------------------------------------------------------------


def test_a_signed_notice_is_kept_as_it_came_and_books_the_fee(client: Client, account: Any, at_hanoi: Any) -> None:
    dossier = _land()
    at_hanoi("2026-11-23 13:30")
    body = a_body(f"MBVCB.77. {reference_of(dossier)} chuyen tien", 28_000)
    answer = send(client, body)
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "known": False})
    notice = BankNotice.objects.get()
    assert (notice.state, notice.body) == (NoticeState.WAITING, body.decode())
    assert _now(dossier).payment_state == PaymentState.DUE, "row first; a job books it"
    match_notice(notice_id=notice.pk, at=LATER)
    match_notice(notice_id=notice.pk, at=LATER)
    assert _now(dossier).payment_state == PaymentState.PAID
    assert Payment.objects.count() == 1
    assert send(client, body).json() == {"ok": True, "known": True}
    assert BankNotice.objects.count() == 1


@pytest.mark.parametrize(
    ("how", "status", "why"),
    [
        ({"key": "another key"}, 401, "signature"),
        ({"signature": "é"}, 401, "signature"),
        ({"sent_at": MONDAY - timedelta(minutes=6)}, 401, "timestamp"),
        ({"sent_at": MONDAY + timedelta(minutes=6)}, 401, "timestamp"),
    ],
)
def test_what_is_not_signed_now_by_the_bank_leaves_nothing(
    client: Client, account: Any, monday: None, how: Any, status: int, why: str, caplog: Any
) -> None:
    body = a_body("MC", 28_000)
    if how.get("signature"):
        how = {"signature": "0" * 64}
    answer = send(client, body, **how)
    assert (answer.status_code, answer.json()["why"]) == (status, why)
    assert not BankNotice.objects.exists()
    assert "NGUYEN" not in caplog.text


def test_without_a_key_there_is_no_such_address(client: Client, settings: Any, monday: None) -> None:
    settings.BANK_NOTICE_KEYS = []
    assert send(client, a_body("x", 1)).status_code == 404
    assert client.get(reverse("applications:bank_notice")).status_code in (303, 405)


def test_a_new_key_and_the_old_one_hold_beside_each_other(client: Client, settings: Any, monday: None) -> None:
    settings.BANK_NOTICE_KEYS = ["the new one", KEY]
    assert send(client, a_body("x", 1)).status_code == 200


def test_the_same_number_with_another_sum_is_refused_and_the_first_stands(
    client: Client, account: Any, monday: None
) -> None:
    assert send(client, a_body("x", 1000)).status_code == 200
    assert send(client, a_body("x", 2000)).status_code == 409
    assert BankNotice.objects.get().amount == 1000


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"amount": 0}, "amount"), ({"amount": -5}, "amount"), ({"amount": True}, "amount"), ({"amount": 1.5}, "amount"),
        ({"amount": "28000"}, "amount"), ({"amount": 10**13}, "amount"), ({"currency": "USD"}, "currency"),
        ({"id": ""}, "id"), ({"id": "x" * 35}, "id"), ({"id": None}, "id"), ({"account": 5}, "account"),
        ({"at": "today"}, "at"), ({"at": "2026-11-23T10:00:00"}, "at"), ({"text": 5}, "text"),
    ],
)  # fmt: skip
def test_a_notice_that_is_none_is_refused_by_the_name_of_what_is_wrong(
    client: Client, monday: None, change: dict[str, Any], why: str
) -> None:
    sent = json.loads(a_body("x", 1000)) | change
    answer = send(client, json.dumps(sent).encode())
    assert (answer.status_code, answer.json()["why"]) == (400, why)


@given(body=st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode)))
def test_no_body_makes_the_reader_fall_over(body: bytes) -> None:
    try:
        read_notice(body)
    except ValueError:
        pass


# -- the roads -----------------------------------------------------------------------------------------------------------


def test_what_was_due_is_paid_with_a_receipt_of_its_own_number(account: Any, in_english: None) -> None:
    dossier = _land()
    notice = a_transfer(f"QR {reference_of(dossier)}", 28_000)
    paid = _now(dossier)
    assert (notice.outcome, paid.payment_state) == (Outcome.EXACT, PaymentState.PAID)
    payment = notice.payment
    assert payment is not None
    assert (payment.method, payment.amount, payment.cashier, payment.by) == (Method.TRANSFER, 28_000, None, None)
    assert payment.receipt_number == "BLDT-2026-0001"
    _template, said = drawn_from(paid.issued_forms.get(number="BL"))
    assert (said["receipt"], said["amount"], said["reference"]) == ("BLDT-2026-0001", "28.000 đ", notice.reference)
    assert said["left"] == said["too_much"] == ""
    assert told_event(paid.events.get(kind=EventKind.PAID)).sentence.startswith("The bank told of a transfer")
    assert open_tills(account.centre, LATER) == [], "it is in nobody's till"


def test_less_than_was_due_leaves_the_rest_with_a_code_of_its_own(account: Any) -> None:
    dossier = _land()
    first = reference_of(dossier)
    notice = a_transfer(first, 20_000)
    assert (notice.outcome, outstanding(_now(dossier))) == (Outcome.UNDER, 8_000)
    request = dossier.payment_requests.get(ended_at=None)
    assert (request.amount, request.reference != first) == (8_000, True)
    assert a_transfer(request.reference, 8_000).outcome == Outcome.EXACT
    assert _now(dossier).payment_state == PaymentState.PAID


def test_more_than_was_due_and_twice_are_given_back_by_a_leader(account: Any) -> None:
    dossier = _land()
    assert a_transfer(reference_of(dossier), 30_000).outcome == Outcome.OVER
    assert surplus(_now(dossier)) == 2_000
    assert a_transfer(reference_of(dossier), 28_000).outcome == Outcome.TWICE
    assert surplus(_now(dossier)) == 30_000
    back = refund(
        application=_now(dossier), reason="Chuyển khoản hai lần", method=Method.TRANSFER, receipt_number="HT1",
        cashier=member_of(Role.COUNTER_OFFICER, account.centre), at=LATER,
        acting_user=member_of(Role.LEADER, account.centre),
    )  # fmt: skip
    assert (back.payment_state, paid_so_far(back)) == (PaymentState.PAID, 28_000)


def test_paid_in_cash_first_and_then_by_the_code_is_twice(account: Any) -> None:
    dossier = _land()
    reference, officer = reference_of(dossier), member_of(Role.COUNTER_OFFICER, account.centre)
    take_fee(application=dossier, amount=28_000, method="cash", receipt_number="BL1", at=LATER, acting_user=officer)
    assert a_transfer(reference, 28_000).outcome == Outcome.TWICE
    assert surplus(_now(dossier)) == 28_000


def test_paid_after_the_dossier_was_withdrawn_is_all_to_be_given_back(account: Any) -> None:
    dossier = _land()
    reference, officer = reference_of(dossier), member_of(Role.COUNTER_OFFICER, account.centre)
    withdraw(application=dossier, reason="Không cần nữa", at=LATER, acting_user=officer)
    notice = a_transfer(reference, 28_000)
    ended = _now(dossier)
    assert (notice.outcome, ended.payment_state, surplus(ended)) == (Outcome.AFTER_END, PaymentState.OVER, 28_000)
    assert ended.state == State.WITHDRAWN


def test_a_refund_after_a_second_transfer_still_says_which_fee_fell(account: Any) -> None:
    from applications.actions.fees import lower_fee  # noqa: PLC0415

    dossier, leader = _land(), member_of(Role.LEADER, account.centre)
    a_transfer(reference_of(dossier), 28_000)
    lower_fee(
        application=dossier, line=dossier.fee_lines.get().pk, amount=14_000, reason="Hộ nghèo",
        at=LATER + timedelta(hours=1), acting_user=leader,
    )  # fmt: skip
    a_transfer(reference_of(dossier), 28_000, at=LATER + timedelta(hours=2))
    back = refund(
        application=_now(dossier), reason="Hộ nghèo", method="cash", receipt_number="HT1",
        cashier=member_of(Role.COUNTER_OFFICER, account.centre), at=LATER + timedelta(hours=3), acting_user=leader,
    )  # fmt: skip
    said = back.issued_forms.get(number="HT").frozen
    assert (said["amount"], [row["amount"] for row in said["gone"]]) == (42_000, [28_000])


def test_dues_that_stopped_the_clock_are_paid_by_the_bank_and_it_goes_on(account: Any) -> None:
    from applications.actions.pay import ask_payment  # noqa: PLC0415

    dossier = _land()
    a_transfer(reference_of(dossier), 28_000)
    dossier = _now(dossier)
    ask_payment(application=dossier, name="Trước bạ", amount=90_000, at=LATER, acting_user=dossier.handler)
    assert _now(dossier).state == State.PAYMENT
    assert a_transfer(reference_of(dossier), 90_000).outcome == Outcome.EXACT
    assert (_now(dossier).state, _now(dossier).payment_state) == (State.PROCESSING, PaymentState.PAID)


@pytest.mark.parametrize("words", ["tien nha thang 11", "MC1234567890123456", ""])
def test_what_names_no_dossier_waits_for_a_person(account: Any, words: str) -> None:
    notice = a_transfer(words, 28_000)
    assert (notice.state, notice.outcome, notice.payment) == (NoticeState.LISTED, Outcome.UNKNOWN, None)


def test_money_on_an_account_that_is_none_of_ours_is_not_booked_by_its_words(account: Any) -> None:
    dossier = _land()
    notice = a_transfer(reference_of(dossier), 28_000, account="999")
    assert (notice.state, notice.outcome) == (NoticeState.LISTED, Outcome.UNKNOWN)
    assert a_transfer(reference_of(dossier), 28_000).outcome == Outcome.EXACT


def test_two_references_are_nobodys_guess(account: Any) -> None:
    one, two = _land(), _land()
    notice = a_transfer(f"{reference_of(one)} {reference_of(two)}", 28_000)
    assert (notice.state, notice.outcome) == (NoticeState.LISTED, Outcome.SEVERAL)


def test_what_a_cashier_booked_under_the_banks_number_before_is_no_second_payment(account: Any, settings: Any) -> None:
    settings.BANK_NOTICE_KEYS = []
    dossier = _land()
    reference = reference_of(dossier)
    take_fee(
        application=dossier, amount=28_000, method="transfer", receipt_number="BL1", reference="FT777", at=LATER,
        acting_user=member_of(Role.COUNTER_OFFICER, account.centre),
    )  # fmt: skip
    notice = a_transfer(reference, 28_000, reference="FT777")
    assert (notice.state, notice.outcome) == (NoticeState.BOOKED, Outcome.BEFORE)
    assert Payment.objects.count() == 1 and _now(dossier).payment_state == PaymentState.PAID


def test_where_the_bank_tells_nobody_books_a_transfer_from_somebodys_word(account: Any) -> None:
    with pytest.raises(BadInput) as refusal:
        take_fee(
            application=_land(), amount=28_000, method="transfer", receipt_number="BL1", at=LATER,
            acting_user=member_of(Role.COUNTER_OFFICER, account.centre),
        )  # fmt: skip
    assert refusal.value.code == "by_notice"


def test_a_lost_job_is_found_by_the_sweep_and_one_that_falls_over_holds_up_no_other(account: Any) -> None:
    from portal.celery import app  # noqa: PLC0415

    woken: list[int] = []
    for number in range(3):
        take_notice(told=told_of("x", 1000 + number), body="", source=NoticeSource.NOTICE, at=LATER)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "send_task", lambda _name, ids, **_more: woken.extend(ids))
        patch.setattr(transaction, "on_commit", lambda work, **_more: work())
        sweep_notices()
    assert woken == list(BankNotice.objects.values_list("pk", flat=True))


# -- by hand -------------------------------------------------------------------------------------------------------------


def test_a_manager_matches_by_hand_on_the_same_roads(as_: As, account: Any, monday: None) -> None:
    dossier, notice = _land(), a_transfer("dong phi", 28_000)
    manager = as_(Role.MANAGER)
    page = manager.get(reverse("applications:bank")).content.decode()
    assert "NGUYEN VAN MAU" in page and "28.000" in page
    match = reverse("applications:bank_match", args=[notice.pk])
    assert manager.post(match, {"code": "H26.30.3-261123-9999"}).status_code == 400
    assert manager.post(match, {"code": (dossier.code or "").lower()}).status_code == 302
    assert _now(dossier).payment_state == PaymentState.PAID
    assert manager.post(match, {"code": dossier.code}).status_code == 409
    assert Payment.objects.get().by == member_of(Role.MANAGER, account.centre)


def test_the_managers_day_says_that_a_transfer_waits(account: Any, in_english: None) -> None:
    assert needs_attention(account.centre, LATER) == []
    a_transfer("dong phi", 28_000)
    assert [sentence for _how, sentence, _where in needs_attention(account.centre, LATER)] == [
        "1 transfer has found no dossier."
    ]
    assert needs_attention(a_centre("chi-nhanh-4", "H26.30.4"), LATER) == []


def test_what_was_for_no_dossier_leaves_the_list_with_a_word(account: Any) -> None:
    notice, manager = a_transfer("nham", 5_000), member_of(Role.MANAGER, account.centre)
    with pytest.raises(BadInput):
        set_aside(notice=notice, note=" ", at=LATER, acting_user=manager)
    set_aside(notice=notice, note="Ngân hàng đã chuyển trả", at=LATER, acting_user=manager)
    with pytest.raises(RuleBroken):
        match_by_hand(notice=notice, code="", at=LATER, acting_user=manager)


def test_another_centres_manager_sees_and_settles_none_of_it(as_: As, account: Any, monday: None) -> None:
    notice = a_transfer("dong phi", 28_000)
    other = a_member(Role.MANAGER, a_centre("chi-nhanh-4", "H26.30.4"))
    assert "NGUYEN" not in as_(other).get(reverse("applications:bank")).content.decode()
    assert as_(other).post(reverse("applications:bank_match", args=[notice.pk]), {"code": "x"}).status_code == 404
    with pytest.raises(NotAllowed):
        set_aside(notice=notice, note="x", at=LATER, acting_user=other)


def test_the_citys_account_is_the_city_administrators(as_: As, centre: Centre, monday: None) -> None:
    an_account()
    dossier, notice = _land(), a_transfer("dong phi", 28_000)
    assert "NGUYEN" not in as_(Role.MANAGER).get(reverse("applications:bank")).content.decode()
    city = a_member(Role.CITY_ADMIN)
    match_by_hand(notice=notice, code=dossier.code or "", at=LATER, acting_user=city)
    assert _now(dossier).payment_state == PaymentState.PAID


@pytest.mark.parametrize("many", [1, 20])
def test_the_list_asks_as_often_for_one_as_for_many(
    as_: As, account: Any, monday: None, many: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(many):
        a_transfer(f"dong phi {number}", 1000 + number)
    manager = as_(Role.MANAGER)
    address = reverse("applications:bank")
    manager.get(address)
    with django_assert_max_num_queries(14):
        assert manager.get(address).content.decode().count('id="notice-') == many


# -- what can never be -----------------------------------------------------------------------------------------------------


def test_the_database_keeps_one_notice_a_number_and_one_payment_a_notice(account: Any) -> None:
    dossier = _land()
    notice = a_transfer(reference_of(dossier), 28_000)
    other = a_transfer("x", 1)
    for wrong in ({"payment": notice.payment, "state": "booked"}, {"state": "aside"}, {"amount": 0}, {"state": "booked"},
                  {"reference": notice.reference}):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            BankNotice.objects.filter(pk=other.pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.create(
            application=dossier, kind="paid", method="cash", amount=1, receipt_number="x", sequence=9, held=1, at=LATER,
            centre=account.centre,
        )  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(
    st.one_of(st.tuples(st.just("transfer"), st.integers(1, 60_000)), st.tuples(st.just("again"), st.integers(0, 5)),
              st.tuples(st.sampled_from(["cash", "refund", "end"]), st.just(0))), max_size=8))  # fmt: skip
def test_whatever_comes_in_whatever_order_every_dong_is_booked_once(account: Any, steps: list[tuple[str, int]]) -> None:
    with transaction.atomic():
        dossier, officer, leader = (
            _land(),
            member_of(Role.COUNTER_OFFICER, account.centre),
            member_of(Role.LEADER, account.centre),
        )
        came, cash, back = {}, 0, 0
        for number, (step, value) in enumerate(steps):
            row = _now(dossier)
            if step == "transfer":
                notice = a_transfer(reference_of(dossier), value)
                came[notice.pk] = value
            elif step == "again" and came:
                match_notice(notice_id=list(came)[value % len(came)], at=LATER)
            elif step == "cash" and (due := outstanding(row)):
                take_fee(application=row, amount=due, method="cash", receipt_number=f"B{number}", at=LATER,
                         acting_user=officer)  # fmt: skip
                cash += due
            elif step == "refund" and (more := surplus(row)):
                refund(application=row, reason="x", method="cash", receipt_number=f"H{number}", cashier=officer,
                       at=LATER, acting_user=leader)  # fmt: skip
                back += more
            elif step == "end" and row.state not in (State.WITHDRAWN,):
                withdraw(application=row, reason="x", at=LATER, acting_user=officer)
        row = _now(dossier)
        assert paid_so_far(row) == sum(came.values()) + cash - back >= 0
        assert row.payment_state == payment_state_of(row)
        assert outstanding(row) - surplus(row) == owed(row) - paid_so_far(row)
        assert row.payment_requests.filter(ended_at=None).count() == bool(outstanding(row))
        assert all(row.payment_id for row in BankNotice.objects.filter(pk__in=came))
        transaction.set_rollback(True)
