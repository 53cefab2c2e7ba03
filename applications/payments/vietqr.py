"""The text of a VietQR code (NAPAS, after EMVCo): tag, length in bytes, value; the last tag is a checksum."""

from __future__ import annotations

import re
from dataclasses import dataclass

_GUID = "A000000727"
_TO_ACCOUNT = "QRIBFTTA"
_TO_CARD = "QRIBFTTC"
LONGEST_PURPOSE = 25
_LARGEST = 10**13 - 1
_ASCII = re.compile(r"[0-9A-Za-z ]*", re.ASCII)


def payload(
    *, bank: str, account: str, amount: int | None = None, bill: str = "", purpose: str = "", to_card: bool = False
) -> str:
    """The text to draw. With an amount it is a code for one payment. Raises ``ValueError`` for what a bank cannot read:
    an amount that is no whole sum, a text that is not plain ASCII or too long."""
    if not re.fullmatch(r"[0-9]{6}", bank) or not re.fullmatch(r"[0-9A-Za-z]{1,19}", account):
        raise ValueError("a bank has six digits, an account up to nineteen letters and digits")
    if amount is not None and not 0 < amount <= _LARGEST:
        raise ValueError("the amount is a whole sum of at most thirteen digits")
    if max(len(bill), len(purpose)) > LONGEST_PURPOSE or not (_ASCII.fullmatch(bill) and _ASCII.fullmatch(purpose)):
        raise ValueError("the bill and the purpose are at most 25 letters, digits and spaces without diacritics")
    receiver = _tag("00", bank) + _tag("01", account)
    merchant = _tag("00", _GUID) + _tag("01", receiver) + _tag("02", _TO_CARD if to_card else _TO_ACCOUNT)
    more = (_tag("01", bill) if bill else "") + (_tag("08", purpose) if purpose else "")
    text = (
        _tag("00", "01")
        + _tag("01", "11" if amount is None else "12")
        + _tag("38", merchant)
        + _tag("53", "704")
        + (_tag("54", str(amount)) if amount is not None else "")
        + _tag("58", "VN")
        + (_tag("62", more) if more else "")
        + "6304"
    )
    return text + f"{checksum(text.encode()):04X}"


@dataclass(frozen=True)
class Read:
    """What a bank's app reads of a code."""

    bank: str
    account: str
    amount: int | None
    purpose: str


def read(text: str) -> Read:
    """The content of a code, as a bank's app reads it. Raises ``ValueError`` for what is none, or was changed."""
    content = text.strip().encode()
    if content[-8:-4] != b"6304" or f"{checksum(content[:-4]):04X}".encode() != content[-4:].upper():
        raise ValueError("no such code, or its checksum does not hold")
    tags = _parts(content[:-8])
    merchant = _parts(tags.get("38", b""))
    receiver = _parts(merchant.get("01", b""))
    if merchant.get("00") != _GUID.encode() or "00" not in receiver or "01" not in receiver:
        raise ValueError("it names no account")
    amount = tags.get("54", b"").decode()
    if amount and not re.fullmatch(r"[0-9]{1,13}", amount):
        raise ValueError("its sum is no whole sum")
    purpose = _parts(tags.get("62", b"")).get("08", b"").decode()
    return Read(receiver["00"].decode(), receiver["01"].decode(), int(amount) if amount else None, purpose)


def _parts(content: bytes) -> dict[str, bytes]:
    found = {}
    while content:
        head = content[:4].decode("ascii", "replace")
        if not re.fullmatch(r"[0-9]{4}", head, re.ASCII) or len(content) < 4 + int(head[2:]):
            raise ValueError("its parts do not fit together")
        found[head[:2]] = content[4 : 4 + int(head[2:])]
        content = content[4 + int(head[2:]) :]
    return found


def checksum(content: bytes) -> int:
    """CRC-16/CCITT-FALSE."""
    crc = 0xFFFF
    for byte in content:
        crc ^= byte << 8
        for _bit in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def _tag(tag: str, value: str) -> str:
    size = len(value.encode())
    if size > 99:
        raise ValueError("a value has at most 99 bytes")
    return f"{tag}{size:02}{value}"
