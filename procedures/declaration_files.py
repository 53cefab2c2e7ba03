"""A form of the catalogue as a file to print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import translation

from portal import pdf, shared
from portal.vn.dates import date_in_words
from procedures import revisions
from procedures.declarations import declaration
from procedures.models import ProcedureVersion

TEMPLATE = "official/declaration.html"
UNDATED = "……………, ngày …… tháng …… năm ………"
BLANK_SECONDS = 24 * 60 * 60


def declaration_pdf(
    version: ProcedureVersion,
    data: Mapping[str, Any] | None = None,
    *,
    on: date | None = None,
    enclosed: Sequence[str] = (),
    variant: pdf.Variant = pdf.Variant.READABLE,
) -> bytes:
    """The form with these values and the day it is signed on; without them, to be filled in by hand."""
    with translation.override("vi"):
        context = {
            "declaration": declaration(version, data, enclosed),
            "code": version.procedure.code,
            "place_and_date": f"Hà Nội, {date_in_words(on)}" if on else UNDATED,
            # A blank form is the same paper in a demo.
            "is_demo": settings.PORTAL_ENV == "demo" and data is not None,
        }
        return pdf.render(TEMPLATE, context, variant=variant)


def blank_form(version: ProcedureVersion) -> bytes:
    """The form to fill in by hand: drawn once a revision of the catalogue, since anybody may ask for it."""
    place = f"form:{revisions.current(revisions.CATALOGUE)}:{version.pk}"
    kept: bytes | None = shared.recall(place)
    if kept is None:
        kept = declaration_pdf(version)
        shared.keep(place, kept, BLANK_SECONDS)
    return kept
