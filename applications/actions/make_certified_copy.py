"""The job behind a certified copy: read the scan, set the text, keep the file, file it.

Nothing is held between the steps but the row: a worker that dies leaves it claimed, its lease runs out, and another
worker does the work again from the start. The same bytes come out, and ``file_certification`` lets one of them in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from applications.actions.file_certification import file_certification
from applications.actions.locking import locked
from applications.actions.wait_for_copy import copy_has_ended
from applications.enums import EventKind, PaperState, State
from applications.history import record
from applications.models import CertificationItem
from applications.notarisation.compose import BadScan, compose
from applications.notarisation.describe import copy_text
from applications.notarisation.enums import JobState
from portal import files, live
from portal.errors import Unavailable

log = structlog.get_logger(__name__)

FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=10)
# A scan over which that many workers died, without another reason, is no accident.
MOST_DEATHS = 10
SCAN_READ, TEXT_SET, FILE_KEPT = 1, 2, 3
# Kept in the row and shown at the desk, in its reader's language.
STORE_FULL = _("The store for documents is full. The copy is made as soon as there is room; support is told.")
STORE_SILENT = _("The store for documents does not answer. The portal tries again by itself.")
SCAN_BAD = _("The scan cannot be read any more. Please scan the paper again.")
WORKERS_DIED = _("The file could not be made in several tries. Please scan the paper again.")


def make_certified_copy(*, item_id: int, now: Callable[[], datetime]) -> CertificationItem | None:
    """Make and file the copy if it is due and nobody else is at it; ``None`` when there is nothing to do.

    ``now`` is asked at each step: the work takes from a second to minutes. Not atomic: each step saves its progress.
    """
    item = _claim(item_id, now())
    if item is None:
        return None
    if item.attempts > MOST_DEATHS and not item.last_error:
        return _give_up(item, WORKERS_DIED, now())
    try:
        scan = files.read(item.scan.sha256)
        if hashlib.sha256(scan).hexdigest() != item.scan.sha256:
            raise BadScan
        _progress(item, SCAN_READ, now())
        made = compose(scan, item.scan.media_type, copy_text(item))
        _progress(item, TEXT_SET, now())
        kept = files.store([made.content])
        _progress(item, FILE_KEPT, now())
    except BadScan:
        return _give_up(item, SCAN_BAD, now())
    except Unavailable:
        return _try_later(item, STORE_FULL, now())
    except OSError as error:
        log.warning("certification_store", item=item.pk, error=type(error).__name__)
        return _try_later(item, STORE_SILENT, now())
    return file_certification(item_id=item.pk, kept=kept, pages=made.pages, at=now())


def due_certifications(at: datetime) -> list[int]:
    """Ids of the items that wait for a worker: approved and due, or left behind by one that died."""
    left = Q(state=JobState.COMPOSING, claimed_at__lt=at - _lease())
    ready = Q(state=JobState.APPROVED) & (Q(not_before__isnull=True) | Q(not_before__lte=at))
    return list(CertificationItem.objects.filter(left | ready).order_by("pk").values_list("pk", flat=True))


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
        "certification__application__helped_at__parent",
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
    item.save(update_fields=["state", "claimed_at", "attempts", "progress"])
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
    return item


@transaction.atomic
def _give_up(item: CertificationItem, sentence: str, at: datetime) -> CertificationItem:
    """The number stays in the register, the certification is stopped, and the line is missing again."""
    application = item.certification.application
    if application.for_application is not None:
        locked(application.for_application)
    copy = locked(application)
    item = _rows().select_related("for_paper").select_for_update(of=("self",)).get(pk=item.pk)
    if item.state != JobState.COMPOSING:
        return item
    item.give_up(sentence)
    item.save(update_fields=["state", "last_error"])
    if item.for_paper is not None and item.for_paper.state == PaperState.CERTIFYING:
        item.for_paper.state = PaperState.MISSING
        item.for_paper.save(update_fields=["state"])
    if copy.state == State.PROCESSING:
        copy.stop(at)
        copy.changed_at = at
        copy.save(update_fields=["state", "ended_at", "changed_at"])
        copy.steps.filter(to_at__isnull=True).update(to_at=at)
        record(
            application=copy,
            kind=EventKind.STOPPED,
            at=at,
            actor=None,
            centre=copy.helped_at,
            from_state=State.PROCESSING,
            details={"why": "scan_unreadable"},
        )
    copy_has_ended(item, at)
    log.error("certification_failed", item=item.pk)
    _announce(item)
    return item
