"""Looking at the pages of a scan: a picture of each for the screen, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from django.db import transaction

from applications.models import ScanPage
from portal import files, live, shared
from portal.pictures.drawing import MOST_DOTS
from portal.pictures.looking import look
from portal.pictures.mending import as_jpeg
from portal.pictures.opening import CannotOpen, dots_per_inch, open_page

# Instead of a hint where the page cannot be drawn: nobody can see what it says, so nobody certifies it.
NOT_SHOWN = "not_shown"
# Somebody waits at the desk; a page that a scanner made is drawn in a tenth of it.
SECONDS_A_PAGE = 5
# The same page is not tried again in this time, wherever it is laid ready.
_REMEMBERED_SECONDS = 24 * 60 * 60
PAGES_AT_A_TIME = 50


def look_at_pages(*, scan_id: int, most: int | None = None) -> int:
    """Look at the pages of a scan that nobody looked at yet, at most so many; how many it were. Where it is so many, somebody
    waits: after one that cannot be shown the rest is left for a worker.

    Two workers may look at the same page; one of them keeps what it saw. Not atomic: drawing holds no lock.
    """
    seen = 0
    with files.several_staged() as bring:
        for page in islice(_unseen(scan_id), most):
            seen += _look_at(page, bring)
            if most is not None and page.hints == [NOT_SHOWN]:
                break
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


def _look_at(page: ScanPage, bring: Callable[[str], Path]) -> bool:
    known = f"page-not-shown:{page.file.sha256}:{page.number}"
    if shared.recall(known):
        return _note(page, "", hints=[NOT_SHOWN])
    try:
        path = bring(page.file.stored)
    except FileNotFoundError:
        return _note(page, "", hints=[])
    try:
        picture = open_page(path, page.file.media_type, page.number, seconds=SECONDS_A_PAGE)
    except CannotOpen as error:
        if isinstance(error.__cause__, FileNotFoundError):  # no renderer: not the fault of the page
            return _note(page, "", hints=[])
        shared.keep(known, True, _REMEMBERED_SECONDS)
        return _note(page, "", hints=[NOT_SHOWN])
    dots = dots_per_inch(path, page.file.media_type, page.number)
    seen = look(picture, dots)
    name, _kept = files.stage([as_jpeg(picture, longest=MOST_DOTS)])
    return _note(page, name, hints=list(seen.hints), lean=seen.lean, dots=dots)


def _note(page: ScanPage, picture: str, *, hints: list[str], **seen: object) -> bool:
    page.hints = hints
    with transaction.atomic():
        noted = ScanPage.objects.filter(pk=page.pk, hints__isnull=True).update(picture=picture, hints=hints, **seen)
        live.bump(f"dossier:{page.scan.application_id}")
    if not noted and picture:  # taken out meanwhile, or another worker was quicker
        files.drop_staged([picture])
    return bool(noted)
