"""Keep what people are told to expect, and compare it with what came."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Min

from centres.enums import CounterState, TicketEventKind, TicketState
from centres.estimate.now import Wait, forecast, renew
from centres.estimate.words import Shown
from centres.models import Centre, Counter, Estimate, Ticket, TicketEvent
from portal import clock

# Between two kept estimates of one number, at least; and only where other words are shown.
REFRESH = timedelta(minutes=5)
BATCH = 500


def give_estimate(*, ticket: Ticket, at: datetime) -> Estimate | None:
    """The first estimate of a number that was just drawn: what a newcomer of its class may expect.

    ``None`` where nothing is known yet. Twice for the same number is once.
    """
    wait = forecast(ticket.centre_id, at).newcomer(ticket.service_id, ticket.priority)
    if wait is None:
        return None
    try:
        with transaction.atomic():
            estimate = _estimate(ticket, wait, at, is_first=True)
            estimate.save()
    except IntegrityError:
        return Estimate.objects.filter(ticket=ticket, is_first=True).first()
    return estimate


def give_estimates(*, centre: Centre, at: datetime) -> int:
    """Make the centre's forecast anew; keep first estimates of whoever has none yet, and later ones where they say
    something else. Returns how many were kept."""
    found = renew(centre, at)
    waiting = Ticket.objects.of_day(centre, clock.local_day(at)).filter(
        state=TicketState.WAITING, called_at__isnull=True, pk__in=found.tickets
    )
    told: dict[int, Estimate] = {}
    for estimate in Estimate.objects.filter(ticket__in=waiting).order_by("at", "id"):
        told[estimate.ticket_id] = estimate
    fresh = []
    for ticket in waiting:
        wait, before = found.of(ticket, at), told.get(ticket.pk)
        if wait is None or (before is not None and not _is_news(before, wait, at)):
            continue
        fresh.append(_estimate(ticket, wait, at, is_first=before is None))
    Estimate.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=BATCH)
    return len(fresh)


@transaction.atomic
def settle_estimates(*, day_from: datetime, at: datetime) -> int:
    """Write down what came of the estimates since then whose number has been called. Returns how many."""
    first_day = clock.local_day(day_from)
    waiting_for = list(
        Estimate.objects.select_for_update(skip_locked=True)
        .filter(day__gte=first_day, came_s__isnull=True, ticket__called_at__isnull=False)
        .order_by("id")[:BATCH]
    )
    called = _first_calls(estimate.ticket_id for estimate in waiting_for)
    for estimate in waiting_for:
        came = max(0.0, (called.get(estimate.ticket_id, at) - estimate.at).total_seconds())
        estimate.came_s = round(came)
        estimate.is_inside = Shown(estimate.low_s, estimate.high_s, estimate.at).contains(came)
    Estimate.objects.bulk_update(waiting_for, ["came_s", "is_inside"], batch_size=BATCH)
    return len(waiting_for)


def centres_at_work() -> list[Centre]:
    """Centres where a counter is open or paused: somebody may come, or wait."""
    seats = Counter.objects.exclude(state=CounterState.CLOSED)
    return list(Centre.objects.filter(pk__in=seats.values("centre")).order_by("pk"))


def _first_calls(tickets: Iterable[int]) -> dict[int, datetime]:
    rows = TicketEvent.objects.filter(ticket__in=set(tickets), kind=TicketEventKind.CALLED).values("ticket")
    return {row["ticket"]: row["first"] for row in rows.annotate(first=Min("at")).order_by()}


def _is_news(before: Estimate, wait: Wait, at: datetime) -> bool:
    if at - before.at < REFRESH:
        return False
    shown = Shown.of(wait.shown, at)
    passed = (at - before.at).total_seconds()
    return (
        abs(before.low_s - passed - shown.low_s) > REFRESH.seconds
        or abs(before.high_s - passed - shown.high_s) > REFRESH.seconds
    )


def _estimate(ticket: Ticket, wait: Wait, at: datetime, *, is_first: bool) -> Estimate:
    shown = Shown.of(wait.shown, at)
    return Estimate(
        ticket=ticket,
        centre_id=ticket.centre_id,
        day=ticket.day,
        at=at,
        is_first=is_first,
        ahead=wait.ahead,
        low_s=shown.low_s,
        high_s=shown.high_s,
        played_low_s=wait.played.low,
        played_middle_s=wait.played.middle,
        played_high_s=wait.played.high,
    )
