"""Mending a scan's pages before it is used: turn, straighten, crop, take back, put in order, remove.

A mend changes nothing of the file that came in: it is noted with the page, and done when the scan is used.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from PIL import Image

from applications.actions.scan_rows import locked_scan, page_gone, take_out, touch
from applications.models import CaptureLink, ScanPage
from applications.permissions import check_receiver
from citizens.models import User
from portal import files
from portal.errors import BadInput, RuleBroken
from portal.pictures.looking import look
from portal.pictures.mending import CROP, LEAST, STRAIGHTEN, TURN, TURNS, WHOLE, Mend, mended, with_mend

MOST_MENDS = 20
PERCENT = WHOLE // 100


def turn_page(*, page: ScanPage, degrees: int, at: datetime, acting_user: User) -> ScanPage:
    """Turn a page clockwise by a quarter, a half or three quarters (90, 180, 270)."""
    if degrees not in TURNS:
        raise BadInput(_("A page is turned left, right or half around."), code="turn_wrong")
    return _mend(page, with_mend(page.mends, [TURN, degrees]), at, acting_user)


def straighten_page(*, page: ScanPage, at: datetime, acting_user: User) -> ScanPage:
    """Straighten a page by what was measured on it; a page that is straight stays as it is."""
    if not page.lean:
        return page
    return _mend(page, with_mend(page.mends, [STRAIGHTEN, page.lean]), at, acting_user)


def crop_page(
    *, page: ScanPage, left: int, top: int, right: int, bottom: int, at: datetime, acting_user: User
) -> ScanPage:
    """Keep what lies inside; how much goes is given in percent, from each edge. Raises ``BadInput``."""
    edges = [left * PERCENT, top * PERCENT, WHOLE - right * PERCENT, WHOLE - bottom * PERCENT]
    if min(left, top, right, bottom) < 0 or edges[2] - edges[0] < LEAST or edges[3] - edges[1] < LEAST:
        raise BadInput(_("Nothing of the page would be left. Cut off less."), code="crop_wrong", field="left")
    if edges == [0, 0, WHOLE, WHOLE]:
        return page
    return _mend(page, with_mend(page.mends, [CROP, *edges]), at, acting_user)


def unmend_page(*, page: ScanPage, at: datetime, acting_user: User) -> ScanPage:
    """As it was when it came in."""
    return _mend(page, [], at, acting_user)


@transaction.atomic
def move_page(*, page: ScanPage, to: int, at: datetime, acting_user: User) -> None:
    """Put a page at this place (from 1), and the others around it. A place past the end is the end."""
    scan = locked_scan(page.scan)
    check_receiver(acting_user, scan.application)
    order = list(scan.pages.all())
    moved = next((one for one in order if one.pk == page.pk), None)
    if moved is None:
        raise page_gone()
    order.remove(moved)
    order.insert(max(to, 1) - 1, moved)
    for position, one in enumerate(order, 1):
        one.position = position
    ScanPage.objects.bulk_update(order, ["position"])
    touch(scan, at)


def remove_page(*, page: ScanPage, at: datetime, acting_user: User) -> None:
    check_receiver(acting_user, page.scan.application)
    _remove(page, at)


def remove_from_phone(*, link: CaptureLink, page_id: int, at: datetime) -> None:
    """A phone takes back a picture of its own. One that is gone already is."""
    page = link.pages.filter(pk=page_id).select_related("scan").first()
    if page is not None:
        _remove(page, at)


def _remove(page: ScanPage, at: datetime) -> None:
    with transaction.atomic():
        scan = locked_scan(page.scan)
        present = scan.pages.filter(pk=page.pk).first()
        if present is None:  # removed in another window meanwhile
            return
        names = take_out(scan, page.pk)
        scan.pages.filter(position__gt=present.position).update(position=F("position") - 1)
        touch(scan, at)
        transaction.on_commit(lambda: files.drop_staged(names))


def _mend(page: ScanPage, mends: list[Mend], at: datetime, acting_user: User) -> ScanPage:
    check_receiver(acting_user, page.scan.application)
    if not page.picture:
        raise RuleBroken(_("This page cannot be shown, so it cannot be mended here. Scan it again."), code="not_shown")
    if len(mends) > MOST_MENDS:
        raise RuleBroken(_("That was changed many times. Choose “As it was” and begin again."), code="mended_enough")
    # Before the transaction: looking takes a moment, and must not hold a lock.
    try:
        with files.open_staged(page.picture) as content, Image.open(content, formats=("JPEG",)) as picture:
            seen = look(mended(picture, mends), page.dots)
    except FileNotFoundError as error:
        raise page_gone() from error
    with transaction.atomic():
        scan = locked_scan(page.scan)
        present = scan.pages.filter(pk=page.pk).first()
        if present is None:
            raise page_gone()
        if present.mends != page.mends:
            raise RuleBroken(_("This page was changed in another window. Look at it again."), code="page_changed")
        present.mends, present.hints, present.lean = mends, list(seen.hints), seen.lean
        present.save(update_fields=["mends", "hints", "lean"])
        touch(scan, at)
    return present
