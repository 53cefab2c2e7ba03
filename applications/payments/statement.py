"""A bank's statement as a file: one line a transfer, with a line of titles, read line by line.

Whoever writes it may call the columns in Vietnamese or English, group thousands by points or commas, and part cells by
commas, semicolons or tabs. A line that cannot be read says why, and holds up no other.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from applications.payments.notices import Told, told
from portal.clock import HANOI
from portal.vn.text import fold

MOST_LINES, MOST_BYTES = 5_000, 2_000_000
# The first name of each is what an example writes.
COLUMNS: dict[str, tuple[str, ...]] = {
    "account": ("Số tài khoản", "Tài khoản", "account", "account number"),
    "reference": ("Mã giao dịch", "Số tham chiếu", "Số bút toán", "id", "reference", "transaction id"),
    "paid_at": ("Ngày giờ giao dịch", "Ngày giao dịch", "Thời gian", "at", "date", "time"),
    "amount": ("Ghi có", "Số tiền ghi có", "Số tiền", "credit", "amount"),
    "text": ("Nội dung", "Diễn giải", "text", "description"),
    "payer": ("Người chuyển", "Tên đối ứng", "payer", "counterparty"),
    "debit": ("Ghi nợ", "Số tiền ghi nợ", "debit"),
}
REQUIRED = ("account", "reference", "paid_at", "amount")
_MOMENTS = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y", "%Y-%m-%d")
_MONEY = re.compile(r"\+?(\d+|\d{1,3}(?:\.\d{3})+|\d{1,3}(?:,\d{3})+)(?:[.,]00)?", re.ASCII)
_CURRENCY = re.compile(r"(?:vnd|đ|₫)$", re.IGNORECASE)


class NoStatement(ValueError):
    """It is no such file at all: ``args[0]`` is ``csv``, ``large``, ``lines`` or ``titles``."""


@dataclass(frozen=True)
class Line:
    """One line: the transfer it tells of, or the column that cannot be read. Money that went out is neither."""

    number: int
    told: Told | None = None
    wrong: str = ""
    cells: str = ""


def read_statement(content: bytes) -> Iterator[Line]:
    """Each line that tells of money that came, in order. Raises ``NoStatement`` before the first."""
    if len(content) > MOST_BYTES:
        raise NoStatement("large")
    try:
        text = content.decode("utf-8-sig")
        first = text.partition("\n")[0]
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
        titles = _titles(next(reader, []))
        rows = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except (UnicodeDecodeError, csv.Error):
        raise NoStatement("csv") from None
    if len(rows) > MOST_LINES:
        raise NoStatement("lines")
    return (line for number, cells in rows if (line := _line(number, titles, cells)) is not None)


def money(text: str) -> int:
    """Whole đồng of ``28.000``, ``28,000``, ``28000.00`` or ``28 000 đ``. Raises ``ValueError``."""
    plain = _CURRENCY.sub("", re.sub(r"\s", "", text))
    found = _MONEY.fullmatch(plain)
    if not found:
        raise ValueError("amount")
    return int(re.sub(r"[.,]", "", found[1]))


def moment(text: str) -> datetime:
    """Of Hanoi where no zone is named; a day alone is its beginning. Raises ``ValueError``."""
    for form in _MOMENTS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=HANOI)
        except ValueError:
            continue
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("at") from None
    return at if at.tzinfo else at.replace(tzinfo=HANOI)


def _line(number: int, titles: list[str], cells: list[str]) -> Line | None:
    filled = cells + [""] * (len(titles) - len(cells))
    said = {title: cell.strip() for title, cell in zip(titles, filled, strict=False) if title}
    shown = " | ".join(cell.strip() for cell in cells)[:500]
    if said.get("debit") and not said.get("amount"):
        return None
    try:
        found = told(**_values(said))
    except ValueError as wrong:
        return Line(number, wrong=str(wrong), cells=shown)
    return Line(number, told=found, cells=shown)


def _values(said: dict[str, str]) -> dict[str, Any]:
    return {
        "account": said["account"],
        "reference": said["reference"],
        "amount": money(said["amount"]),
        "text": said.get("text", ""),
        "payer": said.get("payer", ""),
        "paid_at": moment(said["paid_at"]),
    }


def _titles(first: list[str]) -> list[str]:
    known = {fold(name): column for column, names in COLUMNS.items() for name in names}
    titles = [known.get(fold(title.strip()), "") for title in first]
    if any(name not in titles for name in REQUIRED):
        raise NoStatement("titles")
    return titles
