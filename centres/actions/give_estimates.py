"""Keep what people are told to expect, and compare it with what came."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from centres.enums import CounterState, TicketState
from centres.estimate.now import Wait, forecast, renew
from centres.estimate.words import Shown
from centres.models import Centre, Counter, Estimate, Ticket
from portal import clock, live

# Between two kept estimates of one number, at least; and only where other words are shown.
REFRESH = timedelta(minutes=5)
# So young a number is told at its drawing: the forecast is made twice a minute. What is told later, because nothing was
# known then or a kiosk had no line, is no promise made to somebody who comes, and does not count in the published rate.
AT_THE_DRAWING = timedelta(minutes=1)
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
    """Make the centre's forecast anew; keep estimates of whoever has none yet, first ones where they have only just
    drawn, and later ones where they say something else. Returns how many were kept."""
    before_that = forecast(centre.pk, at)
    found = renew(centre, at)
    if found.words != before_that.words:
        live.bump(f"waits:{centre.pk}")
    waiting = Ticket.objects.of_day(centre, clock.local_day(at)).filter(
        state=TicketState.WAITING, first_called_at__isnull=True, pk__in=found.tickets
    )
    told: dict[int, Estimate] = {}
    for estimate in Estimate.objects.filter(ticket__in=waiting).order_by("at", "id"):
        told[estimate.ticket_id] = estimate
    fresh = []
    for ticket in waiting:
        wait, before = found.of(ticket, at), told.get(ticket.pk)
        if wait is None or (before is not None and not _is_news(before, wait, at)):
            continue
        is_first = before is None and at - ticket.issued_at <= AT_THE_DRAWING
        fresh.append(_estimate(ticket, wait, at, is_first=is_first))
    Estimate.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=BATCH)
    return len(fresh)


@transaction.atomic
def settle_estimates(*, day_from: datetime) -> int:
    """Write down what came of the estimates since then whose number has been called. Returns how many."""
    first_day = clock.local_day(day_from)
    waiting_for = list(
        Estimate.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(day__gte=first_day, came_s__isnull=True, ticket__first_called_at__isnull=False)
        .order_by("id")[:BATCH]
    )
    tickets = Ticket.objects.in_bulk({estimate.ticket_id for estimate in waiting_for})
    for estimate in waiting_for:
        came = _came(estimate, tickets[estimate.ticket_id])
        estimate.came_s = round(came)
        estimate.is_inside = Shown(estimate.low_s, estimate.high_s, estimate.at).contains(came)
    Estimate.objects.bulk_update(waiting_for, ["came_s", "is_inside"], batch_size=BATCH)
    return len(waiting_for)


def centres_at_work() -> list[Centre]:
    """Centres where a counter is open or paused: somebody may come, or wait."""
    seats = Counter.objects.exclude(state=CounterState.CLOSED)
    return list(Centre.objects.filter(pk__in=seats.values("centre")).order_by("pk"))


def _came(estimate: Estimate, ticket: Ticket) -> float:
    """Seconds from the estimate to the first call, without the time the person was away on a held place."""
    called = ticket.first_called_at or estimate.at
    whole = (called - ticket.issued_at).total_seconds()
    away = max(0.0, whole - ticket.waited_s - 1) if ticket.waited_s is not None else 0.0
    return max(0.0, (called - estimate.at).total_seconds() - away)


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
