"""A month of a register on paper: printed and bound every month (Decree 23/2015 art. 13; Circular 01/2020/TT-BTP)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings

from applications.documents import VIETNAMESE
from applications.models import Register, RegisterNote
from applications.notarisation.describe import PAPERS
from applications.notarisation.enums import IdentityPaper, RegisterKind
from applications.notarisation.keeping import NoteKind, keeper_of
from applications.notarisation.parties import Party
from applications.register_lines import Line, Totals, month_totals, part_of, totals_of
from portal import clock, pdf
from portal.vn.dates import date_in_words, format_date
from portal.vn.money import amount_in_words, format_vnd, number_in_words

TEMPLATE = "official/register.html"
# An official paper: its words are Vietnamese whatever the officer reads.
_TITLES = {
    RegisterKind.COPIES: "Sổ chứng thực bản sao từ bản chính",
    RegisterKind.SIGNATURES: "Sổ chứng thực chữ ký, chứng thực điểm chỉ",
    RegisterKind.TRANSLATORS: "Sổ chứng thực chữ ký người dịch",
    RegisterKind.CONTRACTS: "Sổ chứng thực hợp đồng, giao dịch",
}
_ERASED = "(đã xóa theo quy định)"


@dataclass(frozen=True)
class Columns:
    """What a register's form calls the columns in which the kinds differ: whom it names, which paper, how many."""

    who: str
    what: str
    count: str
    total: str
    with_languages: bool = False


_WITH_PAPERS = "Họ tên, số giấy tờ tùy thân của người yêu cầu chứng thực"
# The forms annexed to Decree 280/2025.
_COLUMNS = {
    RegisterKind.COPIES: Columns(
        "Họ tên người yêu cầu chứng thực", "Tên bản chính giấy tờ, văn bản", "Số bản sao", "Tổng số bản sao"
    ),
    RegisterKind.SIGNATURES: Columns(
        _WITH_PAPERS,
        "Tên giấy tờ, văn bản",
        "Số giấy tờ, văn bản đã được chứng thực",
        "Tổng số giấy tờ, văn bản",
    ),
    RegisterKind.TRANSLATORS: Columns(
        _WITH_PAPERS,
        "Tên giấy tờ, văn bản đã được dịch",
        "Số bản dịch đã được chứng thực chữ ký",
        "Tổng số bản dịch",
        with_languages=True,
    ),
    RegisterKind.CONTRACTS: Columns(
        _WITH_PAPERS, "Tên giao dịch", "Số bản giao dịch đã được chứng thực", "Tổng số bản giao dịch"
    ),
}


def month_paper(
    register: Register, month: date, notes: Iterable[RegisterNote], printed_on: date, part: int = 1, parts: int = 1
) -> bytes:
    """One part of the month's pages as PDF/A, with what they add up to and the places to sign. ``notes`` are all of the
    register's."""
    context = month_context(register, month, notes, printed_on, part, parts)
    return pdf.render(TEMPLATE, context, language=VIETNAMESE, variant=pdf.Variant.ARCHIVE)


def month_context(
    register: Register, month: date, notes: Iterable[RegisterNote], printed_on: date, part: int = 1, parts: int = 1
) -> dict[str, Any]:
    notes = list(notes)
    said = {note.kind: note for note in notes}
    opened, closed = said.get(NoteKind.OPENED), said.get(NoteKind.CLOSED)
    lines, centre = part_of(register, month, part), register.centre
    totals = [] if not lines else [_totals("Trong tháng" if parts == 1 else "Trong phần này", totals_of(lines))]
    if part == parts > 1:
        totals.append(_totals("Cả tháng", month_totals(register, month)))
    return {
        "centre": centre.short_name[VIETNAMESE] if centre.parent else centre.name[VIETNAMESE],
        "parent": centre.parent.name[VIETNAMESE] if centre.parent else "UBND thành phố Hà Nội",
        "title": _TITLES[RegisterKind(register.kind)],
        "columns": _COLUMNS[RegisterKind(register.kind)],
        "volume": f"01/{register.year} - {register.kind}",
        "month": f"Tháng {month:%m} năm {month.year}",
        "part": f"Phần {part}/{parts}" if parts > 1 else "",
        "opened": f"Mở sổ {_on(opened)}, người mở sổ: {opened.by}" if opened else "",
        "closed": _closing_words(closed) if closed and lines and lines[-1].entry.sequence == closed.number else "",
        "rows": [_row(line) for line in lines],
        "first": lines[0].entry.number if lines else "",
        "last": lines[-1].entry.number if lines else "",
        "totals": totals,
        "keeper": str(keeper_of(notes) or ""),
        "place_and_date": f"Hà Nội, {date_in_words(printed_on)}",
        "is_demo": settings.PORTAL_ENV == "demo",
    }


def _totals(where: str, totals: Totals) -> dict[str, Any]:
    return {
        "where": where,
        "count": totals.count,
        "count_in_words": number_in_words(totals.count),
        "struck": totals.struck,
        "copies": totals.copies,
        "fee": format_vnd(totals.fee),
        "fee_in_words": amount_in_words(totals.fee),
    }


def _closing_words(closed: RegisterNote) -> str:
    number = f"{closed.number:04} (bằng chữ: {number_in_words(closed.number)})"
    return f"Khóa sổ {_on(closed)} ở số {number}, người khóa sổ: {closed.by}."


def _on(note: RegisterNote) -> str:
    return date_in_words(clock.local_day(note.at))


def _row(line: Line) -> dict[str, Any]:
    entry = line.entry
    return {
        "number": entry.number,
        "day": format_date(clock.local_day(entry.at)),
        "people": [(one.name, _paper_of(one)) for one in line.people] or [(_ERASED, "")],
        "title": entry.title,
        "languages": line.languages,
        "signer": str(entry.signer),
        "signer_title": line.signer_title,
        "copies": f"{entry.copies:02}",
        "fee": format_vnd(entry.fee),
        "is_struck": line.struck is not None,
        "note": _notes(line),
    }


def _paper_of(one: Party) -> str:
    """In full: the law's form has the number, and the book is kept under lock."""
    number = f"{PAPERS.get(one.paper, PAPERS[IdentityPaper.OTHER])} số {one.number}" if one.number else ""
    return ", ".join(filter(None, [number, "điểm chỉ" if one.by_fingerprint else ""]))


def _notes(line: Line) -> str:
    instead = [f"Người ký thay: {', '.join(line.signed_by)}."] if line.signed_by else []
    return " ".join([*instead, *([_struck_words(line.struck)] if line.struck else [])])


def _struck_words(struck: RegisterNote) -> str:
    day = format_date(clock.local_day(struck.at))
    return f"Gạch bỏ ngày {day}, người gạch: {struck.by}. Lý do: {struck.reason}"


def name_of(register: Register, month: date, part: int, parts: int) -> str:
    """The file's name."""
    kind = RegisterKind(register.kind).name.lower()
    return f"so-{kind}-{register.centre.code}-{month:%Y-%m}{f'-{part}' if parts > 1 else ''}.pdf"
