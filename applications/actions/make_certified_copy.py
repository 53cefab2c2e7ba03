"""The job behind a certified copy: read the scan, set the text, sign it twice, keep the file, file it.

A worker that dies leaves the row claimed, its lease runs out, and another worker does the work again. The text comes out in
the same bytes; a signature does not, so each is kept as soon as it is made and the next worker goes on from it: nothing is
signed twice. ``file_certification`` lets one file in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from applications.actions.file_certification import file_certification
from applications.actions.give_up_certification import give_up
from applications.actions.locking import locked
from applications.actions.submit_certification import signer_topic
from applications.enums import VirusState
from applications.models import CertificationItem
from applications.notarisation import half_signed
from applications.notarisation.compose import BadScan, CopyText, compose
from applications.notarisation.describe import copy_text, stamp_of
from applications.notarisation.enums import JOBS_OPEN, JobState
from applications.notarisation.signing.keyring import signing_key_of
from applications.notarisation.signing.keys import Role
from applications.notarisation.signing.marks import signature_hashes
from applications.notarisation.signing.sign import sign
from applications.notarisation.trouble import NotNow
from applications.virus import state_of
from portal import files, live
from portal.errors import Unavailable
from portal.sealed import Damaged

log = structlog.get_logger(__name__)

FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=10)
# A scan over which that many workers died, without another reason, is no accident.
MOST_DEATHS = 10
# How often a long scan's worker says that it lives.
BEATS_A_LEASE = 6
SCAN_READ, TEXT_SET, SIGNED, SEALED, FILE_KEPT = 1, 2, 3, 4, 5
SIGNED_STEPS = {Role.SIGNER: SIGNED, Role.UNIT: SEALED}
# Kept in the row and shown at the desk, in its reader's language.
STORE_FULL = _("The store for documents is full. The copy is made as soon as there is room; support is told.")
STORE_SILENT = _("The store for documents does not answer. The portal tries again by itself.")
SCAN_BAD = _("The scan cannot be read any more. Please scan the paper again.")
SCAN_NOT_CHECKED = _("The scan has not been checked for viruses yet. The portal tries again by itself.")
SCAN_INFECTED = _("A virus was found in the scan. Please scan the paper itself again.")
WORKERS_DIED = _("The file could not be made in several tries. Please scan the paper again.")


class Infected(Exception):
    """A virus was found in the scan after it was taken in."""


class NotWanted(Exception):
    """Meanwhile the line was struck through, or another signer took the document over: nothing of it is signed any more."""


def make_certified_copy(*, item_id: int, now: Callable[[], datetime]) -> CertificationItem | None:
    """Make and file the copy if it is due and nobody else is at it; ``None`` when there is nothing to do.

    ``now`` is asked at each step: the work takes from a second to minutes. Not atomic: each step saves its progress.
    """
    item = _claim(item_id, now())
    if item is None:
        return None
    if item.deaths >= MOST_DEATHS:
        return _give_up(item, WORKERS_DIED, now())
    try:
        with files.workplace() as place:
            made, pages, marks = _made(item, place, now)
            kept = files.store_made(made)
        _progress(item, FILE_KEPT, now())
    except NotWanted:
        return CertificationItem.objects.get(pk=item.pk)
    except BadScan:
        return _give_up(item, SCAN_BAD, now())
    except Infected:
        return _give_up(item, SCAN_INFECTED, now())
    except NotNow as trouble:
        return _try_later(item, trouble.message, now())
    except Unavailable as trouble:
        return _try_later(item, STORE_FULL if trouble.code == "store_full" else STORE_SILENT, now())
    except OSError as error:
        log.warning("certification_store", item=item.pk, error=type(error).__name__)
        return _try_later(item, STORE_FULL if files.is_full(error) else STORE_SILENT, now())
    filed = file_certification(item_id=item.pk, kept=kept, pages=pages, marks=marks, signer_id=item.signs.pk, at=now())
    half_signed.forget(item)
    return filed


def _made(item: CertificationItem, place: Path, now: Callable[[], datetime]) -> tuple[Path, int, list[str]]:
    """The finished file, the number of its pages, and the hashes of its signatures."""
    copy, text = place / "copy.pdf", copy_text(item)
    with _scan_of(item) as scan:
        if files.sha256_of(scan) != item.scan.sha256:
            raise BadScan
        _progress(item, SCAN_READ, now())
        pages = compose(scan, item.scan.media_type, text, copy, beat=_beat(item, now))
    _progress(item, TEXT_SET, now())
    if not text.is_signed:
        return copy, pages, []
    unsigned = copy.stat().st_size
    signed = _signed(item, copy, text, now)
    return signed, pages, signature_hashes(_behind(signed, unsigned))


@contextmanager
def _scan_of(item: CertificationItem) -> Iterator[Path]:
    known = state_of(item.scan.sha256)
    if known == VirusState.WAITING:
        raise NotNow(SCAN_NOT_CHECKED, code="not_scanned")
    if known == VirusState.INFECTED:
        raise Infected
    try:
        with files.local(item.scan.sha256) as scan:
            yield scan
    except Damaged as error:
        raise BadScan from error


def _beat(item: CertificationItem, now: Callable[[], datetime]) -> Callable[[], None]:
    """To be called at each page: says often enough, and no oftener, that the row has a living worker."""
    said = now()

    def beat() -> None:
        nonlocal said
        if (at := now()) - said >= _lease() / BEATS_A_LEASE:
            said = at
            _progress(item, SCAN_READ, at)

    return beat


def _signed(item: CertificationItem, copy: Path, text: CopyText, now: Callable[[], datetime]) -> Path:
    """The copy with both signatures, or the one that has those an earlier try kept: nothing is signed twice."""
    for role, name in zip(half_signed.ROLES, half_signed.names_of(item), strict=True):
        kept = half_signed.kept_of(role, name, copy)
        if kept is None:
            at, size = now(), copy.stat().st_size
            key = signing_key_of(item.signs, at) if role == Role.SIGNER else None
            _check_wanted(item)
            sign(copy, role, stamp_of(text, role, at), key=key)
            kept = half_signed.keep(role, name, copy, size)
        copy = kept
        _progress(item, SIGNED_STEPS[role], now())
    return copy


def _check_wanted(item: CertificationItem) -> None:
    mine = CertificationItem.objects.filter(pk=item.pk, state__in=JOBS_OPEN, taken_over_by=item.taken_over_by_id)
    if not mine.exists():
        raise NotWanted


def _behind(path: Path, size: int) -> bytes:
    """What was written behind the first ``size`` bytes."""
    with path.open("rb") as file:
        file.seek(size)
        return file.read()


def due_certifications(at: datetime) -> list[int]:
    """Ids of the items that wait for a worker: approved and due, or left behind by one that died. Those that were tried
    least come first: one that ends every worker must not keep the others waiting."""
    left = Q(state=JobState.COMPOSING, claimed_at__lt=at - _lease())
    ready = Q(state=JobState.APPROVED) & (Q(not_before__isnull=True) | Q(not_before__lte=at))
    return list(CertificationItem.objects.filter(left | ready).order_by("attempts", "pk").values_list("pk", flat=True))


def _lease() -> timedelta:
    return timedelta(seconds=settings.CERTIFICATION_LEASE_SECONDS)


def _announce(item: CertificationItem) -> None:
    application = item.certification.application
    live.bump(f"dossier:{application.pk}", f"dossier:{application.for_application_id}")


def _rows():
    return CertificationItem.objects.select_related(
        "scan",
        "entry__register",
        "entry__signer",
        "taken_over_by",
        "certification__application__helped_at__parent",
        "submitted_by",
        "certification__application__for_application",
    )


@transaction.atomic
def _claim(item_id: int, at: datetime) -> CertificationItem | None:
    item = _rows().select_for_update(of=("self",)).filter(pk=item_id).first()
    if item is None:
        return None
    died = item.state == JobState.COMPOSING and item.claimed_at < at - _lease()
    ready = item.state == JobState.APPROVED and (item.not_before is None or item.not_before <= at)
    if not (died or ready):
        return None
    item.claim(at)
    item.progress = 0
    item.deaths += int(died)
    item.save(update_fields=["state", "claimed_at", "attempts", "progress", "deaths"])
    _announce(item)
    return item


def _progress(item: CertificationItem, steps: int, at: datetime) -> None:
    """Note a finished step and begin the lease anew; ``attempts`` says whether the row is still this worker's."""
    mine = CertificationItem.objects.filter(pk=item.pk, state=JobState.COMPOSING, attempts=item.attempts)
    if mine.update(progress=steps, claimed_at=at):
        _announce(item)


@transaction.atomic
def _try_later(item: CertificationItem, sentence: str, at: datetime) -> CertificationItem:
    """Back to the approved ones with a wait that doubles; the desk shows the sentence meanwhile."""
    item = _rows().select_for_update(of=("self",)).get(pk=item.pk)
    if item.state != JobState.COMPOSING:
        return item
    wait = min(FIRST_WAIT * 2 ** min(item.attempts - 1, 10), LONGEST_WAIT)
    item.try_later(at + wait, sentence)
    item.progress = 0
    item.save(update_fields=["state", "not_before", "last_error", "progress"])
    _announce(item)
    live.bump(signer_topic(item.certification.application))
    return item


@transaction.atomic
def _give_up(item: CertificationItem, sentence: str, at: datetime) -> CertificationItem:
    """Nothing comes of it any more, unless somebody else was quicker."""
    application = item.certification.application
    if application.for_application is not None:
        locked(application.for_application)
    copy = locked(application)
    item = _rows().select_related("for_paper").select_for_update(of=("self",)).get(pk=item.pk)
    if item.state != JobState.COMPOSING:
        return item
    give_up(copy, item, sentence, at, None)
    return item
