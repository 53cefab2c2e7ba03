"""An announced outage stops the clocks of dossiers, and they go on by themselves (Decree 301/2026 art. 4.7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from applications import messages
from applications.actions.locking import locked
from applications.actions.part_clocks import recount_parts
from applications.approved_days import Approved
from applications.enums import IN_HAND, EventKind, PauseWhy
from applications.history import record
from applications.models import Application, Pause
from applications.moved_days import CHUNK
from applications.pauses import counted_again
from applications.worklist import behind, place_of
from centres.models import Outage
from portal import live
from procedures.calendars import WorkCalendar


def stop_for_outages(*, at: datetime) -> int:
    """Give each dossier the time of outages that have begun, as announced; and of those that are over, as it was.

    Safe to run again, and beside itself: a dossier is given no more than it lacks, and the outage is noted last. Returns
    how many dossiers moved.
    """
    moved, calendar_of = 0, Approved().of
    for outage in _due(at):
        for application in _in_reach(outage, at):
            moved += _give_time(application, outage, calendar_of, at)
        outage.clocks_stopped_at = outage.clocks_stopped_at or at
        if outage.over_at <= at:
            outage.clocks_settled_at = at
        outage.save(update_fields=["clocks_stopped_at", "clocks_settled_at"])
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


def _in_reach(outage: Outage, at: datetime) -> Iterator[Application]:
    """Dossiers in hand at that centre whose time runs, or ran, over it."""
    rows = Application.objects.filter(
        state__in=IN_HAND, received_at__lt=min(outage.over_at, at), due_at__gt=outage.from_at
    ).order_by("due_at", "id")
    if outage.centre_id is not None:
        rows = rows.filter(competent=outage.centre_id)
    place = ""
    while chunk := list(behind(rows, place)[:CHUNK]):
        place = place_of(chunk[-1])
        yield from chunk


@transaction.atomic
def _give_time(
    application: Application, outage: Outage, calendar_of: Callable[[Application], WorkCalendar], at: datetime
) -> bool:
    """Whether this dossier got another date: it is counted once more with its row in hand."""
    dossier = locked(application)
    if dossier.state not in IN_HAND or dossier.due_at is None or dossier.received_at is None:
        return False
    pauses = list(dossier.pauses.all())
    own = next(
        (one for one in pauses if one.why == PauseWhy.OUTAGE and outage.from_at <= one.from_at < outage.until_at), None
    )
    others = [one for one in pauses if one is not own]
    span = _what_is_left(max(outage.from_at, dossier.received_at), outage.over_at, others)
    if not _keep(dossier, own, span):
        return False
    calendar = calendar_of(dossier)
    due = counted_again(dossier, calendar)
    recount_parts(dossier, calendar)
    if due.at == dossier.due_at:
        return False
    before, dossier.due_at, dossier.due_explanation = dossier.due_at, due.at, due.explanation
    dossier.changed_at = at
    dossier.save(update_fields=["due_at", "due_explanation", "changed_at"])
    record(
        application=dossier, kind=EventKind.DUE_MOVED, at=at, actor=None, centre=dossier.competent,
        reason=outage.what["vi"],
        details={"due_before": before.isoformat(), "due_at": due.at.isoformat(), "outage": outage.pk},
    )  # fmt: skip
    messages.tell(messages.MovedByOutage, dossier, occasion=f"{outage.pk}:{due.at.isoformat()}", at=at)
    live.bump(f"dossier:{dossier.pk}", f"dossiers:{dossier.competent_id}")
    return True


def _keep(dossier: Application, own: Pause | None, span: tuple[datetime, datetime] | None) -> bool:
    """Whether the pause for this outage is another than it was."""
    if span is None:
        if own is not None:
            own.delete()
        return own is not None
    start, end = span
    if own is None:
        Pause.objects.create(application=dossier, why=PauseWhy.OUTAGE, from_at=start, to_at=end)
        return True
    if (own.from_at, own.to_at) == span:
        return False
    own.from_at, own.to_at = start, end
    own.save(update_fields=["from_at", "to_at"])
    return True


def _what_is_left(start: datetime, end: datetime, others: Iterable[Pause]) -> tuple[datetime, datetime] | None:
    """The time of the outage that no other pause has given already: from after one it began in, until the next begins."""
    for one in sorted(others, key=lambda pause: pause.from_at):
        if one.from_at >= end or (one.to_at is not None and one.to_at <= start):
            continue
        if one.from_at <= start:
            if one.to_at is None:
                return None
            start = one.to_at
        else:
            end = one.from_at
    return (start, end) if start < end else None
