"""Merging two records of one person, as far as dossiers are concerned: who may, and a line in each history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from applications.actions.locking import locked
from applications.enums import EventKind
from applications.history import record
from applications.models import Application, Party
from applications.permissions import check
from applications.same_person import may_merge
from applications.words import note_words_again
from citizens.actions.merge import follow, left_behind, merge, unmerge
from citizens.models import Citizen, Merge, MovedReference, User
from portal import live


@transaction.atomic
def merge_people(*, merged: Citizen, survivor: Citizen, reason: str, at: datetime, acting_user: User) -> Merge:
    """Make two records one; the history of every dossier that moved gets a line, and nothing of it is rewritten."""
    check(may_merge(acting_user, merged, survivor))
    done = merge(merged=merged, survivor=survivor, reason=reason, at=at, acting_user=acting_user)
    _noted(done, done.moved.all(), EventKind.PERSON_MERGED, done.reason, at, acting_user)
    return done


@transaction.atomic
def unmerge_people(*, done: Merge, reason: str, at: datetime, acting_user: User) -> Merge:
    """Take it back, as it was row by row."""
    check(may_merge(acting_user, done.merged, done.survivor))
    undone = unmerge(done=done, reason=reason, at=at, acting_user=acting_user)
    _noted(undone, undone.moved.all(), EventKind.PERSON_PARTED, undone.undone_reason, at, acting_user)
    return undone


def follow_merged(*, at: datetime) -> int:
    """Take along what came to merged records in the moment in which they were merged; how many rows."""
    return sum(_follow(done, at) for done in left_behind())


@transaction.atomic
def _follow(done: Merge, at: datetime) -> int:
    rows = follow(done=done)
    _noted(done, rows, EventKind.PERSON_MERGED, done.reason, at, None)
    return len(rows)


def dossiers_of(rows: Iterable[MovedReference]) -> list[int]:
    """Ids of the dossiers in which these rows changed who somebody is."""
    ids: dict[str, list[int]] = defaultdict(list)
    for moved in rows:
        ids[moved.model].append(moved.row_id)
    of_parties = Party.objects.filter(pk__in=ids[Party._meta.label_lower]).values_list("application", flat=True)
    return sorted({*ids[Application._meta.label_lower], *of_parties})


def _noted(
    done: Merge, rows: Iterable[MovedReference], kind: EventKind, reason: str, at: datetime, by: User | None
) -> None:
    for application in Application.objects.filter(pk__in=dossiers_of(rows)).order_by("pk"):
        dossier = locked(application)
        record(
            application=dossier,
            kind=kind,
            at=at,
            actor=by,
            centre=dossier.received_at_centre or dossier.helped_at,
            details={"merge": done.pk, "record": done.merged_id, "counts": done.survivor_id},
            personal={"reason": reason},
        )
        if dossier.code:
            note_words_again([dossier])
        live.bump(f"dossier:{dossier.pk}", f"dossiers:{dossier.competent_id}")
