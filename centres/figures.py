"""The figures of one centre's day. Every function costs the same number of statements however busy the day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Max, Q, QuerySet

from centres.counter_times import FREES, open_spans
from centres.enums import AT_COUNTER, CounterState, TicketState
from centres.foresight import Flow
from centres.in_line import in_line
from centres.models import Centre, Counter, Service, Ticket, TicketEvent
from centres.wanted import time_wanted
from portal import clock

AN_HOUR = timedelta(hours=1)
_SERVICE_TIME = ExpressionWrapper(F("finished_at") - F("arrived_at"), output_field=DurationField())


@dataclass(frozen=True)
class Numbers:
    waiting: int
    longest: Ticket | None
    longest_wait: timedelta
    served: int
    served_last_hour: int
    missed: int
    left: int

    @property
    def unserved(self) -> int:
        return self.missed + self.left


@dataclass(frozen=True)
class Seat:
    """A counter, who is at it, and what it has done today. ``free_since``: open and nobody there, from then on."""

    counter: Counter
    ticket: Ticket | None
    done: int
    mean: timedelta | None
    free_since: datetime | None


@dataclass(frozen=True)
class ServiceQueue:
    """A service with people waiting: how many, the longest wait's start, and who could call them."""

    service: Service
    waiting: int
    since: datetime
    open_counters: int
    paused_counters: int


def today(centre: Centre, at: datetime) -> QuerySet[Ticket]:
    return Ticket.objects.of_day(centre, clock.local_day(at))


def numbers(centre: Centre, at: datetime) -> Numbers:
    done = Q(state=TicketState.DONE)
    counts = today(centre, at).aggregate(
        waiting=Count("pk", filter=Q(state=TicketState.WAITING)),
        served=Count("pk", filter=done),
        served_last_hour=Count("pk", filter=done & Q(finished_at__gt=at - AN_HOUR)),
        missed=Count("pk", filter=Q(state=TicketState.NO_SHOW)),
        left=Count("pk", filter=Q(state=TicketState.LEFT)),
    )
    longest = next(iter(in_line(centre, at)), None)
    return Numbers(longest=longest, longest_wait=at - longest.since if longest else timedelta(), **counts)


def seats(centre: Centre, at: datetime) -> list[Seat]:
    """Every counter in its order."""
    day = today(centre, at)
    there = {ticket.counter_id: ticket for ticket in day.filter(state__in=AT_COUNTER)}
    done = {
        row["counter"]: row
        for row in day.filter(state=TicketState.DONE)
        .values("counter")
        .annotate(count=Count("pk"), mean=Avg(_SERVICE_TIME))
        .order_by()
    }
    last = dict(
        TicketEvent.objects.filter(ticket__in=day, counter__isnull=False, kind__in=FREES)
        .order_by()
        .values_list("counter")
        .annotate(at=Max("at"))
    )
    counters = Counter.objects.filter(centre=centre).select_related("officer").prefetch_related("services")
    return [
        Seat(
            counter,
            there.get(counter.pk),
            done[counter.pk]["count"] if counter.pk in done else 0,
            done[counter.pk]["mean"] if counter.pk in done else None,
            _free_since(counter, counter.pk in there, last.get(counter.pk)),
        )
        for counter in counters
    ]


def _free_since(counter: Counter, is_busy: bool, last: datetime | None) -> datetime | None:
    if is_busy or counter.state != CounterState.OPEN:
        return None
    return max((moment for moment in (counter.state_since, last) if moment), default=None)


def flows(centre: Centre, at: datetime, window: timedelta) -> list[tuple[Service, Flow]]:
    """Services with who waits, who came and who was called in the ``window`` before. Seven statements."""
    since = at - window
    day = today(centre, at)
    rows = (
        day.filter(Q(state=TicketState.WAITING) | Q(issued_at__gt=since) | Q(called_at__gt=since))
        .values("service")
        .annotate(
            waiting=Count("pk", filter=Q(state=TicketState.WAITING)),
            arrivals=Count("pk", filter=Q(issued_at__gt=since)),
            calls=Count("pk", filter=Q(called_at__gt=since)),
        )
        .order_by()
    )
    found = {row["service"]: (row["waiting"], row["arrivals"], row["calls"]) for row in rows}
    open_counters: dict[int, int] = defaultdict(int)
    counter_time: dict[int, timedelta] = defaultdict(timedelta)
    counters = list(Counter.objects.filter(centre=centre).prefetch_related("services"))
    opened = open_spans(centre, clock.local_day(at), at)
    for counter in counters:
        # Open since before today, or by no event: its own word counts.
        if counter.state == CounterState.OPEN:
            opened.setdefault(counter.pk, [(counter.state_since or since, at)])
    wanted = time_wanted(centre, counters, opened, since, at)
    for counter in counters:
        for service in counter.services.all():
            open_counters[service.pk] += counter.state == CounterState.OPEN
            counter_time[service.pk] += wanted[counter.pk]
    return [
        (service, Flow(*found[pk], open_counters=open_counters[pk], window=window, counter_time=counter_time[pk]))
        for pk, service in Service.objects.in_bulk(list(found)).items()
    ]


def queues(centre: Centre, at: datetime, line: Sequence[Any] | None = None) -> list[ServiceQueue]:
    """Services somebody waits for, the longest wait first. ``line``: who waits, where it is known already."""
    waiting: dict[int, list[Any]] = defaultdict(list)
    for each in in_line(centre, at) if line is None else line:
        waiting[each.service_id].append(each)
    services = Service.objects.filter(pk__in=waiting).annotate(
        open_counters=Count("counters", filter=Q(counters__state=CounterState.OPEN)),
        paused_counters=Count("counters", filter=Q(counters__state=CounterState.PAUSED)),
    )
    found = [
        ServiceQueue(
            service,
            len(waiting[service.pk]),
            waiting[service.pk][0].since,
            service.open_counters,
            service.paused_counters,
        )
        for service in services
    ]
    return sorted(found, key=lambda queue: queue.since)
