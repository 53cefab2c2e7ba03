"""When a counter had somebody to serve: somebody at it, or somebody in the hall whom it could have called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from centres.enums import TicketEventKind
from centres.models import Centre, Counter, Ticket
from portal import clock

Span = tuple[datetime, datetime]
_CALLS = {TicketEventKind.CALLED, TicketEventKind.PICKED}
_WAITS = {TicketEventKind.RETURNED, TicketEventKind.TRANSFERRED}
# What changes nothing of where somebody is.
_STAYS = {TicketEventKind.ISSUED, TicketEventKind.RECALLED, TicketEventKind.ARRIVED, TicketEventKind.CLASSED}


@dataclass(frozen=True)
class Stay:
    """Somebody at a counter, or waiting for a service: for any of its counters, or the one they are kept for."""

    start: datetime
    end: datetime
    service_id: int
    counter_id: int | None
    waits: bool

    def concerns(self, counter_id: int, services: set[int]) -> bool:
        if not self.waits:
            return self.counter_id == counter_id
        return self.service_id in services and self.counter_id in (None, counter_id)


def time_wanted(
    centre: Centre, counters: Iterable[Counter], opened: dict[int, list[Span]], since: datetime, at: datetime
) -> dict[int, timedelta]:
    """By counter id, for how long of the time from ``since`` on it was open and had somebody to serve. Two statements;
    ``opened`` says when it was open."""
    stays = [stay for ticket in _in_hall(centre, since, at) for stay in _stays(ticket, at)]
    found: dict[int, timedelta] = defaultdict(timedelta)
    for counter in counters:
        services = {service.pk for service in counter.services.all()}
        wanted = _together((stay.start, stay.end) for stay in stays if stay.concerns(counter.pk, services))
        for start, end in opened.get(counter.pk, []):
            for first, last in wanted:
                found[counter.pk] += max(timedelta(), min(end, last) - max(start, first, since))
    return found


def _in_hall(centre: Centre, since: datetime, at: datetime) -> Iterable[Ticket]:
    """Whoever was there at some time from ``since`` on."""
    still = Q(finished_at__isnull=True) | Q(finished_at__gt=since)
    return Ticket.objects.of_day(centre, clock.local_day(at)).filter(still, issued_at__lt=at).prefetch_related("events")


def _stays(ticket: Ticket, at: datetime) -> Iterator[Stay]:
    """Where this person was, from the drawing until now, as it was written down."""
    events = list(ticket.events.all())
    start, service = ticket.issued_at, (events[0].service_id if events else None) or ticket.service_id
    kept_for: int | None = None
    waits, there = True, True
    for event in events:
        if event.kind in _STAYS:
            continue
        if there:
            yield Stay(start, event.at, service, kept_for, waits)
        waits, there = event.kind in _WAITS, event.kind in _CALLS | _WAITS
        start, service = event.at, event.service_id or service
        kept_for = None if event.kind == TicketEventKind.TRANSFERRED else event.counter_id
    if there:
        yield Stay(start, at, service, kept_for, waits)


def _together(spans: Iterable[Span]) -> list[Span]:
    """The same time without overlaps."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found
