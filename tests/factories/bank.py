"""A bank for tests: an account, its notices as rows, and as signed messages."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from django.test import Client
from django.urls import reverse

from applications.actions.match_notice import match_notice
from applications.actions.take_notice import take_notice
from applications.enums_bank import NoticeSource
from applications.models import Application, BankAccount, BankNotice
from applications.payments.notices import Told
from applications.payments.sandbox.bank import Bank
from applications.payments.sandbox.server import Server
from applications.payments.signature import SIGNATURE, TIMESTAMP, sign
from centres.models import Centre
from portal import clock
from tests.factories.applications import MONDAY

KEY = "khoa-cua-ngan-hang-chi-de-thu-0001"
ACCOUNT = "0011012345678"
STATEMENT = f"account,id,at,amount\n{ACCOUNT},FTX,23/11/2026 09:00,7000\n".encode()
LATER = MONDAY + timedelta(hours=3)
_numbers = count(1)


@contextmanager
def a_bank(notices: str, **options: Any) -> Iterator[Server]:
    """The sandbox of a bank in a thread of its own, which tells this address."""
    server = Server(("127.0.0.1", 0), Bank(key=KEY, notices=notices, late_seconds=0.2, **options))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def an_account(centre: Centre | None = None, account: str = ACCOUNT) -> BankAccount:
    return BankAccount.objects.create(
        centre=centre, valid_from=date(2026, 1, 1), bank="970436", account=account, holder="TTPVHCC", source="thử"
    )


def reference_of(dossier: Application) -> str:
    return dossier.payment_requests.order_by("pk").last().reference  # type: ignore[union-attr]


def told_of(text: str, amount: int, *, reference: str = "", account: str = ACCOUNT, at: datetime = LATER) -> Told:
    return Told(account, reference or f"FT{next(_numbers):08}", amount, text, "NGUYEN VAN MAU", at)


def a_transfer(text: str, amount: int, *, at: datetime = LATER, **more: Any) -> BankNotice:
    """Told, and worked on."""
    told = told_of(text, amount, at=at, **more)
    notice, _is_new = take_notice(told=told, body="{}", source=NoticeSource.NOTICE, at=at)
    match_notice(notice_id=notice.pk, at=at)
    return BankNotice.objects.get(pk=notice.pk)


def a_body(text: str, amount: int, *, reference: str = "FT1", at: datetime = LATER, **more: Any) -> bytes:
    sent = {
        "id": reference, "account": ACCOUNT, "amount": amount, "currency": "VND", "at": at.isoformat(), "text": text,
        "payer": "NGUYEN VAN MAU", **more,
    }  # fmt: skip
    return json.dumps(sent).encode()


def send(client: Client, body: bytes, *, key: str = KEY, sent_at: datetime | None = None, signature: str = "") -> Any:
    timestamp = str(int((sent_at or clock.now()).timestamp()))
    headers = {TIMESTAMP: timestamp, SIGNATURE: signature or sign(key, timestamp, body)}
    address = reverse("applications:bank_notice")
    return client.post(address, body, content_type="application/json", headers=headers)
