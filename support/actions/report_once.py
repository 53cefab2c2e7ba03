"""Take in a report that a browser may send again, since its line dropped or the answer was lost."""

from __future__ import annotations

import base64
import binascii
import io
import re
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from citizens.models import User
from portal import files
from portal.errors import BadInput, RuleBroken
from portal.filekinds import IMAGE_FORMATS
from portal.pictures.mending import as_jpeg
from portal.pictures.opening import CannotOpen, open_upright
from portal.uploads import inspect_upload
from support.actions.report import report
from support.models import Incident, IncidentPicture, ReportReceived

log = structlog.get_logger(__name__)
CLIENT_KEY = re.compile(r"[0-9a-f-]{32,40}")
# Shorter than this, nobody waited for a line.
AT_ONCE = timedelta(minutes=1)
MOST_PICTURES = 5
MOST_PICTURE_BYTES = 1_000_000
MOST_DOTS, QUALITY = 1600, 75
_PICTURE = "data:image/jpeg;base64,"


class _Twice(Exception):
    """Another request has just taken in the same report."""


def report_once(
    *, client_key: str, noticed_at: datetime | None = None, picture: str = "", at: datetime, acting_user: User | None, **said: Any
) -> Incident:  # fmt: skip
    """The incident of this report; sent again under its key, it counts once. ``said`` as ``report`` has it.

    ``picture`` is a JPEG as a data address; one that cannot be used is left out, for the report matters more. Raises ``BadInput``.
    """
    if not client_key:
        return _with_picture(report(at=at, acting_user=acting_user, **said), picture, at, acting_user)
    if not CLIENT_KEY.fullmatch(client_key):
        raise BadInput(_("This page is out of date. Please begin again."), code="bad_client_key")
    try:
        with transaction.atomic():
            known = ReportReceived.objects.filter(client_key=client_key).select_related("incident").first()
            if known is not None:
                return known.incident
            incident = report(at=at, acting_user=acting_user, **said)
            _write_down(client_key, incident, noticed_at, at)
            return _with_picture(incident, picture, at, acting_user)
    except _Twice:
        return ReportReceived.objects.select_related("incident").get(client_key=client_key).incident


def _write_down(client_key: str, incident: Incident, noticed_at: datetime | None, at: datetime) -> None:
    kept = noticed_at if noticed_at is not None and at - noticed_at >= AT_ONCE else None
    try:
        with transaction.atomic():
            ReportReceived.objects.create(client_key=client_key, incident=incident, noticed_at=kept, received_at=at)
    except IntegrityError:
        raise _Twice from None


def _with_picture(incident: Incident, picture: str, at: datetime, acting_user: User | None) -> Incident:
    if not picture or acting_user is None or incident.pictures.count() >= MOST_PICTURES:
        return incident
    try:
        content = _as_kept(picture)
        kept = files.store([content])
    except (RuleBroken, CannotOpen) as broken:
        log.warning("picture_left_out", incident=incident.pk, why=getattr(broken, "code", "cannot_open"))
        return incident
    IncidentPicture.objects.create(incident=incident, sha256=kept.sha256, size=kept.size, at=at, by=acting_user)
    return incident


def _as_kept(picture: str) -> bytes:
    """Drawn anew, so that nothing but dots is in it."""
    unusable = BadInput(_("This picture cannot be opened."), code="upload_unreadable")
    if not picture.startswith(_PICTURE) or len(picture) > MOST_PICTURE_BYTES * 4 // 3:
        raise unusable
    try:
        content = base64.b64decode(picture.removeprefix(_PICTURE), validate=True)
    except binascii.Error:
        raise unusable from None
    found = inspect_upload(SimpleUploadedFile("trang.jpg", content))
    if found.media_type not in IMAGE_FORMATS:
        raise unusable
    return as_jpeg(open_upright(io.BytesIO(content), found.media_type), quality=QUALITY, longest=MOST_DOTS)
