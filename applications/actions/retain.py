"""Erasing what is no longer kept: one person lists it, another approves the list, and it is carried out line by line.

Each line is a transaction of its own and files leave the store after that, so whatever ends the work in the middle is gone on
from: what is done is done once, and a file whose rows are erased is remembered until it is gone.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import islice

import structlog
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.locking import locked
from applications.enums import EventKind
from applications.erasing import anonymise, erase_document
from applications.file_holders import is_meant
from applications.history import record
from applications.models import FileToRemove, RetentionLine, RetentionList, RetentionRecord
from applications.permissions import CITY, check
from applications.retention import due_lines, erasable_documents, is_due, rules_on
from centres.permissions import has_role
from citizens.models import User
from portal import clock, files
from portal.errors import RuleBroken

log = structlog.get_logger(__name__)

MOST_LINES = 5000
CARRY_OUT_TASK = "applications.tasks.carry_out_retention"
# A list that lay longer is put together anew: dossiers and rules have changed.
GOOD_FOR = timedelta(days=30)
NOT_DUE, GONE = "not_due", "gone"


@transaction.atomic
def make_list(*, at: datetime, acting_user: User) -> RetentionList:
    """What is due on this day, as a list for somebody else to approve; one that nobody has approved gives way to it.

    Raises ``NotAllowed``, ``RuleBroken`` (nothing_due).
    """
    check(has_role(acting_user, CITY))
    RetentionList.objects.filter(approved_at=None).delete()
    day = clock.local_day(at)
    listed = RetentionList.objects.create(made_at=at, made_by=acting_user, day=day, digest="0" * 64)
    RetentionLine.objects.bulk_create(
        RetentionLine(
            listed=listed,
            application_id=line.application_id,
            what=line.what,
            document_id=line.document_id,
            rule=line.rule,
            ended_on=line.ended_on,
        )
        for line in islice(due_lines(day), MOST_LINES)
    )
    if not listed.lines.exists():
        raise RuleBroken(_("Nothing is due to be erased under confirmed rules."), code="nothing_due")
    listed.digest = listed.digest_of_lines()
    listed.save(update_fields=["digest"])
    return listed


@transaction.atomic
def approve_list(*, listed: RetentionList, digest: str, at: datetime, acting_user: User) -> RetentionList:
    """Somebody else than who made it has read it, as it was with this digest: it may be carried out.

    Raises ``NotAllowed``, ``RuleBroken`` (four_eyes, list_changed, list_old, list_approved).
    """
    check(has_role(acting_user, CITY))
    listed = RetentionList.objects.select_for_update().get(pk=listed.pk)
    if listed.approved_at is not None:
        raise RuleBroken(_("This list was approved already."), code="list_approved")
    if listed.made_by_id == acting_user.pk:
        raise RuleBroken(_("Somebody else has to approve what you listed."), code="four_eyes")
    if at - listed.made_at > GOOD_FOR:
        raise RuleBroken(_("This list is too old. Put it together anew."), code="list_old")
    if digest != listed.digest or listed.digest_of_lines() != listed.digest:
        raise RuleBroken(_("This list changed since you read it. Look at it again."), code="list_changed")
    listed.approved_at, listed.approved_by = at, acting_user
    listed.save(update_fields=["approved_at", "approved_by"])
    return listed


def carry_out(*, listed: RetentionList, at: datetime) -> RetentionRecord | None:
    """Erase what an approved list names, as far as it is still due, and write down what was; ``None`` while files wait that were
    kept anew within the last day. Called again, it goes on where it was ended.

    Raises ``RuleBroken`` (not_approved, list_changed), ``Unavailable`` while the store is silent.
    """
    listed = RetentionList.objects.select_related("approved_by").get(pk=listed.pk)
    found = RetentionRecord.objects.filter(listed=listed).first()
    if found is not None:
        return found
    if listed.approved_by is None:
        raise RuleBroken(_("Nobody has approved this list."), code="not_approved")
    if listed.digest_of_lines() != listed.digest:
        raise RuleBroken(_("This list is not what was approved."), code="list_changed")
    while ids := list(listed.lines.filter(done_at=None).values_list("pk", flat=True)[:100]):
        for line_id in ids:
            _carry_out(line_id, listed, at)
    _remove_files(listed, at)
    if listed.files.filter(settled_at=None).exists():
        return None
    return _written_down(listed, at)


def to_carry_out() -> list[RetentionList]:
    """Approved lists that are not through, the oldest first."""
    return list(RetentionList.objects.filter(approved_at__isnull=False, finished_at=None).order_by("pk"))


@transaction.atomic
def _carry_out(line_id: int, listed: RetentionList, at: datetime) -> None:
    row = RetentionLine.objects.select_related("application").get(pk=line_id)
    dossier = locked(row.application)
    line = RetentionLine.objects.select_for_update(of=("self",)).select_related("rule", "document").get(pk=line_id)
    if line.done_at is not None:
        return
    line.application, line.done_at = dossier, at
    day = clock.local_day(at)
    if not is_due(line, rules_on(day), day):
        line.left = GONE if _is_gone(line) else NOT_DUE
        line.save(update_fields=["done_at", "left"])
        return
    if line.document is not None:
        erased = [line.document]
    else:
        erased = list(erasable_documents().filter(application=dossier))
        anonymise(dossier, at)
    for document in erased:
        erase_document(document, at)
        FileToRemove.objects.get_or_create(listed=listed, sha256=document.sha256)
    record(
        application=dossier,
        kind=EventKind.ERASED,
        at=at,
        actor=listed.approved_by,
        details={"list": str(listed.pk), "what": line.what, "files": len(erased)},
    )
    line.save(update_fields=["done_at"])


def _is_gone(line: RetentionLine) -> bool:
    """Erased already with another line: that of its whole dossier."""
    return line.document is not None and line.document.erased_at is not None


def _remove_files(listed: RetentionList, at: datetime) -> None:
    """Each file whose rows are erased leaves the store, unless something else means it. One that was kept again within a day
    waits: its row may not be written yet."""
    before = at.timestamp() - files.STALE_SECONDS
    for row in listed.files.filter(settled_at=None).order_by("pk"):
        meant = is_meant(row.sha256)
        if not meant and not files.remove(row.sha256, before=before) and files.is_stored(row.sha256):
            continue
        row.settled_at, row.is_removed = at, not meant
        row.save(update_fields=["settled_at", "is_removed"])


@transaction.atomic
def _written_down(listed: RetentionList, at: datetime) -> RetentionRecord:
    listed = RetentionList.objects.select_for_update().get(pk=listed.pk)
    found = RetentionRecord.objects.filter(listed=listed).first()
    if found is not None:
        return found
    counts: Counter[str] = Counter()
    for what, left in listed.lines.values_list("what", "left"):
        counts[f"left_{left}" if left else str(what)] += 1
    removed = list(listed.files.filter(is_removed=True).order_by("sha256").values_list("sha256", flat=True))
    counts["files_removed"] = len(removed)
    counts["files_meant_elsewhere"] = listed.files.filter(is_removed=False).count()
    row = RetentionRecord(listed=listed, at=at, counts=dict(sorted(counts.items())), removed=removed)
    row.hash = row.computed_hash()
    row.save()
    listed.finished_at = at
    listed.save(update_fields=["finished_at"])
    log.info("retention_carried_out", list=listed.pk, **row.counts)
    return row
