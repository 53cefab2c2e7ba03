"""When to stop giving numbers: those waiting must be served before the doors close.

Waiting people times the mean time of a visit, shared by the counters that can serve them, against what is left of
the opening hours less a reserve for closing. Where the hours are not confirmed, or no visit of recent days says how long
one takes, nobody is sent away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Avg, DurationField, ExpressionWrapper, F, Q

from centres import hours
from centres.enums import CounterState, TicketState
from centres.models import Centre, Counter, Service, Ticket
from portal import clock

RECENT_DAYS = 14
KNOWN_SECONDS = 60
_VISIT = ExpressionWrapper(F("finished_at") - F("arrived_at"), output_field=DurationField())


@dataclass(frozen=True)
class DayIsFull:
    """What the sentence needs: how many wait, and until when the counters can serve."""

    waiting: int
    closes_at: datetime


def fits(*, waiting: int, mean: timedelta, counters: int, left: timedelta, reserve: timedelta) -> bool:
    """Whether one more person can still be served after ``waiting`` others, by this many counters, in the time left."""
    return (waiting + 1) * mean <= counters * (left - reserve)


def full_now(service: Service, at: datetime) -> DayIsFull | None:
    """Whether no more numbers can be given for this service today, and what to say; ``None`` while they can.

    Asked with every number drawn, so the answer is kept for the rest of the minute.
    """
    if not service.centre.keeps_hours:
        return None
    key = f"full:{service.pk}:{clock.local(at):%d%H%M}"
    known: tuple[DayIsFull | None] | None = cache.get(key)
    if known is None:
        known = (_look(service, at),)
        cache.set(key, known, KNOWN_SECONDS)
    return known[0]


def mean_visits(centre: Centre, at: datetime) -> dict[int, timedelta]:
    """How long a visit took on average by service, from those of recent days; services without any are missing."""
    key = f"visits:{centre.pk}"
    known: dict[int, timedelta] | None = cache.get(key)
    if known is None:
        today = clock.local_day(at)
        recent = Ticket.objects.filter(
            centre=centre, day__gte=today - timedelta(days=RECENT_DAYS), day__lte=today, state=TicketState.DONE
        )
        rows = recent.filter(arrived_at__isnull=False).values("service").annotate(mean=Avg(_VISIT)).order_by()
        known = {row["service"]: row["mean"] for row in rows}
        cache.set(key, known, KNOWN_SECONDS)
    return known


def closing_reserve(centre_id: int) -> timedelta:
    """Time kept before closing for what is still on the counters."""
    return timedelta(minutes=15)


def _look(service: Service, at: datetime) -> DayIsFull | None:
    if not hours.is_open(service.centre, at):
        return None
    mean = mean_visits(service.centre, at).get(service.pk)
    counters = _counters(service)
    if mean is None or not counters:
        return None
    waiting = (
        Ticket.objects.waiting().filter(centre=service.centre_id, service=service, day=clock.local_day(at)).count()
    )
    left = hours.opening_left(service.centre, at)
    if fits(waiting=waiting, mean=mean, counters=counters, left=left, reserve=closing_reserve(service.centre_id)):
        return None
    today = clock.local_day(at)
    closes = hours.hours_on(service.centre, today)[-1][1]
    return DayIsFull(waiting, datetime.combine(today, closes, tzinfo=clock.HANOI))


def _counters(service: Service) -> int:
    """Counters with somebody at them that can give this service; before any has opened, all that can."""
    able = Counter.objects.filter(services=service)
    staffed = able.filter(~Q(state=CounterState.CLOSED)).count()
    return staffed or able.count()
