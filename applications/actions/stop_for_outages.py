"""An announced outage stops the clocks of dossiers, and they go on by themselves (Decree 301/2026 art. 4.7)."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from applications import messages
from applications.actions.locking import locked
from applications.actions.part_clocks import recount_parts
from applications.actions.supplement import give_longer
from applications.approved_days import Approved
from applications.enums import IN_HAND, WAITING_FOR_CITIZEN, EventKind, PartState, PauseWhy
from applications.history import record
from applications.models import Application, OutagePass, Part, Pause
from applications.moved_days import CHUNK
from applications.pauses import counted_again
from applications.querysets import ApplicationQuerySet
from centres.models import Outage
from portal import live
from procedures.calendars import WorkCalendar
from procedures.waits import Span


def stop_for_outages(*, at: datetime, seconds: float = math.inf) -> int:
    """Give each dossier the time of outages that have begun, as announced; and of those that are over, as it was.

    It goes on where it ended: after so many seconds, or in the middle of a worker's life. Safe to run again, and beside itself: a
    dossier is given no more than it lacks. Returns how many dossiers moved.
    """
    moved, calendar_of, ends = 0, Approved().of, time.monotonic() + seconds
    for outage in _due(at):
        walk, _is_new = OutagePass.objects.get_or_create(outage=outage, settles=outage.over_at <= at)
        moved += _walk(outage, walk, calendar_of, at, ends)
        if walk.finished_at is None:
            break
        outage.clocks_stopped_at = outage.clocks_stopped_at or at
        if walk.settles:
            outage.clocks_settled_at = at
        outage.save(update_fields=["clocks_stopped_at", "clocks_settled_at"])
    return moved


def _walk(
    outage: Outage, walk: OutagePass, calendar_of: Callable[[Application], WorkCalendar], at: datetime, ends: float
) -> int:
    """Go on with a walk; its row says how far it came, piece by piece."""
    moved = 0
    while time.monotonic() <= ends:
        piece = list(_in_reach(outage, at).filter(pk__gt=walk.after)[:CHUNK])
        gave = sum(_give_time(one, outage, calendar_of, at) for one in piece)
        moved, walk.moved = moved + gave, walk.moved + gave
        walk.after = piece[-1].pk if piece else walk.after
        walk.finished_at = at if len(piece) < CHUNK else None
        walk.save(update_fields=["after", "moved", "finished_at"])
        if walk.finished_at is not None:
            break
    return moved


def _due(at: datetime) -> QuerySet[Outage]:
    """Begun and not noted yet, or over (as announced or sooner) and not settled yet."""
    over = Q(ended_at__lte=at) | Q(until_at__lte=at)
    return Outage.objects.filter(
        Q(clocks_stopped_at__isnull=True) | over,
        cancelled_at__isnull=True,
        from_at__lte=at,
        clocks_settled_at__isnull=True,
    ).order_by("from_at", "id")


def _in_reach(outage: Outage, at: datetime) -> ApplicationQuerySet:
    """Dossiers in hand at that centre whose time runs, or ran, over it, by their keys: dates move on the way. Whoever is waited
    for (by one of linked services too) may answer in the midst of it, so the date of then says nothing."""
    part_waits = Exists(Part.objects.filter(application=OuterRef("pk"), state=PartState.SUPPLEMENT))
    rows = Application.objects.filter(
        Q(due_at__gt=outage.from_at) | Q(state__in=WAITING_FOR_CITIZEN) | part_waits,
        state__in=IN_HAND,
        received_at__lt=min(outage.over_at, at),
    ).order_by("pk")
    return rows if outage.centre_id is None else rows.filter(competent=outage.centre_id)


@transaction.atomic
def _give_time(
    application: Application, outage: Outage, calendar_of: Callable[[Application], WorkCalendar], at: datetime
) -> bool:
    """Whether this dossier got another date: it is counted once more with its row in hand."""
    dossier = locked(application)
    if dossier.state not in IN_HAND or dossier.due_at is None or dossier.received_at is None:
        return False
    within = dossier.pauses.filter(why=PauseWhy.OUTAGE, from_at__gte=outage.from_at, from_at__lt=outage.until_at)
    changed = _keep(dossier, within.first(), (max(outage.from_at, dossier.received_at), outage.over_at))
    calendar = calendar_of(dossier)
    give_longer(dossier, outage, calendar, at)
    if not changed:
        return False
    due = counted_again(dossier, calendar)
    recount_parts(dossier, calendar)
    if due.at == dossier.due_at:
        return False
    before, dossier.due_at, dossier.due_explanation = dossier.due_at, due.at, due.explanation
    dossier.changed_at = at
    dossier.save(update_fields=["due_at", "due_explanation", "changed_at"])
    event = record(
        application=dossier, kind=EventKind.DUE_MOVED, at=at, actor=None, centre=dossier.competent,
        reason=outage.what["vi"],
        details={"due_before": before.isoformat(), "due_at": due.at.isoformat(), "outage": outage.pk},
    )  # fmt: skip
    messages.tell(messages.MovedByOutage, dossier, occasion=str(event.sequence), at=at)
    live.bump(f"dossier:{dossier.pk}", f"dossiers:{dossier.competent_id}")
    return True


def _keep(dossier: Application, own: Pause | None, span: Span) -> bool:
    """Whether the pause for this outage is another than it was. Beside other pauses it stands whole: who counts them counts
    each moment once."""
    if own is None:
        Pause.objects.create(application=dossier, why=PauseWhy.OUTAGE, from_at=span[0], to_at=span[1])
        return True
    if (own.from_at, own.to_at) == span:
        return False
    own.from_at, own.to_at = span
    own.save(update_fields=["from_at", "to_at"])
    return True
