"""A month of a register on paper: printed and bound every month (Decree 23/2015 art. 13; Circular 01/2020/TT-BTP)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings

from applications.documents import VIETNAMESE
from applications.models import Register
from applications.notarisation.describe import SIGNER_TITLE
from applications.notarisation.enums import RegisterKind
from applications.register_lines import Line
from citizens.models import User
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


def month_paper(register: Register, month: date, lines: list[Line], keeper: User | None, printed_on: date) -> bytes:
    """The month's pages as PDF/A, with what they add up to and the places to sign."""
    context = month_context(register, month, lines, keeper, printed_on)
    return pdf.render(TEMPLATE, context, language=VIETNAMESE, variant=pdf.Variant.ARCHIVE)


def month_context(
    register: Register, month: date, lines: list[Line], keeper: User | None, printed_on: date
) -> dict[str, Any]:
    counted = [line.entry for line in lines if line.struck is None]
    copies, fee = sum(row.copies for row in counted), sum(row.fee for row in counted)
    centre = register.centre
    return {
        "centre": centre.short_name[VIETNAMESE] if centre.parent else centre.name[VIETNAMESE],
        "parent": centre.parent.name[VIETNAMESE] if centre.parent else "UBND thành phố Hà Nội",
        "title": _TITLES[RegisterKind(register.kind)],
        "volume": f"01/{register.year} - {register.kind}",
        "month": f"Tháng {month:%m} năm {month.year}",
        "rows": [_row(line) for line in lines],
        "count": len(lines),
        "count_in_words": number_in_words(len(lines)),
        "struck": len(lines) - len(counted),
        "first": lines[0].entry.number if lines else "",
        "last": lines[-1].entry.number if lines else "",
        "copies": copies,
        "fee": format_vnd(fee),
        "fee_in_words": amount_in_words(fee),
        "keeper": str(keeper or ""),
        "place_and_date": f"Hà Nội, {date_in_words(printed_on)}",
        "is_demo": settings.PORTAL_ENV == "demo",
    }


def _row(line: Line) -> dict[str, Any]:
    entry = line.entry
    return {
        "number": entry.number,
        "day": format_date(clock.local_day(entry.at)),
        "requester": line.requester or _ERASED,
        "title": entry.title,
        "signer": str(entry.signer),
        "signer_title": SIGNER_TITLE,
        "copies": f"{entry.copies:02}",
        "fee": format_vnd(entry.fee),
        "is_struck": line.struck is not None,
        "note": f"Gạch bỏ ngày {format_date(clock.local_day(line.struck.at))}: {line.struck.reason}"
        if line.struck
        else "",
    }


def name_of(register: Register, month: date) -> str:
    """The file's name."""
    kind = RegisterKind(register.kind).name.lower()
    return f"so-{kind}-{register.centre.code}-{month:%Y-%m}.pdf"
