"""Looking at the pages of a scan: a picture of each for the screen, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from django.db import transaction

from applications.models import ScanPage
from portal import files, live
from portal.pictures.drawing import MOST_DOTS
from portal.pictures.looking import look
from portal.pictures.mending import as_jpeg
from portal.pictures.opening import CannotOpen, dots_per_inch, open_page

# Instead of a hint where the page cannot be drawn: it can be used all the same, only not mended.
NOT_SHOWN = "not_shown"
PAGES_AT_A_TIME = 50


def look_at_pages(*, scan_id: int, most: int | None = None) -> int:
    """Look at the pages of a scan that nobody looked at yet, at most so many; how many it were.

    Two workers may look at the same page; one of them keeps what it saw. Not atomic: drawing holds no lock.
    """
    seen = 0
    for page in islice(_unseen(scan_id), most):
        seen += _look_at(page)
    return seen


def _unseen(scan_id: int) -> Iterator[ScanPage]:
    last = 0
    while page := (
        ScanPage.objects.filter(scan_id=scan_id, hints__isnull=True, pk__gt=last)
        .select_related("file", "scan")
        .order_by("pk")
        .first()
    ):
        last = page.pk
        yield page


def _look_at(page: ScanPage) -> bool:
    path = files.staged(page.file.stored)
    try:
        picture = open_page(path, page.file.media_type, page.number)
    except CannotOpen:
        return _note(page, "", hints=[NOT_SHOWN])
    dots = dots_per_inch(path, page.file.media_type, page.number)
    seen = look(picture, dots)
    name, _kept = files.stage([as_jpeg(picture, longest=MOST_DOTS)])
    return _note(page, name, hints=list(seen.hints), lean=seen.lean, dots=dots)


def _note(page: ScanPage, picture: str, **seen: object) -> bool:
    with transaction.atomic():
        noted = ScanPage.objects.filter(pk=page.pk, hints__isnull=True).update(picture=picture, **seen)
        live.bump(f"dossier:{page.scan.application_id}")
    if not noted and picture:  # taken out meanwhile, or another worker was quicker
        files.drop_staged([picture])
    return bool(noted)
