"""The bank's statement beside its notices: line by line, the same file once, what is missing on either side."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from applications.actions.match_notice import match_notice
from applications.actions.take_statement import take_statement
from applications.bank import BankDay
from applications.enums import PaymentState, State
from applications.enums_bank import LineTrouble, NoticeSource, NoticeState
from applications.models import Application, BankNotice, BankStatement, Payment, StatementLine
from applications.payments.statement import NoStatement, moment, money, read_statement
from centres.enums import Role
from centres.models import Centre
from portal.errors import BadInput, NotAllowed
from tests.factories.applications import MONDAY, a_centre, a_dossier, a_member, member_of
from tests.factories.bank import ACCOUNT, LATER, a_transfer, an_account, reference_of
from tests.moments import hanoi

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]
TITLES = "Số tài khoản,Mã giao dịch,Ngày giờ giao dịch,Ghi có,Nội dung,Ghi nợ"
DAY = date(2026, 11, 23)


@pytest.fixture
def account(centre: Centre) -> Any:
    return an_account(centre)


def a_file(*lines: str) -> bytes:
    return ("\ufeff" + "\r\n".join([TITLES, *lines]) + "\r\n").encode()


def a_line(
    reference: str, amount: object, text: str = "", *, account: str = ACCOUNT, at: str = "23/11/2026 13:26"
) -> str:
    return f'{account},{reference},{at},"{amount}",{text},'


def take(content: bytes, centre: Centre, name: str = "sao-ke.csv") -> tuple[BankStatement, bool]:
    manager = member_of(Role.MANAGER, centre)
    return take_statement(content=content, name=name, at=LATER + timedelta(hours=8), acting_user=manager)


def worked_on() -> None:
    for notice in BankNotice.objects.filter(state=NoticeState.WAITING):
        match_notice(notice_id=notice.pk, at=LATER + timedelta(hours=8))


def _land() -> Application:
    return a_dossier(procedure="land_change_info", state=State.PROCESSING)


def test_a_line_agrees_with_its_notice_and_one_without_makes_the_payment(account: Any) -> None:
    told, lost = _land(), _land()
    notice = a_transfer(reference_of(told), 28_000)
    content = a_file(
        a_line(notice.reference, "28.000"), a_line("FTLOST", "28.000", f"IB {reference_of(lost)} CT"),
        f"{ACCOUNT},FTOUT,23/11/2026 14:00,,phí,11.000",
    )  # fmt: skip
    statement, is_new = take(content, account.centre)
    worked_on()
    assert is_new and statement.lines.count() == 2, "what went out is none of it"
    assert not statement.lines.exclude(trouble="").exists()
    made = BankNotice.objects.get(reference="FTLOST")
    assert (made.source, made.state) == (NoticeSource.STATEMENT, NoticeState.BOOKED)
    assert Application.objects.get(pk=lost.pk).payment_state == PaymentState.PAID
    assert Payment.objects.count() == 2
    day = BankDay(DAY, member_of(Role.MANAGER, account.centre))
    assert (day.sums["all"].amount, day.sums["late"].count, day.is_settled) == (56_000, 1, True)


def test_the_same_file_twice_and_another_with_the_same_lines_change_nothing(account: Any) -> None:
    dossier = _land()
    content = a_file(a_line("FT1", 28_000, reference_of(dossier)))
    first, _is_new = take(content, account.centre)
    worked_on()
    again, is_new = take(content, account.centre, "sao-ke (1).csv")
    assert (again, is_new) == (first, False)
    longer, is_new = take(a_file(a_line("FT1", 28_000), a_line("FT2", 5_000, "x")), account.centre)
    worked_on()
    assert is_new and longer.lines.filter(trouble="").count() == 2
    assert Payment.objects.count() == 1 and BankNotice.objects.count() == 2


def test_the_notice_that_comes_after_the_statement_is_known_already(account: Any) -> None:
    dossier = _land()
    take(a_file(a_line("FT1", 28_000, reference_of(dossier))), account.centre)
    worked_on()
    a_transfer(reference_of(dossier), 28_000, reference="FT1")
    assert Payment.objects.count() == BankNotice.objects.count() == 1


def test_each_line_says_what_is_wrong_with_it_and_holds_up_no_other(account: Any) -> None:
    notice = a_transfer("x", 28_000)
    an_account(a_centre("chi-nhanh-4", "H26.30.4"), account="777")
    statement, _is_new = take(
        a_file(
            a_line(notice.reference, 27_000), a_line("", 1), a_line("FT2", "nhiều"), a_line("FT3", 5, at="hôm qua"),
            a_line("FT4", 6, account="777"), a_line("FT5", 7, "ok"), a_line("FT5", 7, "ok"), a_line("FT6", "0"),
        ),
        account.centre,
    )  # fmt: skip
    assert {line.number: line.trouble for line in statement.lines.all()} == {
        2: LineTrouble.DIFFERS, 3: LineTrouble.NUMBER, 4: LineTrouble.AMOUNT, 5: LineTrouble.MOMENT,
        6: LineTrouble.ACCOUNT, 7: "", 8: LineTrouble.REPEATED, 9: LineTrouble.AMOUNT,
    }  # fmt: skip
    assert BankNotice.objects.get(pk=notice.pk).amount == 28_000
    assert not BankNotice.objects.filter(account="777").exists(), "nobody books for another centre"
    day = BankDay(DAY, member_of(Role.MANAGER, account.centre))
    assert not day.is_settled
    assert [line.number for line in day.wrong_lines] == [2, 3, 4, 5, 8, 9], "the other centre's is theirs"


def test_a_notice_that_is_on_no_statement_is_shown_once_one_covers_its_day(account: Any) -> None:
    manager = member_of(Role.MANAGER, account.centre)
    a_transfer("x", 28_000)
    before = BankDay(DAY, manager)
    assert (before.sums["missing"].count, before.sums["open"].count) == (0, 1)
    take(a_file(a_line("FT99", 5_000, "y")), account.centre)
    after = BankDay(DAY, manager)
    assert (after.sums["missing"].amount, after.sums["open"].count, after.is_settled) == (28_000, 0, False)
    assert next(iter(after.notices)).amount == 28_000, "it stands first"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a,b\n1,2\n", b'account,id,at,amount\n"x', b"x" * 2_000_001])
def test_what_is_no_statement_is_refused_whole(account: Any, content: bytes) -> None:
    with pytest.raises(BadInput):
        take(content, account.centre)
    assert not BankStatement.objects.exists()


def test_only_managers_take_in_a_statement(account: Any) -> None:
    with pytest.raises(NotAllowed):
        take_statement(
            content=a_file(), name="x", at=LATER, acting_user=member_of(Role.COUNTER_OFFICER, account.centre)
        )


def test_the_pages_take_the_file_and_show_the_day(as_: As, account: Any, at_hanoi: Any) -> None:
    a_transfer("x", 28_000)
    at_hanoi("2026-11-23 17:00")
    manager, other = as_(Role.MANAGER), as_(a_member(Role.MANAGER, a_centre("chi-nhanh-4", "H26.30.4")))
    manager = as_(member_of(Role.MANAGER, account.centre))
    address = reverse("applications:bank_statements")
    assert manager.post(address).status_code == 400
    assert manager.post(address, {"file": SimpleUploadedFile("x.csv", b"a;b")}).status_code == 400
    content = a_file(a_line("FT98", "nhiều"), a_line("FT99", 5_000, "y"))
    done = manager.post(address, {"file": io.BytesIO(content)})
    assert done.status_code == 302
    page = manager.get(done["Location"]).content.decode()
    assert "nhiều" in page
    again = manager.post(address, {"file": io.BytesIO(content)})
    assert again["Location"] == done["Location"]
    shown = manager.get(reverse("applications:bank_day"), {"day": "2026-11-23"}).content.decode()
    assert "28.000" in shown and "5.000" in shown
    assert manager.get(reverse("applications:bank_day"), {"day": "gestern"}).status_code == 200
    del other


@pytest.mark.parametrize("many", [1, 30])
def test_the_day_asks_as_often_for_one_as_for_thirty(
    as_: As, account: Any, monday: None, many: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(many):
        a_transfer(f"x {number}", 1000 + number, at=MONDAY)
    manager, address = as_(Role.MANAGER), reverse("applications:bank_day")
    manager.get(address)
    with django_assert_max_num_queries(16):
        assert manager.get(address).content.decode().count("<tr>") == many + 1


@given(amount=st.integers(1, 10**12))
def test_money_is_read_however_it_is_grouped(amount: int) -> None:
    for written in (
        f"{amount}",
        f"{amount:,}",
        f"{amount:,}".replace(",", "."),
        f"{amount:,}.00",
        f" {amount:,} đ",
        f"+{amount}",
    ):
        assert money(written) == amount


@given(text=st.text(max_size=12))
def test_money_that_is_none_is_refused(text: str) -> None:
    try:
        assert money(text) >= 0
    except ValueError as wrong:
        assert str(wrong) == "amount"


@given(
    content=st.one_of(
        st.binary(max_size=300), st.lists(st.text(max_size=60), max_size=6).map(lambda rows: a_file(*rows))
    )
)
def test_no_file_makes_the_reader_fall_over(content: bytes) -> None:
    try:
        for line in read_statement(content):
            assert (line.told is None) != (line.wrong == "")
            assert line.wrong in {"", *LineTrouble.values}
    except NoStatement:
        pass


def test_moments_without_a_zone_are_of_hanoi() -> None:
    assert moment("23/11/2026 10:26") == moment("2026-11-23T10:26:00+07:00") == hanoi("2026-11-23 10:26")
    assert StatementLine._meta.get_field("cells").name in StatementLine.ERASABLE
