"""The made-up bank: it pays what a code says, tells of it as a bank does, goes wrong on order, and writes statements."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from applications.accounts import text_of
from applications.actions.match_notice import match_notice
from applications.actions.take_statement import take_statement
from applications.enums import PaymentState, State
from applications.enums_bank import NoticeState, Outcome
from applications.models import Application, BankNotice, Payment
from applications.payments.sandbox.bank import Bank, Fault
from applications.payments.vietqr import payload, read
from centres.enums import Role
from centres.models import Centre
from portal import clock
from tests.factories.applications import a_dossier, member_of
from tests.factories.bank import KEY, LATER, a_bank, an_account

pytestmark = pytest.mark.django_db(transaction=True)
ASCII = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ", max_size=25)


@given(
    amount=st.none() | st.integers(1, 10**13 - 1),
    purpose=ASCII,
    account=st.from_regex(r"[0-9A-Za-z]{1,19}", fullmatch=True),
)
def test_what_is_written_into_a_code_is_read_out_of_it(amount: int | None, purpose: str, account: str) -> None:
    found = read(payload(bank="970436", account=account, amount=amount, purpose=purpose))
    assert (found.bank, found.account, found.amount, found.purpose) == ("970436", account, amount, purpose)


@given(text=st.one_of(st.text(max_size=80), st.integers(0, 60).map(
    lambda at: (code := payload(bank="970436", account="0011", amount=5, purpose="MC"))[:at] + "#" + code[at + 1 :])))  # fmt: skip
def test_a_code_that_was_changed_is_none(text: str) -> None:
    with pytest.raises(ValueError):
        read(text)


@pytest.fixture
def dossier(centre: Centre, settings: Any) -> Application:
    settings.BANK_NOTICE_KEYS = [KEY]
    an_account(centre)
    return a_dossier(procedure="land_change_info", state=State.PROCESSING)


def _code(dossier: Application) -> str:
    return text_of(dossier.payment_requests.get(ended_at=None))


def _worked_on() -> None:
    for notice in BankNotice.objects.filter(state=NoticeState.WAITING):
        match_notice(notice_id=notice.pk, at=clock.now())


@pytest.mark.parametrize(
    ("fault", "state", "notices"),
    [
        (Fault.NONE, PaymentState.PAID, 1), (Fault.LATE, PaymentState.PAID, 1), (Fault.TWICE, PaymentState.PAID, 1),
        (Fault.WRONG_SUM, PaymentState.OVER, 1), (Fault.LOST, PaymentState.DUE, 0),
        (Fault.WRONG_SIGNATURE, PaymentState.DUE, 0), (Fault.NO_WORDS, PaymentState.DUE, 1),
    ],
)  # fmt: skip
def test_each_fault_ends_as_it_should_and_the_statement_finds_what_was_lost(
    dossier: Application, live_server: Any, fault: Fault, state: str, notices: int
) -> None:
    with a_bank(f"{live_server.url}/bank/notices/") as server:
        sent = {"qr": _code(dossier), "fault": fault.value}
        answer = requests.post(f"{server.url}/pay", json=sent, timeout=10)
        assert answer.status_code == 200, answer.text
        server.bank.settle()
        _worked_on()
        found = Application.objects.get(pk=dossier.pk)
        assert (found.payment_state, BankNotice.objects.count()) == (state, notices)
        assert Payment.objects.count() == (state != PaymentState.DUE)
        statement = requests.get(f"{server.url}/statement.csv", timeout=10).content
    manager = member_of(Role.MANAGER, dossier.competent)
    taken, _is_new = take_statement(content=statement, name="x.csv", at=clock.now(), acting_user=manager)
    _worked_on()
    assert [line.trouble for line in taken.lines.all()] == [""]
    assert BankNotice.objects.count() == 1
    if fault in (Fault.LOST, Fault.WRONG_SIGNATURE):
        assert BankNotice.objects.get().outcome == Outcome.EXACT
        assert Application.objects.get(pk=dossier.pk).payment_state == PaymentState.PAID
    if fault == Fault.NO_WORDS:
        assert BankNotice.objects.get().state == NoticeState.LISTED


def test_its_pages_read_a_code_and_refuse_what_is_none(dossier: Application) -> None:
    with a_bank("") as server:
        shown = requests.get(f"{server.url}/pay", params={"qr": _code(dossier)}, timeout=10)
        assert shown.status_code == 200 and "28,000" in shown.text
        assert requests.get(f"{server.url}/pay", params={"qr": "x"}, timeout=10).status_code == 400
        assert requests.post(f"{server.url}/pay", data={"qr": "x"}, timeout=10).status_code == 400
        done = requests.post(f"{server.url}/pay", data={"qr": _code(dossier), "amount": "5"}, timeout=10)
        assert done.status_code == 200 and "FT" in done.text
        assert "FT" in requests.get(server.url, timeout=10).text
        assert requests.get(f"{server.url}/statement.csv?day=x", timeout=10).status_code == 400
        assert requests.post(f"{server.url}/else", data={}, timeout=10).status_code == 404


def test_what_was_paid_is_kept_over_a_restart(dossier: Application, tmp_path: Any) -> None:
    file = tmp_path / "bank.sqlite3"
    first = Bank(key=KEY, file=file, now=lambda: LATER)
    paid = first.pay(_code(dossier))
    with pytest.raises(ValueError):
        first.pay(_code(dossier), amount=0)
    again = Bank(key=KEY, file=file, now=lambda: LATER + timedelta(days=1))
    assert [one.reference for one in again.transfers(clock.local_day(LATER))] == [paid.reference]
    assert again.pay(_code(dossier)).reference != paid.reference
