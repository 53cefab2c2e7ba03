"""The day's closing on paper: a Vietnamese official paper for the archive that anyone may have."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from applications.closings import table_of
from applications.documents import VIETNAMESE, qr
from applications.models import Closing
from applications.notarisation.signing.stamp import Stamp
from centres.models import Centre
from portal import clock, pdf
from portal.vn.dates import date_in_words, format_date

SIGNED_BY = "Trung tâm Phục vụ hành chính công thành phố Hà Nội"
TEMPLATE = "official/closing.html"


def closing_paper(closing: Closing, *, is_signed: bool = False) -> bytes:
    """The paper as PDF/A; ``is_signed`` leaves room for the stamp of the signature. The same closing gives the same words; the
    bytes may differ."""
    context = paper_context(closing) | {"is_signed": is_signed}
    return pdf.render(TEMPLATE, context, language=VIETNAMESE, variant=pdf.Variant.ARCHIVE)


def stamp_of(closing: Closing, at: datetime) -> Stamp:
    """What the visible stamp says of the unit that signs the paper ``at``."""
    return Stamp(name=SIGNED_BY, at=at, number=number_of(closing), numbered="Số")


def number_of(closing: Closing) -> str:
    """The paper's own number."""
    return f"{closing.day:%Y%m%d}/KS-CT"


def paper_context(closing: Closing) -> dict[str, Any]:
    registers = table_of(closing)
    names = {
        row.code: row.short_name[VIETNAMESE] for row in Centre.objects.filter(code__in={r.unit for r in registers})
    }
    address = settings.PUBLIC_URL + reverse("applications:closing", args=[closing.day])
    local = clock.local(closing.at)
    return {
        # Its second line begins where the name's parts do.
        "issuer": "Trung tâm Phục vụ hành\xa0chính\xa0công",
        "number": number_of(closing),
        "place_and_date": f"Hà Nội, {date_in_words(local.date())}",
        "day": format_date(closing.day),
        "day_in_words": date_in_words(closing.day),
        "made": f"{local:%H} giờ {local:%M} phút, {date_in_words(local.date())}",
        "hash": grouped(closing.hash),
        "previous": grouped(closing.previous_hash),
        "is_first": not closing.previous_hash.strip("0"),
        "registers": [
            {
                "unit": names.get(row.unit, row.unit),
                "book": f"01/{row.year} - {row.kind}",
                "number": f"{row.number:04}" if row.number else "–",
                "line": grouped(row.line),
                "note": grouped(row.note),
            }
            for row in registers
        ],
        "address": address,
        "qr": qr(address),
        "is_demo": settings.PORTAL_ENV == "demo",
    }


def grouped(digits: str) -> str:
    """A hash in groups of eight, as one reads it aloud; a paper breaks it in the middle, a page where it likes."""
    groups = [digits[start : start + 8] for start in range(0, len(digits), 8)]
    return "\n".join(filter(None, (" ".join(groups[:4]), " ".join(groups[4:]))))


def name_of(closing: Closing) -> str:
    """The paper's file name."""
    return f"khoa-so-chung-thuc-{closing.day:%Y-%m-%d}.pdf"
