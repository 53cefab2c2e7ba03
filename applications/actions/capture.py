"""A phone that sends pictures to a desk: its one-time link is opened, claimed by one phone, and ended."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

from django.db import transaction

from applications.actions.scan_rows import locked_scan
from applications.models import CaptureLink, Scan, ScanRules
from applications.permissions import check_receiver
from citizens.models import User
from portal import clock, live

# Where no row of rules is in force.
USUAL_RULES = ScanRules(kept_hours=24, link_minutes=15)


def rules_on(day: date) -> ScanRules:
    """The rules of scans of this day."""
    return ScanRules.objects.filter(valid_from__lte=day).order_by("-valid_from").first() or USUAL_RULES


@transaction.atomic
def open_link(*, scan: Scan, at: datetime, acting_user: User) -> tuple[CaptureLink, str]:
    """A new link and its token, which is told this once; one that was open before is over. Raises ``NotAllowed``, ``Gone``."""
    check_receiver(acting_user, scan.application)
    scan = locked_scan(scan)
    scan.links.filter(ended_at__isnull=True).update(ended_at=at)
    token = secrets.token_urlsafe(24)
    link = CaptureLink.objects.create(
        scan=scan,
        token_hash=CaptureLink.hash_of(token),
        created_at=at,
        created_by=acting_user,
        expires_at=at + timedelta(minutes=rules_on(clock.local_day(at)).link_minutes),
    )
    _told(scan)
    return link, token


@transaction.atomic
def withdraw_link(*, scan: Scan, at: datetime, acting_user: User) -> None:
    """The desk takes the link back; what the phone sent so far stays."""
    check_receiver(acting_user, scan.application)
    scan.links.filter(ended_at__isnull=True).update(ended_at=at)
    _told(scan)


@transaction.atomic
def claim_link(*, link: CaptureLink, at: datetime) -> str | None:
    """What the first phone that opens the link proves itself by from now on; ``None`` for any later one."""
    secret = secrets.token_urlsafe(24)
    claimed = CaptureLink.objects.filter(pk=link.pk, claimed_at__isnull=True, ended_at__isnull=True)
    if not claimed.update(claimed_at=at, phone_hash=CaptureLink.hash_of(secret)):
        return None
    _told(link.scan)
    return secret


@transaction.atomic
def finish_link(*, link: CaptureLink, at: datetime) -> None:
    """The phone has sent what it wanted to send."""
    CaptureLink.objects.filter(pk=link.pk, ended_at__isnull=True).update(ended_at=at, sent_at=at)
    _told(link.scan)


def _told(scan: Scan) -> None:
    live.bump(f"dossier:{scan.application_id}")
