"""What the clock does to scans: those not used in time are erased, and pages nobody looked at are looked at."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from applications.actions.capture import rules_on
from applications.actions.look_at_scan import look_at_pages
from applications.actions.use_scan import let_go
from applications.models import Application, Scan, ScanPage
from portal import clock, live

BATCH = 100


def erase_old_scans(*, at: datetime) -> int:
    """Delete what was not touched for the hours of the rules, with its files; used or not. Returns how many."""
    before = at - timedelta(hours=rules_on(clock.local_day(at)).kept_hours)
    erased = 0
    while count := _erase_some(before):
        erased += count
    return erased


@transaction.atomic
def _erase_some(before: datetime) -> int:
    rows = list(
        Scan.objects.select_for_update(skip_locked=True).filter(touched_at__lte=before).order_by("touched_at")[:BATCH]
    )
    for scan in rows:
        erase_scan(scan)
    return len(rows)


def erase_scan(scan: Scan) -> None:
    let_go(scan)
    scan.delete()
    live.bump(f"dossier:{scan.application_id}")


def erase_scans_of(application: Application) -> None:
    """With a draft that is taken back. Inside its transaction."""
    for scan in Scan.objects.select_for_update().filter(application=application):
        erase_scan(scan)


def look_at_left() -> int:
    """Look at pages whose job was lost; how many."""
    left = ScanPage.objects.filter(hints__isnull=True).order_by("scan_id").values_list("scan_id", flat=True).distinct()
    return sum(look_at_pages(scan_id=scan_id) for scan_id in left[:BATCH])
