"""What was paid beyond what is owed is given back, and nothing else; what fell away is never owed again."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications.actions.ending import stop
from applications.actions.fees import lower_fee
from applications.actions.issue_receipt import issue_receipt
from applications.actions.pay import ask_payment, refund, take_fee
from applications.actions.refuse_certification import refuse_certification
from applications.enums import EventKind, Method, PaymentState, State
from applications.ledger import lines_owed, outstanding, owed, paid_so_far, payment_state_of, surplus
from applications.models import Application, FeeLine, Payment
from applications.papers_out import REFUND
from applications.tracking import find_visit
from centres.enums import Role
from portal import files
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.applications.notarisation.test_requests import items_in, received
from tests.applications.printed import words_of
from tests.factories.applications import MONDAY, a_dossier, member_of
from tests.factories.certifications import a_request, signer_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


BEFORE = MONDAY - timedelta(minutes=5)


def paid(*titles: str) -> Application:
    """A request whose documents are all paid for, 2.000 đ each."""
    dossier = received(a_request(*titles))
    return take_fee(
        application=dossier, amount=2000 * len(titles), method=Method.CASH, receipt_number=f"BL{dossier.pk}",
        at=BEFORE, acting_user=dossier.received_by,
    )  # fmt: skip


def give_back(dossier: Application, number: str = "HT1", **more: Any) -> Application:
    leader = member_of(Role.LEADER, dossier.competent)
    return refund(
        application=dossier, reason="Từ chối chứng thực", method=Method.CASH, receipt_number=number,
        acting_user=leader, **{"at": MONDAY, **more},
    )  # fmt: skip


def refuse(dossier: Application, number: int) -> None:
    item = items_in(dossier)[number]
    refuse_certification(item=item, ground="private", reason="giấy tay", at=MONDAY, acting_user=signer_for(item))


def test_only_what_was_paid_for_the_refused_document_is_given_back() -> None:
    dossier = paid("Giấy khai sinh", "Học bạ")
    refuse(dossier, 0)
    back = give_back(dossier)
    assert Payment.objects.get(receipt_number="HT1").amount == 2000
    assert (back.payment_state, outstanding(back)) == (PaymentState.PAID, 0)
    with pytest.raises(RuleBroken) as again:
        give_back(back, "HT2")
    assert again.value.code == "nothing_paid"


def test_a_paid_request_shows_that_too_much_was_paid_until_it_is_given_back() -> None:
    dossier = paid("Giấy khai sinh", "Học bạ")
    refuse(dossier, 1)
    dossier = Application.objects.get(pk=dossier.pk)
    assert (dossier.payment_state, surplus(dossier), outstanding(dossier)) == (PaymentState.OVER, 2000, 0)
    with pytest.raises(RuleBroken) as other:
        give_back(dossier, seen=4000)
    assert other.value.code == "amount_changed"
    back = give_back(dossier, seen=2000)
    paper = back.issued_forms.get(number=REFUND)
    assert (paper.frozen["amount"], paper.frozen["taken"], paper.frozen["owed"]) == (2000, 4000, 2000)
    assert [row["amount"] for row in paper.frozen["gone"]] == [2000]
    said = words_of(files.read(issue_receipt(form=paper, at=MONDAY).sha256))
    assert "hoàn trả" in said.casefold() and "2.000" in said and "HT1" in said and "Học bạ" in said


def test_each_refunds_paper_says_what_it_is_for_and_what_was_given_back_before() -> None:
    dossier = paid("Giấy khai sinh", "Học bạ", "Bằng lái xe")
    refuse(dossier, 0)
    give_back(dossier)
    later = MONDAY + timedelta(hours=1)
    item = items_in(dossier)[1]
    refuse_certification(item=item, ground="private", reason="x", at=later, acting_user=signer_for(item))
    back = give_back(dossier, "HT2", at=later)
    said = back.issued_forms.get(number=REFUND, sequence=2).frozen
    assert [row["name"].rpartition(": ")[2] for row in said["gone"]] == ["Học bạ"]
    assert (said["taken"], said["owed"], said["amount"]) == (6000, 2000, 2000)
    assert said["before"] == [{"amount": 2000, "voucher": "HT1"}]
    paper = words_of(files.read(issue_receipt(form=back.issued_forms.get(number=REFUND, sequence=2), at=later).sha256))
    assert "6.000 đ" in paper and "HT1" in paper and "Giấy khai sinh" not in paper


def test_a_voucher_that_was_used_is_called_a_voucher() -> None:
    dossier, other = paid("Giấy khai sinh"), paid("Học bạ")
    for one in (dossier, other):
        refuse(one, 0)
    give_back(dossier)
    with pytest.raises(RuleBroken, match="voucher number was used for another refund"):
        give_back(other)


@pytest.mark.usefixtures("monday")
@pytest.mark.parametrize(("is_paid", "says"), [(True, True), (False, False)])
def test_lowering_a_fee_speaks_of_giving_back_only_where_something_was_paid(
    as_: Any, is_paid: bool, says: bool
) -> None:
    dossier = _land() if is_paid else a_dossier(procedure="land_change_info", state=State.PROCESSING)
    act = reverse("applications:dossier_act", args=[dossier.pk, "lower-fee"])
    typed = {"lower-fee-line": lines_owed(dossier)[0].pk, "lower-fee-lowered": "14000", "lower-fee-reason": "Miễn"}
    page = as_(Role.LEADER).post(act, typed, follow=True)
    [said] = [str(message) for message in page.context["messages"]]
    assert ("hoàn trả" in said) is says


@pytest.mark.usefixtures("monday")
def test_the_citizen_reads_first_that_money_is_to_be_fetched_or_paid() -> None:
    dossier = paid("Giấy khai sinh", "Học bạ")
    refuse(dossier, 0)
    unpaid = received(a_request("Bằng lái xe"))
    for one, words in ((dossier, "You get 2.000 đ back"), (unpaid, "Please pay 2.000 đ")):
        visit = find_visit(one.token, MONDAY)
        assert visit is not None
        assert visit.dossiers[0].todo.title.startswith(words)


@pytest.mark.usefixtures("monday")
def test_who_may_decide_finds_the_dossier_and_gives_the_surplus_back_on_its_page(as_: Any, client: Client) -> None:
    dossier = paid("Giấy khai sinh", "Học bạ")
    refuse(dossier, 1)
    leader = as_(Role.LEADER)
    listed = leader.get(reverse("applications:worklist"), {"list": "to-give-back"}).content.decode()
    assert dossier.code in listed
    page = leader.get(reverse("applications:dossier", args=[dossier.pk])).content.decode()
    assert "phải hoàn trả: 2.000" in page
    assert "2.000" in client.get(reverse("applications:ticket", args=[dossier.token])).content.decode()
    act = reverse("applications:dossier_act", args=[dossier.pk, "refund"])
    typed = {"refund-surplus": "2000", "refund-reason": "Từ chối chứng thực", "refund-method": "cash",
             "refund-receipt_number": "HT9", "refund-cashier": dossier.received_by_id}  # fmt: skip
    assert leader.post(act, {**typed, "refund-surplus": "4000"}).status_code == 409
    assert leader.post(act, typed).status_code == 302
    assert Payment.objects.get(receipt_number="HT9").amount == 2000
    page = leader.get(reverse("applications:dossier", args=[dossier.pk])).content.decode()
    assert "Phiếu hoàn trả phí, lệ phí" in page and "phải hoàn trả" not in page
    paper = dossier.issued_forms.get(number=REFUND)
    public = client.get(reverse("applications:public_form", args=[dossier.token, paper.pk]))
    assert public.status_code == 200 and public.content.startswith(b"%PDF")


@pytest.mark.usefixtures("monday")
@pytest.mark.parametrize(("phone", "said"), [("0912345678", "đã báo"), ("", "không báo được")])
def test_the_page_says_whether_anybody_could_be_told_of_a_refund(as_: Any, phone: str, said: str) -> None:
    dossier = paid("Giấy khai sinh", "Học bạ")
    refuse(dossier, 1)
    Application.objects.filter(pk=dossier.pk).update(contact_phone=phone, contact_email="")
    leader, act = as_(Role.LEADER), reverse("applications:dossier_act", args=[dossier.pk, "refund"])
    typed = {"refund-surplus": "2000", "refund-reason": "Từ chối chứng thực", "refund-method": "cash",
             "refund-receipt_number": "", "refund-cashier": dossier.received_by_id}  # fmt: skip
    assert "Ghi số phiếu hoàn tiền" in leader.post(act, typed).content.decode()
    page = leader.post(act, {**typed, "refund-receipt_number": "HT9"}, follow=True).content.decode()
    assert said in page.casefold()


def _land(state: int = State.PROCESSING) -> Application:
    dossier = a_dossier(procedure="land_change_info", state=state)
    return _take(dossier, 28000)


def _take(dossier: Application, amount: int) -> Application:
    return take_fee(
        application=dossier, amount=amount, method=Method.CASH, receipt_number=f"BL{Payment.objects.count()}",
        at=MONDAY, acting_user=member_of(Role.COUNTER_OFFICER, dossier.competent),
    )  # fmt: skip


def test_a_fee_that_was_given_back_is_not_charged_again_with_later_dues() -> None:
    dossier = _land()
    back = give_back(dossier, fallen=[dossier.fee_lines.get().pk])
    assert back.payment_state == PaymentState.REFUNDED
    asked = ask_payment(application=back, name="Lệ phí trước bạ", amount=150_000, at=MONDAY, acting_user=back.handler)
    assert (asked.payment_state, outstanding(asked)) == (PaymentState.DUE, 150_000)
    paid_all = _take(asked, 150_000)
    assert (paid_all.payment_state, paid_so_far(paid_all), owed(paid_all)) == (PaymentState.PAID, 150_000, 150_000)
    assert paid_all.fee_lines.filter(fell_why="Từ chối chứng thực").count() == 1


def test_a_paid_fee_that_lives_on_is_not_given_back() -> None:
    with pytest.raises(RuleBroken) as refusal:
        give_back(_land())
    assert refusal.value.code == "nothing_paid"
    dossier = _land()
    with pytest.raises(RuleBroken) as gone:
        give_back(dossier, fallen=[0])
    assert (gone.value.code, gone.value.field) == ("line_gone", "fallen")


def _lower(dossier: Application, amount: int, reason: str = "Người có công, được miễn") -> Application:
    line = lines_owed(dossier)[0].pk
    leader = member_of(Role.LEADER, dossier.competent)
    return lower_fee(application=dossier, line=line, amount=amount, reason=reason, at=MONDAY, acting_user=leader)


def test_an_exemption_granted_afterwards_leaves_the_rest_to_give_back() -> None:
    dossier = _lower(_land(), 14_000)
    assert (dossier.payment_state, surplus(dossier)) == (PaymentState.OVER, 14_000)
    assert [(line.amount, line.is_due) for line in dossier.fee_lines.all()] == [(28_000, False), (14_000, True)]
    assert dossier.events.last().kind == EventKind.FEE_LOWERED
    back = give_back(dossier)
    assert (paid_so_far(back), back.payment_state) == (14_000, PaymentState.PAID)
    for amount, reason, code in ((14_000, "x", "amount"), (-1, "x", "amount"), (0, " ", "reason_empty")):
        with pytest.raises(BadInput) as refusal:
            _lower(back, amount, reason)
        assert refusal.value.code == code
    with pytest.raises(NotAllowed):
        lower_fee(
            application=back, line=lines_owed(back)[0].pk, amount=0, reason="x", at=MONDAY, acting_user=back.handler
        )


def test_a_waived_fee_lets_the_clock_go_on_and_what_was_paid_too_much_covers_later_dues() -> None:
    dossier = _land()
    asked = ask_payment(application=dossier, name="Thuế", amount=9000, at=MONDAY, acting_user=dossier.handler)
    leader = member_of(Role.LEADER, asked.competent)
    line = asked.fee_lines.get(amount=9000).pk
    waived = lower_fee(application=asked, line=line, amount=0, reason="Miễn", at=MONDAY, acting_user=leader)
    assert (waived.state, waived.payment_state) == (State.PROCESSING, PaymentState.PAID)
    assert not waived.pauses.filter(to_at=None).exists()
    less = _lower(waived, 20_000)
    covered = ask_payment(application=less, name="Thuế", amount=5000, at=MONDAY, acting_user=less.handler)
    assert (covered.state, surplus(covered)) == (State.PROCESSING, 3000)


def test_the_citizen_reads_which_fee_was_lowered_and_from_what(client: Client) -> None:
    dossier = _lower(_land(), 14_000)
    name = dossier.fee_lines.first().name["vi"]
    page = client.get(reverse("applications:ticket", args=[dossier.token])).content.decode()
    assert f"{name}: từ 28.000 đ còn 14.000 đ" in page


def test_what_was_not_paid_before_the_end_is_not_set_against_what_is_given_back() -> None:
    dossier = _land()
    asked = ask_payment(application=dossier, name="Thuế", amount=150_000, at=MONDAY, acting_user=dossier.handler)
    ended = stop(application=asked, reason="Trùng", at=MONDAY, acting_user=member_of(Role.LEADER, asked.competent))
    assert (ended.payment_state, owed(ended), outstanding(ended)) == (PaymentState.PAID, 28_000, 0)
    back = give_back(ended, fallen=[lines_owed(ended)[0].pk])
    assert Payment.objects.get(kind="back").amount == 28_000
    assert (back.payment_state, owed(back)) == (PaymentState.REFUNDED, 0)


def test_a_lowered_fee_keeps_the_place_of_the_one_that_was_paid() -> None:
    dossier = _land()
    asked = ask_payment(application=dossier, name="Thẩm định", amount=100_000, at=MONDAY, acting_user=dossier.handler)
    less = _lower(_lower(asked, 26_000), 25_000)
    assert [line.amount for line in lines_owed(less)] == [25_000, 100_000]
    ended = stop(application=less, reason="Trùng", at=MONDAY, acting_user=member_of(Role.LEADER, less.competent))
    assert (owed(ended), surplus(ended)) == (25_000, 3000)


def test_a_card_needs_the_reference_of_its_terminal_once() -> None:
    first, other = (a_dossier(procedure="land_change_info", state=State.PROCESSING) for _each in range(2))
    officer = member_of(Role.COUNTER_OFFICER, first.competent)
    card = {"amount": 28_000, "method": Method.CARD, "at": MONDAY, "acting_user": officer}
    with pytest.raises(BadInput) as empty:
        take_fee(application=first, receipt_number="BL1", **card)
    assert empty.value.field == "reference"
    take_fee(application=first, receipt_number="BL1", reference="0047 1123", **card)
    with pytest.raises(RuleBroken) as used:
        take_fee(application=other, receipt_number="BL2", reference="0047 1123", **card)
    assert (used.value.code, used.value.field) == ("reference_used", "reference")


def test_the_database_holds_that_no_more_is_given_back_than_was_taken() -> None:
    dossier = _land()
    first = Payment.objects.get()
    for sequence, held in ((1, 28_000), (2, -1), (2, None)):
        row = Payment(
            application=dossier, kind="back", method="cash", amount=28_001, receipt_number=f"X{sequence}{held}",
            reason="x", sequence=sequence, held=held, at=MONDAY, by=first.by, cashier=first.by, centre=first.centre,
        )  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.integers(1, 60_000)),
        st.tuples(st.just("lower"), st.integers(0, 30_000)),
        st.tuples(st.just("take"), st.just(0)),
        st.tuples(st.just("give_back"), st.integers(0, 3)),
    ),
    max_size=9,
)


def test_whatever_is_asked_taken_lowered_and_given_back_the_sums_agree() -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def played(steps: list[tuple[str, int]]) -> None:
        with transaction.atomic():
            dossier = a_dossier(procedure="land_change_info", state=State.PROCESSING)
            for number, (what, value) in enumerate(steps):
                before = (owed(dossier), paid_so_far(dossier))
                with suppress(RuleBroken):
                    dossier = _step(dossier, what, value, number)
                rows = list(dossier.payments.order_by("sequence"))
                assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
                assert not rows or rows[-1].held == paid_so_far(dossier)
                assert outstanding(dossier) - surplus(dossier) == owed(dossier) - paid_so_far(dossier)
                assert dossier.payment_state == payment_state_of(dossier)
                assert (dossier.state == State.PAYMENT) <= (dossier.payment_state == PaymentState.DUE)
                if what == "give_back":  # never beyond what is owed afterwards, and no fee is owed because of it
                    assert owed(dossier) <= before[0] and paid_so_far(dossier) >= min(owed(dossier), before[1])
            transaction.set_rollback(True)

    played()


def _step(dossier: Application, what: str, value: int, number: int) -> Application:
    if what == "ask":
        return ask_payment(application=dossier, name="Thuế", amount=value, at=MONDAY, acting_user=dossier.handler)
    if what == "take":
        return _take(dossier, outstanding(dossier))
    lines = lines_owed(dossier)
    if what == "lower":
        return _lower(dossier, value) if lines else dossier
    return give_back(dossier, f"HT{number}", fallen=[line.pk for line in lines[:value]])


def test_what_was_given_back_or_never_paid_under_the_rules_before_is_not_owed_again() -> None:
    given_back, asked_later, ended = (a_dossier(procedure="land_change_info", state=State.PROCESSING) for _n in "123")
    for dossier in (given_back, asked_later):
        _take(dossier, 28_000)
        first = dossier.payments.get()
        Payment.objects.create(
            application=dossier, kind="back", method="cash", amount=28_000, receipt_number=f"cũ {dossier.pk}",
            reason="Thu nhầm", sequence=2, held=0, at=MONDAY, by=first.by, cashier=first.by, centre=first.centre,
        )  # fmt: skip
    FeeLine.objects.create(application=asked_later, name={"vi": "Thuế"}, amount=150_000)
    for dossier, state in ((given_back, "back"), (asked_later, "due"), (ended, "void")):
        Application.objects.filter(pk=dossier.pk).update(payment_state=state)
    Application.objects.filter(pk=ended.pk).update(state=State.STOPPED, ended_at=MONDAY)
    import_module("applications.migrations.0029_money_so_far").balanced(apps, None)
    found = [Application.objects.get(pk=dossier.pk) for dossier in (given_back, asked_later, ended)]
    assert [(row.payment_state, owed(row), outstanding(row)) for row in found] == [
        ("back", 0, 0), ("due", 150_000, 150_000), ("void", 0, 0),
    ]  # fmt: skip
    assert all(row.payment_state == payment_state_of(row) for row in found)
    assert [(row.sequence, row.held) for row in given_back.payments.all()] == [(1, 28_000), (2, 0)]
