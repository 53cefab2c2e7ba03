"""Merging two records of one person, as far as dossiers are concerned: who may, and a line in each history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from applications.actions.locking import locked
from applications.enums import EventKind
from applications.history import record
from applications.models import Application, Party
from applications.permissions import check
from applications.same_person import may_merge
from citizens.actions.merge import merge, unmerge
from citizens.models import Citizen, Merge, User
from portal import live


@transaction.atomic
def merge_people(*, merged: Citizen, survivor: Citizen, reason: str, at: datetime, acting_user: User) -> Merge:
    """Make two records one; the history of every dossier that moved gets a line, and nothing of it is rewritten."""
    check(may_merge(acting_user, merged, survivor))
    done = merge(merged=merged, survivor=survivor, reason=reason, at=at, acting_user=acting_user)
    _noted(done, EventKind.PERSON_MERGED, done.reason, at, acting_user)
    return done


@transaction.atomic
def unmerge_people(*, done: Merge, reason: str, at: datetime, acting_user: User) -> Merge:
    """Take it back, as it was row by row."""
    check(may_merge(acting_user, done.merged, done.survivor))
    undone = unmerge(done=done, reason=reason, at=at, acting_user=acting_user)
    _noted(undone, EventKind.PERSON_PARTED, undone.undone_reason, at, acting_user)
    return undone


def dossiers_of(done: Merge) -> list[int]:
    """Ids of the dossiers in which the merging changed who somebody is."""
    rows = {model: [] for model in (Application, Party)}  # type: ignore[var-annotated]
    for moved in done.moved.all():
        for model, ids in rows.items():
            if moved.model == model._meta.label_lower:
                ids.append(moved.row_id)
    of_parties = Party.objects.filter(pk__in=rows[Party]).values_list("application", flat=True)
    return sorted({*rows[Application], *of_parties})


def _noted(done: Merge, kind: EventKind, reason: str, at: datetime, by: User) -> None:
    ids: Iterable[int] = dossiers_of(done)
    for application in Application.objects.filter(pk__in=ids).order_by("pk"):
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
        live.bump(f"dossier:{dossier.pk}", f"dossiers:{dossier.competent_id}")
