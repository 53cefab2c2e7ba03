"""Time stamps over time stamps: before the certificate behind a paper's last one ends, another is put over the whole file.

Each version is a file of its own beside the ones before. The rows say what is left to do, a batch at a time; a worker that died
after stamping is gone on from, and of two workers at one paper one version is kept.
"""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_noop as _

from applications.actions.sealing_tries import done, held_back, try_later
from applications.models import ArchiveStamp, CertificationItem, ClosingPaper, SignatureMark, WithdrawalList
from applications.notarisation.enums import JobState
from applications.notarisation.signing.keys import is_configured
from applications.notarisation.signing.sign import LastStamp, last_stamp, renew
from applications.notarisation.trouble import NotNow
from applications.register_rules import rules_on
from portal import clock, files
from portal.errors import Unavailable
from portal.files import Stored

log = structlog.get_logger(__name__)

BATCH = 50
# A stamp that gains less would have to be followed by the next one at once.
WORTH_IT = timedelta(days=1)
_PREFIX = "file:"
NO_LONGER = _("The time stamp authority's own certificate ends as soon as the last one. Please tell support.")
FILE_LOST = _("The file is not in the store. Please call support.")
BEING_MADE = _("Another worker is at it. It is looked at again in a moment.")


def renew_stamps(*, at: datetime) -> int:
    """Note the papers that were issued since, and renew a batch of those whose time stamp ends soon; how many were renewed.

    What one of them is refused for is refused for all (the authority is silent, or its own certificate is no newer): the
    round ends there.
    """
    note_issued(at=at)
    if not is_configured():
        return 0
    count = 0
    for row in _due(at)[:BATCH]:
        try:
            renew_stamp(row=row, at=at)
        except Unavailable as problem:
            try_later(f"{_PREFIX}{row.first}", problem, at)
            if problem.message not in (FILE_LOST, BEING_MADE):
                break
        else:
            count += 1
    return count


def note_issued(*, at: datetime) -> int:
    """Write down until when the time stamps of newly issued papers hold; how many."""
    count = 0
    for sha256 in _not_noted(at):
        try:
            with files.local(sha256) as path:
                size, last = path.stat().st_size, last_stamp(path)
        except (OSError, ValueError):
            last = None
        if last is None:
            # Later, or the same few would be all that is ever looked at.
            try_later(f"{_PREFIX}{sha256}", NotNow(FILE_LOST, code="file_lost"), at)
            continue
        _note(sha256, 0, Stored(sha256, size), last, at)
        done(f"{_PREFIX}{sha256}")
        count += 1
    return count


def _note(first: str, sequence: int, stored: Stored, last: LastStamp, at: datetime) -> ArchiveStamp:
    for url in last.lists:
        WithdrawalList.objects.get_or_create(url=url)
    row, _made = ArchiveStamp.objects.get_or_create(
        first=first,
        sequence=sequence,
        defaults={"sha256": stored.sha256, "size": stored.size, "made_at": at, "ends_at": last.ends_at},
    )
    return row


def renew_stamp(*, row: ArchiveStamp, at: datetime) -> ArchiveStamp:
    """The next version of this one, made now if nobody has. Raises ``Unavailable``."""
    sequence = row.sequence + 1
    made = ArchiveStamp.objects.filter(first=row.first, sequence=sequence).first()
    if made is not None:
        return made
    name = f"renewed-{row.first}-{sequence}"
    try:
        with files.workplace() as place:
            renewed = files.half_done(name, place) or _renewed_once(name, row, place)
            last, stored = last_stamp(renewed), files.store_made(renewed)
    except FileNotFoundError:
        # Another worker is quicker: it has tidied up, or is about to write its version down.
        made = ArchiveStamp.objects.filter(first=row.first, sequence=sequence).first()
        if made is None:
            raise NotNow(BEING_MADE, code="being_made") from None
        return made
    if last is None:
        raise ValueError("a renewed file has a time stamp")
    made = _note(row.first, sequence, stored, last, at)
    files.forget_half_done(name)
    done(f"{_PREFIX}{row.first}")
    log.info("archive_stamp_renewed", first=row.first, sequence=sequence)
    return made


def _renewed_once(name: str, row: ArchiveStamp, place: Path) -> Path:
    made = place / "renewed.pdf"
    try:
        with files.open_stored(row.sha256) as content, made.open("wb") as out:
            shutil.copyfileobj(content, out)
    except FileNotFoundError as error:
        raise NotNow(FILE_LOST, code="file_lost") from error
    renew(made)
    last = last_stamp(made)
    if last is None or last.ends_at < row.ends_at + WORTH_IT:
        raise NotNow(NO_LONGER, code="stamp_no_longer")
    return files.keep_once(name, made)


def _due(at: datetime):
    """The newest versions whose time stamp ends within the days that the rules give, the first to end first."""
    until = at + timedelta(days=rules_on(clock.local_day(at)).renew_days)
    newer = ArchiveStamp.objects.filter(first=OuterRef("first"), sequence__gt=OuterRef("sequence"))
    rows = ArchiveStamp.objects.filter(~Exists(newer), ends_at__lte=until)
    return rows.exclude(first__in=held_back(_PREFIX, at)).order_by("ends_at", "pk")


def _not_noted(at: datetime) -> list[str]:
    """Signed papers of which nobody has written down yet until when they hold, a batch."""
    noted = ArchiveStamp.objects.filter(first=OuterRef("output__sha256"))
    signed = SignatureMark.objects.filter(item=OuterRef("pk"))
    copies = CertificationItem.objects.filter(~Exists(noted), Exists(signed), state=JobState.FILED)
    held = held_back(_PREFIX, at)
    found = list(
        copies.exclude(output__sha256__in=held).order_by("pk").values_list("output__sha256", flat=True)[:BATCH]
    )
    noted = ArchiveStamp.objects.filter(first=OuterRef("sha256"))
    papers = ClosingPaper.objects.filter(~Exists(noted), is_signed=True).exclude(sha256__in=held)
    return [*found, *papers.order_by("pk").values_list("sha256", flat=True)[:BATCH]]
