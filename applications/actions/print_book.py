"""Printing a day's page of the tracking book, and keeping the print."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from applications.documents import VIETNAMESE
from applications.models import BookPrint
from applications.permissions import REGISTER_READERS, check
from applications.tracking_book import PART_SIZE, TEMPLATE, hash_of, lines_of, paper_context, part_of, parts_of
from centres.models import Centre
from centres.permissions import has_role
from citizens.models import User
from portal import files, pdf


def print_book(*, centre: Centre, day: date, at: datetime, acting_user: User) -> list[BookPrint]:
    """Each part of the day as it stands now; a part that says the same as its last print is that print.

    Raises ``Unavailable`` when the store is full.
    """
    check(has_role(acting_user, REGISTER_READERS, centre.pk))
    parts = parts_of(centre, day)
    return [_part(centre, day, part, parts, at, acting_user) for part in range(1, parts + 1)]


def _part(centre: Centre, day: date, part: int, parts: int, at: datetime, user: User) -> BookPrint:
    lines = lines_of(part_of(centre, day, part), first=(part - 1) * PART_SIZE + 1)
    said = hash_of(lines)
    last = BookPrint.objects.filter(centre=centre, day=day, part=part).order_by("-sequence").first()
    if last is not None and last.said == said:
        return last
    content = pdf.render(TEMPLATE, paper_context(centre, day, lines, part, parts, at), language=VIETNAMESE)
    stored = files.store([content])
    try:
        with transaction.atomic():
            return BookPrint.objects.create(
                centre=centre,
                day=day,
                part=part,
                sequence=last.sequence + 1 if last else 1,
                said=said,
                sha256=stored.sha256,
                size=stored.size,
                rows=len(lines),
                made_at=at,
                made_by=user,
            )
    except IntegrityError:  # two at once: the other's print says the same day
        return BookPrint.objects.filter(centre=centre, day=day, part=part).latest("sequence")
