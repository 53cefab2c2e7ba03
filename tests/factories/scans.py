"""Scans that lie at a desk, laid there by the real actions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from applications.actions.add_to_scan import add_to_scan
from applications.actions.capture import claim_link, open_link
from applications.models import CaptureLink, Paper, Scan
from applications.scanning import slot_of
from applications.virus import take_upload
from tests.factories.applications import MONDAY
from tests.factories.certifications import a_missing_paper, a_picture


def a_scan(paper: Paper | None = None, *contents: bytes, name: str = "scan.jpg", at: datetime = MONDAY) -> Scan:
    """A scan for this line of a draft's checklist, of one picture unless others are given."""
    paper = paper or a_missing_paper()
    uploads = [take_upload(SimpleUploadedFile(name, content)) for content in contents or (a_picture(),)]
    return add_to_scan(
        application=paper.application,
        slot=slot_of(paper),
        uploads=uploads,
        paper=paper,
        at=at,
        acting_user=paper.application.opened_by,
    )


def a_link(scan: Scan | None = None, *, at: datetime = MONDAY) -> tuple[CaptureLink, str]:
    """A link for a phone to this scan, and its token."""
    scan = scan or a_scan()
    return open_link(scan=scan, at=at, acting_user=scan.application.opened_by)


def a_phone(*, at: datetime = MONDAY, **link: Any) -> tuple[CaptureLink, str, str]:
    """A link that a phone has opened, its token and the phone's cookie."""
    made, token = a_link(at=at, **link)
    secret = claim_link(link=made, at=at)
    assert secret is not None
    made.refresh_from_db()
    return made, token, secret
