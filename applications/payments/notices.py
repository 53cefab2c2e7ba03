"""What a bank says of one transfer, read strictly: nothing is guessed about money."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_REFERENCE = re.compile(r"[0-9A-Za-z._/-]{1,34}", re.ASCII)
_ACCOUNT = re.compile(r"[0-9A-Za-z]{1,19}", re.ASCII)
LARGEST = 10**13 - 1
TEXT_LENGTH, PAYER_LENGTH = 500, 200


@dataclass(frozen=True)
class Told:
    """One transfer to an account: whole đồng, with the bank's own number, and the words that came along."""

    account: str
    reference: str
    amount: int
    text: str
    payer: str
    paid_at: datetime


def told(*, account: Any, reference: Any, amount: Any, text: Any, payer: Any, paid_at: Any) -> Told:
    """Raises ``ValueError`` with the name of the first value that is none."""
    if not isinstance(account, str) or not _ACCOUNT.fullmatch(account):
        raise ValueError("account")
    if not isinstance(reference, str) or not _REFERENCE.fullmatch(reference):
        raise ValueError("id")
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 < amount <= LARGEST:
        raise ValueError("amount")
    if not isinstance(text, str) or not isinstance(payer, str):
        raise ValueError("text")
    if not isinstance(paid_at, datetime) or paid_at.tzinfo is None:
        raise ValueError("at")
    return Told(account, reference, amount, _plain(text)[:TEXT_LENGTH], _plain(payer)[:PAYER_LENGTH], paid_at)


def read_notice(body: bytes) -> Told:
    """``{"id", "account", "amount", "currency": "VND", "at": ISO 8601 with its offset, "text", "payer"}``.

    Raises ``ValueError`` with the name of what is wrong.
    """
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("JSON") from None
    if not isinstance(sent, dict):
        raise ValueError("JSON")
    if sent.get("currency") != "VND":
        raise ValueError("currency")
    try:
        at = datetime.fromisoformat(str(sent.get("at", "")))
    except ValueError:
        raise ValueError("at") from None
    return told(
        account=sent.get("account"),
        reference=sent.get("id"),
        amount=sent.get("amount"),
        text=sent.get("text", ""),
        payer=sent.get("payer", ""),
        paid_at=at,
    )


def _plain(text: str) -> str:
    """One line; PostgreSQL keeps no NUL."""
    return " ".join(text.replace("\x00", " ").split())
