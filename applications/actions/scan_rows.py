"""Taking hold of a scan: its row is locked, so that changes of its pages come one after another."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from applications.models import Scan
from portal import live
from portal.errors import Gone


def locked_scan(scan: Scan) -> Scan:
    """The scan's present row, locked. Raises ``Gone`` once it is used or erased."""
    found = Scan.objects.select_for_update(of=("self",)).filter(pk=scan.pk, used_at=None).first()
    if found is None:
        raise Gone(_("This scan was used already, or erased. Open the form again."), code="scan_gone")
    return found


def page_gone() -> Gone:
    return Gone(_("This page was removed in another window."), code="page_gone")


def link_over() -> Gone:
    return Gone(_("This link is over: it was used, taken back, or its time has passed."), code="link_over")


def take_out(scan: Scan, page_id: int) -> list[str]:
    """Remove a page, and its file with the last page of it; the names of staged files to drop. Under the scan's lock."""
    page = scan.pages.select_related("file").filter(pk=page_id).first()
    if page is None:
        return []
    page.delete()
    names = [page.picture] if page.picture else []
    if not page.file.pages.exists():
        page.file.delete()
        names.append(page.file.stored)
    return names


def touch(scan: Scan, at: datetime) -> None:
    """Its pages have changed. Under the scan's lock."""
    scan.revision += 1
    scan.touched_at = at
    scan.save(update_fields=["revision", "touched_at"])
    live.bump(f"dossier:{scan.application_id}")
