"""The made-up bank itself: its transfers in a file of SQLite or in memory, its signed notices, its statement."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

import requests

from applications.payments.signature import SIGNATURE, TIMESTAMP, sign
from applications.payments.statement import COLUMNS
from applications.payments.vietqr import read
from portal.clock import HANOI

TRIES, SECONDS_BETWEEN, SECONDS_TO_ANSWER = 4, 2.0, 10
_COLUMNS = ("account", "reference", "paid_at", "amount", "text", "payer")
_TABLE = """
CREATE TABLE IF NOT EXISTS transfer (
    id INTEGER PRIMARY KEY, reference TEXT NOT NULL, account TEXT NOT NULL, amount INTEGER NOT NULL, text TEXT NOT NULL,
    payer TEXT NOT NULL, at TEXT NOT NULL, fault TEXT NOT NULL, answer TEXT NOT NULL DEFAULT '');
"""


class Fault(StrEnum):
    """What goes wrong between the payment and its notice."""

    NONE = ""
    LATE = "late"  # told some seconds afterwards
    TWICE = "twice"  # the same notice sent two times at once
    WRONG_SUM = "wrong-sum"  # another sum than the code asks for arrives, and is told of
    LOST = "lost"  # never told of: it stands on the statement alone
    WRONG_SIGNATURE = "wrong-signature"  # told of with a key that nobody knows
    NO_WORDS = "no-words"  # the payer wrote words of their own instead of the code's


@dataclass(frozen=True)
class Transfer:
    """Money that arrived at an account."""

    reference: str
    account: str
    amount: int
    text: str
    payer: str
    at: datetime
    fault: Fault = Fault.NONE

    def body(self) -> bytes:
        sent = {
            "id": self.reference,
            "account": self.account,
            "amount": self.amount,
            "currency": "VND",
            "at": self.at.isoformat(),
            "text": self.text,
            "payer": self.payer,
        }
        return json.dumps(sent, ensure_ascii=False).encode()


class Bank:
    """``notices`` is where it tells of transfers, signed with ``key``; empty: nowhere."""

    def __init__(
        self,
        *,
        key: str,
        notices: str = "",
        file: Path | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(HANOI),
        late_seconds: float = 5.0,
    ):
        self.key, self.notices, self.now, self.late_seconds = key, notices, now, late_seconds
        self._lock = threading.Lock()
        self._store = sqlite3.connect(file or ":memory:", check_same_thread=False)
        self._store.row_factory = sqlite3.Row
        self._store.executescript(_TABLE)
        self.busy: list[threading.Thread] = []

    def pay(self, code: str, *, fault: str = "", amount: int | None = None, payer: str = "NGUYEN VAN MAU") -> Transfer:
        """Pay what a code asks for. Raises ``ValueError`` for what is no code, no sum or no fault."""
        wrong, asked = Fault(fault), read(code)
        due = asked.amount or 0
        sum_paid = amount if amount is not None else due + 1000 if wrong == Fault.WRONG_SUM else due
        if sum_paid < 1:
            raise ValueError("the sum is missing")
        with self._lock, self._store:
            row = self._store.execute(
                "INSERT INTO transfer (reference, account, amount, text, payer, at, fault) VALUES ('', '', 1, '', '', '', '')"
            )
            number, at = row.lastrowid or 0, self.now()
            words = "chuyen tien" if wrong == Fault.NO_WORDS else asked.purpose
            transfer = Transfer(
                reference=f"FT{at:%y%m%d}{number:06}",
                account=asked.account,
                amount=sum_paid,
                text=f"IBFT.{number:06}.{words}.CT den {asked.account}",
                payer=payer,
                at=at,
                fault=wrong,
            )
            self._store.execute(
                "UPDATE transfer SET reference=?, account=?, amount=?, text=?, payer=?, at=?, fault=? WHERE id=?",
                (transfer.reference, transfer.account, transfer.amount, transfer.text, payer, at.isoformat(),
                 wrong.value, number),
            )  # fmt: skip
        self._tell(transfer)
        return transfer

    def transfers(self, day: date | None = None) -> list[Transfer]:
        with self._lock:
            rows = self._store.execute("SELECT * FROM transfer WHERE reference <> '' ORDER BY id").fetchall()
        found = [
            Transfer(
                row["reference"], row["account"], row["amount"], row["text"], row["payer"],
                datetime.fromisoformat(row["at"]), Fault(row["fault"]),
            )
            for row in rows
        ]  # fmt: skip
        return [one for one in found if day is None or one.at.astimezone(HANOI).date() == day]

    def answers(self) -> dict[str, str]:
        """What the portal said of each transfer that it was told of."""
        with self._lock:
            return {row["reference"]: row["answer"] for row in self._store.execute("SELECT * FROM transfer")}

    def statement(self, day: date) -> str:
        """The day's transfers as a file, those that were never told of too."""
        out = io.StringIO()
        lines = csv.writer(out, lineterminator="\r\n")
        lines.writerow([COLUMNS[name][0] for name in _COLUMNS])
        for one in self.transfers(day):
            at = f"{one.at.astimezone(HANOI):%d/%m/%Y %H:%M:%S}"
            lines.writerow([one.account, one.reference, at, f"{one.amount:,}".replace(",", "."), one.text, one.payer])
        return "\ufeff" + out.getvalue()

    def settle(self) -> None:
        """Wait until every notice on its way has arrived or was given up."""
        for thread in list(self.busy):
            thread.join()

    def _tell(self, transfer: Transfer) -> None:
        if not self.notices or transfer.fault == Fault.LOST:
            return
        for _each in range(2 if transfer.fault == Fault.TWICE else 1):
            thread = threading.Thread(target=self._send, args=(transfer,), daemon=True)
            self.busy.append(thread)
            thread.start()

    def _send(self, transfer: Transfer) -> None:
        """Tell of it until the portal answers, signed anew each time."""
        if transfer.fault == Fault.LATE:
            time.sleep(self.late_seconds)
        key, body = ("nobody's" if transfer.fault == Fault.WRONG_SIGNATURE else self.key), transfer.body()
        for _try in range(TRIES):
            timestamp = str(int(self.now().timestamp()))
            headers = {TIMESTAMP: timestamp, SIGNATURE: sign(key, timestamp, body), "Content-Type": "application/json"}
            with suppress(requests.RequestException):
                answer = requests.post(self.notices, data=body, headers=headers, timeout=SECONDS_TO_ANSWER)
                self._heard(transfer, f"{answer.status_code} {answer.text[:100]}")
                if answer.status_code < 500:
                    return
            time.sleep(SECONDS_BETWEEN)

    def _heard(self, transfer: Transfer, answer: str) -> None:
        with self._lock, self._store:
            self._store.execute("UPDATE transfer SET answer=? WHERE reference=?", (answer, transfer.reference))
