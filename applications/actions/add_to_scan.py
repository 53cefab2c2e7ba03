"""Laying a file ready at a desk: its pages wait to be looked at, mended and used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Sum
from django.utils.translation import gettext_lazy as _

from applications.actions.look_at_scan import look_at_pages
from applications.actions.scan_rows import link_over, locked_scan, take_out, touch
from applications.models import Application, CaptureLink, Paper, Scan, ScanFile, ScanPage
from applications.permissions import check_receiver
from citizens.models import User
from portal import files
from portal.errors import BadInput
from portal.files import Stored
from portal.jobs import wake
from portal.uploads import Inspected, too_large

# Of these the desk sees at once how they came out; a worker looks at the rest.
LOOKED_AT_ONCE = 6
LOOK_TASK = "applications.tasks.look_at_scan"


def add_to_scan(
    *,
    application: Application,
    slot: str,
    uploads: Sequence[Inspected],
    paper: Paper | None = None,
    at: datetime,
    acting_user: User,
) -> Scan:
    """Add these files behind what lies in the slot already; the same file a second time changes nothing.

    Raises ``NotAllowed``, ``BadInput`` (scan_too_many_pages, upload_too_large) and ``Unavailable``; nothing is added then.
    """
    scan = scan_in(application=application, slot=slot, paper=paper, at=at, acting_user=acting_user)
    return _add(scan, uploads, None, at)


def scan_in(*, application: Application, slot: str, paper: Paper | None, at: datetime, acting_user: User) -> Scan:
    """The unused scan of this slot, made where there is none. Raises ``NotAllowed``."""
    check_receiver(acting_user, application)
    scan, _made = Scan.objects.get_or_create(
        application=application,
        slot=slot,
        used_at=None,
        defaults={"paper": paper, "created_at": at, "created_by": acting_user, "touched_at": at},
    )
    return scan


def add_from_phone(
    *, link: CaptureLink, uploads: Sequence[Inspected], at: datetime, instead_of: int | None = None
) -> Scan:
    """Add what a phone took. ``instead_of`` is the page (of that phone) whose place the first page takes.

    Whoever holds the link acts. Raises ``BadInput`` and ``Unavailable`` as ``add_to_scan`` does, and ``Gone`` once the link is over.
    """
    return _add(link.scan, uploads, link, at, instead_of)


def _add(
    scan: Scan, uploads: Sequence[Inspected], link: CaptureLink | None, at: datetime, instead_of: int | None = None
) -> Scan:
    # Before the transaction: writing forty megabytes must not hold a lock.
    laid = [(upload, *files.stage(upload.chunks())) for upload in uploads]
    try:
        scan, dropped = _rows(scan, laid, link, at, instead_of)
    except BaseException:
        files.drop_staged(name for _upload, name, _kept in laid)
        raise
    files.drop_staged(dropped)
    look_at_pages(scan_id=scan.pk, most=LOOKED_AT_ONCE)
    return scan


@transaction.atomic
def _rows(
    scan: Scan,
    laid: list[tuple[Inspected, str, Stored]],
    link: CaptureLink | None,
    at: datetime,
    instead_of: int | None,
) -> tuple[Scan, list[str]]:
    """Write what was laid ready; the scan as it is then, and the names of what was there already."""
    scan = locked_scan(scan)
    if link is not None and not scan.links.filter(pk=link.pk, ended_at__isnull=True).exists():
        raise link_over()
    known = set(scan.files.values_list("sha256", flat=True))
    last = scan.pages.aggregate(last=Max("position"))["last"] or 0
    _check_room(scan, [one for one in laid if one[2].sha256 not in known])
    dropped = []
    old = scan.pages.filter(pk=instead_of, link=link).first() if instead_of and link else None
    place = old.position if old else None
    for upload, name, kept in laid:
        if kept.sha256 in known:
            dropped.append(name)
            continue
        known.add(kept.sha256)
        file = ScanFile.objects.create(
            scan=scan,
            stored=name,
            sha256=kept.sha256,
            size=kept.size,
            media_type=upload.media_type,
            name=upload.name,
            pages_in_it=upload.pages,
        )
        for number in range(1, upload.pages + 1):
            last += 1
            ScanPage.objects.create(scan=scan, file=file, number=number, position=place or last, link=link)
            place = None
    if old is not None and place is None:  # another has its place
        left = take_out(scan, old.pk)
        transaction.on_commit(lambda: files.drop_staged(left))
    touch(scan, at)
    wake(LOOK_TASK, scan.pk)
    return scan, dropped


def _check_room(scan: Scan, new: list[tuple[Inspected, str, Stored]]) -> None:
    pages = scan.pages.count() + sum(upload.pages for upload, _name, _kept in new)
    if pages > settings.UPLOAD_LIMIT_PAGES:
        raise BadInput(
            _("Together these are %(pages)s pages; the most is %(limit)s. Certify them in parts.")
            % {"pages": pages, "limit": settings.UPLOAD_LIMIT_PAGES},
            code="scan_too_many_pages",
            field="file",
        )
    size = (scan.files.aggregate(all=Sum("size"))["all"] or 0) + sum(kept.size for _upload, _name, kept in new)
    if size > settings.UPLOAD_LIMIT_BYTES:
        raise too_large()
