"""Labels to stick on things: a sheet of 24, 70 by 37 mm, as A4 label paper is cut."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from centres.qr import qr_picture
from portal import pdf
from portal.text import pick
from support.models import Equipment

ACROSS, DOWN = 3, 8
WIDE_MM, HIGH_MM = 70, 37
ON_A_SHEET = ACROSS * DOWN
MOST_LABELS = 240


def label_sheets(rows: Sequence[Equipment], first: int) -> bytes:
    """A PDF; ``first`` (from 1) is where the first label goes on a sheet of which some are used."""
    sheets: dict[int, list[dict[str, object]]] = {}
    for number, row in enumerate(rows, first - 1):
        sheet, place = divmod(number, ON_A_SHEET)
        sheets.setdefault(sheet, []).append({**_label(row), "place": place})
    places = [(place % ACROSS * WIDE_MM, place // ACROSS * HIGH_MM) for place in range(ON_A_SHEET)]
    return pdf.render("official/labels.html", {"sheets": list(sheets.values()), "places": places})


def label_address(row: Equipment) -> str:
    """What the code of a label opens."""
    return settings.PUBLIC_URL + reverse("support:thing", args=[row.tag])


def _label(row: Equipment) -> dict[str, str]:
    return {
        "code": qr_picture(label_address(row)),
        "tag": row.tag,
        "name": row.name,
        "serial": row.serial,
        "centre": pick(row.centre.short_name),
    }
