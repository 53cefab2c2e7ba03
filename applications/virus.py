"""The virus scan of files that come in, where clamd is configured.

Clean files go on at once. An infected one is refused and written down. While clamd does not answer, the dated rule says
whether files are refused or taken in; those get a row, are scanned by a worker and given to nobody until then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import BinaryIO, cast

import structlog
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from applications.enums import VirusState, WhenAway
from applications.models import ScanFile, VirusCheck, VirusRules
from citizens.models import User
from portal import clock, files, virusscan
from portal.errors import BadInput, Gone, Unavailable
from portal.uploads import Inspected, inspect_upload

log = structlog.get_logger(__name__)

_CHUNK_BYTES = 1024 * 1024
SCAN_ROWS = 50


def take_upload(upload: UploadedFile, user: User | None = None) -> Inspected:
    """Scan a file and look inside it before anything is done with it; the only way in for what is kept of what people send.

    Raises ``BadInput`` (upload_infected, and what ``inspect_upload`` raises) or ``Unavailable`` (scanner_away).
    """
    is_waiting = False
    if virusscan.is_configured() and 0 < (upload.size or 0) <= settings.UPLOAD_LIMIT_BYTES:
        is_waiting = not _scanned(cast(BinaryIO, upload.file), user)
    inspected = inspect_upload(upload)
    if is_waiting:
        note_waiting(_sha256(inspected.chunks()), clock.now(), user)
    return inspected


def _scanned(content: BinaryIO, user: User | None) -> bool:
    """Whether clamd found it clean; ``False`` where it is away and the rule takes files in."""
    at = clock.now()
    try:
        found = virusscan.virus_in(_chunks(content))
    except virusscan.ClamdAway as error:
        log.warning("virus_scanner_away", error=str(error))
        if rules_on(clock.local_day(at)).when_away == WhenAway.REFUSE:
            raise Unavailable(
                _("Files cannot be checked for viruses just now, so none is taken. Please try again in a few minutes."),
                code="scanner_away",
                field="file",
            ) from error
        return False
    if found:
        note_infected(_sha256(_chunks(content)), found, at, user)
        raise BadInput(
            _(
                "A virus was found in this file, so it was not taken. Please scan the paper itself, or bring another file."
            ),
            code="upload_infected",
            field="file",
        )
    return True


def rules_on(day: date) -> VirusRules:
    """The rules of this day; before the first row of the table, what a new row would say."""
    return VirusRules.objects.filter(valid_from__lte=day).order_by("-valid_from").first() or VirusRules()


def note_waiting(sha256: str, at: datetime, user: User | None = None) -> None:
    """To be scanned by a worker; what is known of the same bytes already stays."""
    VirusCheck.objects.get_or_create(
        sha256=sha256, defaults={"state": VirusState.WAITING, "asked_at": at, "asked_by": user}
    )


def note_infected(sha256: str, found: str, at: datetime, user: User | None = None) -> None:
    """Written down, once however often it comes; the watch makes an incident of it."""
    values = {"state": VirusState.INFECTED, "found": found[:200], "checked_at": at}
    _row, is_new = VirusCheck.objects.get_or_create(
        sha256=sha256, defaults={**values, "asked_at": at, "asked_by": user}
    )
    if not is_new:
        VirusCheck.objects.filter(sha256=sha256).update(**values, asked_at=at, asked_by=user, times=F("times") + 1)
    log.warning("virus_found", sha256=sha256[:12], virus=found)


def waiting_among(hashes: Iterable[str]) -> bool:
    """Whether one of these files has not been scanned yet."""
    return VirusCheck.objects.filter(sha256__in=list(hashes), state=VirusState.WAITING).exists()


def check_no_virus_among(hashes: Iterable[str]) -> None:
    """Raises ``BadInput`` (upload_infected) where a virus was found in one of these files after it was taken in."""
    if VirusCheck.objects.filter(sha256__in=list(hashes), state=VirusState.INFECTED).exists():
        raise BadInput(
            _("A virus was found in one of these files. Remove its pages, and scan the paper itself."),
            code="upload_infected",
            field="file",
        )


def state_of(sha256: str) -> str:
    """What is known of a file; empty where there is no row."""
    return VirusCheck.objects.filter(sha256=sha256).values_list("state", flat=True).first() or ""


def check_may_be_used(sha256: str) -> None:
    """Raises ``Unavailable`` (not_scanned) for a file that waits for its scan, ``Gone`` (infected) for one with a virus."""
    state = state_of(sha256)
    if state == VirusState.WAITING:
        raise Unavailable(
            _("This file has not been checked for viruses yet. Please try again in a few minutes."), code="not_scanned"
        )
    if state == VirusState.INFECTED:
        raise Gone(_("A virus was found in this file. It is not given out; please call support."), code="infected")


def scan_waiting(*, at: datetime) -> int:
    """Scan files that were taken in while clamd was away, the oldest first; how many. Ends where it is away still."""
    rows = VirusCheck.objects.filter(state=VirusState.WAITING).order_by("asked_at", "pk")
    count = 0
    for row in rows[:SCAN_ROWS]:
        try:
            found = _virus_in_stored(row.sha256)
        except virusscan.ClamdAway:
            break
        except FileNotFoundError:  # never kept: what came with it was refused
            VirusCheck.objects.filter(pk=row.pk, asked_at__lt=at - timedelta(seconds=files.STALE_SECONDS)).delete()
            continue
        if found:
            note_infected(row.sha256, found, at, row.asked_by)
        else:
            mine = VirusCheck.objects.filter(pk=row.pk, state=VirusState.WAITING)
            mine.update(state=VirusState.CLEAN, checked_at=at)
        count += 1
    return count


def _virus_in_stored(sha256: str) -> str:
    """Of a file that is kept, or lies ready at a desk. Raises ``FileNotFoundError``, ``ClamdAway``."""
    try:
        content = files.open_stored(sha256)
    except FileNotFoundError:
        lying = ScanFile.objects.filter(sha256=sha256).first()
        if lying is None:
            raise
        content = files.open_staged(lying.stored)
    with content:
        return virusscan.virus_in(_chunks(content))


def _chunks(content: BinaryIO) -> Iterator[bytes]:
    content.seek(0)
    while chunk := content.read(_CHUNK_BYTES):
        yield chunk


def _sha256(chunks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()
