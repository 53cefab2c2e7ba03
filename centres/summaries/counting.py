"""A centre's day counted in full from its tickets: what the summaries keep, and what the live page shows of today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from centres.enums import TicketState
from centres.models import Service, Ticket, TicketEvent
from centres.summaries.tally import Tally
from centres.summaries.times import Moments, Times, times_of
from portal import clock

LAST_HOUR = 23


@dataclass
class DayCount:
    """By (hour, service), by (counter, service), and the whole day."""

    hours: dict[tuple[int, int], Tally] = field(default_factory=lambda: defaultdict(Tally))
    counters: dict[tuple[int, int], Tally] = field(default_factory=lambda: defaultdict(Tally))
    whole: Tally = field(default_factory=Tally)


def count_day(centre_id: int, day: date) -> DayCount:
    """Three statements, however many tickets the other days have."""
    return add_up(visits_of(centre_id, day), day, letters_of(centre_id))


def letters_of(centre_id: int) -> dict[str, int]:
    """The service that each letter of the centre stands for."""
    return dict(Service.objects.filter(centre=centre_id).values_list("letter", "pk"))


def visits_of(centre_id: int, day: date) -> list[tuple[Moments, Times]]:
    """Every ticket of the day with its times."""
    tickets = Ticket.objects.filter(centre=centre_id, day=day).order_by()
    rows = tickets.values_list(
        "id", "service_id", "counter_id", "letter", "priority_ground", "state", "issued_at", "called_at", "arrived_at",
        "finished_at",
    )  # fmt: skip
    steps: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    events = TicketEvent.objects.filter(ticket__in=tickets).order_by("at", "id")
    for ticket_id, kind, at in events.values_list("ticket_id", "kind", "at"):
        steps[ticket_id].append((kind, at))
    visits = [Moments(*row) for row in rows]
    return [(visit, times_of(visit, steps.get(visit.id, ()))) for visit in visits]


def add_up(visits: Iterable[tuple[Moments, Times]], day: date, drawn_for: dict[str, int]) -> DayCount:
    """Pure: the same visits give the same count. ``drawn_for`` names the service of each letter.

    A number counts as drawn in its hour and for the service of its letter; a call with its wait and its walk in the
    hour of the first call; the end with service and parking in the hour of the end.
    """
    count = DayCount()
    for visit, times in visits:
        drawn = count.hours[_hour(visit.issued_at, day), drawn_for.get(visit.letter, visit.service_id)]
        for tally in (drawn, count.whole):
            tally.draw(visit.ground)
        at_counter = [count.whole]
        if visit.counter_id is not None:
            at_counter.append(count.counters[visit.counter_id, visit.service_id])
        if times.first_called_at is not None:
            in_hour = count.hours[_hour(times.first_called_at, day), visit.service_id]
            for tally in (in_hour, *at_counter):
                _add_call(tally, times)
        if visit.finished_at is not None:
            in_hour = count.hours[_hour(visit.finished_at, day), visit.service_id]
            for tally in (in_hour, *at_counter):
                _add_end(tally, visit.state, times)
    return count


def _add_call(tally: Tally, times: Times) -> None:
    tally.called += 1
    tally.jumped += times.jumped
    if times.waiting is not None:
        tally.waiting.add(times.waiting)
    if times.walking is not None:
        tally.walking.add(times.walking)


def _add_end(tally: Tally, state: str, times: Times) -> None:
    if state == TicketState.DONE:
        tally.served += 1
        if times.service is not None:
            tally.service.add(times.service)
        if times.parked is not None:
            tally.parked.add(times.parked)
    elif state == TicketState.NO_SHOW:
        tally.no_show += 1
    elif state == TicketState.LEFT:
        tally.left += 1


def _hour(at: datetime, day: date) -> int:
    local = clock.local(at)
    return local.hour if local.date() == day else LAST_HOUR
