"""The figures of one centre's day. Every function costs the same number of statements however busy the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Min, Q, QuerySet
from django.db.models.functions import ExtractHour

from centres.enums import AT_COUNTER, CounterState, TicketState
from centres.models import Centre, Counter, Service, Ticket
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


@dataclass(frozen=True)
class Seat:
    """A counter, who is at it, and what it has done today."""

    counter: Counter
    ticket: Ticket | None
    done: int
    mean: timedelta | None


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


def longest_waiting(centre: Centre, at: datetime) -> Ticket | None:
    """Who came first of those still waiting; the way back after a certification does not count as waiting."""
    return today(centre, at).filter(state=TicketState.WAITING).select_related("service").order_by("issued_at").first()


def numbers(centre: Centre, at: datetime) -> Numbers:
    done = Q(state=TicketState.DONE)
    counts = today(centre, at).aggregate(
        waiting=Count("pk", filter=Q(state=TicketState.WAITING)),
        served=Count("pk", filter=done),
        served_last_hour=Count("pk", filter=done & Q(finished_at__gt=at - AN_HOUR)),
        missed=Count("pk", filter=Q(state=TicketState.NO_SHOW)),
    )
    longest = longest_waiting(centre, at)
    return Numbers(longest=longest, longest_wait=at - longest.issued_at if longest else timedelta(), **counts)


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
    counters = Counter.objects.filter(centre=centre).select_related("officer").prefetch_related("services")
    return [
        Seat(
            counter,
            there.get(counter.pk),
            done[counter.pk]["count"] if counter.pk in done else 0,
            done[counter.pk]["mean"] if counter.pk in done else None,
        )
        for counter in counters
    ]


def served_by_hour(centre: Centre, at: datetime) -> list[tuple[int, int, int]]:
    """(hour in Hanoi, numbers drawn, people served) from the first hour with either to the present one."""
    day = today(centre, at)
    drawn = _by_hour(day, "issued_at")
    served = _by_hour(day.filter(state=TicketState.DONE), "finished_at")
    if not drawn and not served:
        return []
    first = min([*drawn, *served])
    last = max([*drawn, *served, clock.local(at).hour])
    return [(hour, drawn.get(hour, 0), served.get(hour, 0)) for hour in range(first, last + 1)]


def queues(centre: Centre, at: datetime) -> list[ServiceQueue]:
    """Services somebody waits for, the longest wait first."""
    waiting = {
        row["service"]: row
        for row in today(centre, at)
        .filter(state=TicketState.WAITING)
        .values("service")
        .annotate(count=Count("pk"), since=Min("issued_at"))
        .order_by()
    }
    services = Service.objects.filter(pk__in=waiting).annotate(
        open_counters=Count("counters", filter=Q(counters__state=CounterState.OPEN)),
        paused_counters=Count("counters", filter=Q(counters__state=CounterState.PAUSED)),
    )
    found = [
        ServiceQueue(
            service,
            waiting[service.pk]["count"],
            waiting[service.pk]["since"],
            service.open_counters,
            service.paused_counters,
        )
        for service in services
    ]
    return sorted(found, key=lambda queue: queue.since)


def _by_hour(tickets: QuerySet[Ticket], moment: str) -> dict[int, int]:
    rows = tickets.annotate(hour=ExtractHour(moment, tzinfo=clock.HANOI)).values("hour").annotate(count=Count("pk"))
    return {row["hour"]: row["count"] for row in rows.order_by()}
