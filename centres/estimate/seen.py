"""The hall and its days as the database has them. A handful of statements each, however many people are there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Max, OuterRef, QuerySet, Subquery

from centres import hours
from centres.enums import AT_COUNTER, CounterEventKind, CounterState, Priority, TicketEventKind, TicketState
from centres.estimate.hall import Desk, Hall
from centres.estimate.records import Call, DayRecord, Drawn, Spells
from centres.models import Centre, Counter, CounterEvent, Ticket, TicketEvent
from centres.order import Place
from centres.policy import policy_on
from portal import clock

_CALLS = {TicketEventKind.CALLED, TicketEventKind.PICKED}
# After these the counter is free again. By the evening's job (CLOSED) it is, too, but nobody worked until then.
_FREES = {
    TicketEventKind.DONE, TicketEventKind.NO_SHOW, TicketEventKind.PARKED, TicketEventKind.TRANSFERRED,
    TicketEventKind.LEFT, TicketEventKind.CLOSED,
}  # fmt: skip
_BACK = {TicketEventKind.RETURNED, TicketEventKind.TRANSFERRED}
_OPENS = {CounterEventKind.OPENED, CounterEventKind.RESUMED}


def hall_now(centre: Centre, at: datetime) -> Hall:
    """Who waits, who is where, and which counters are open."""
    day = clock.local_day(at)
    here = list(
        Ticket.objects.of_day(centre, day)
        .filter(state__in=[TicketState.WAITING, *AT_COUNTER])
        .values_list("pk", "service", "priority", "queue_at", "counter", "state", "called_at")
    )
    served = {
        counter: (service, called)
        for _pk, service, _priority, _queue_at, counter, state, called in here
        if state != TicketState.WAITING
    }
    freed = dict(
        TicketEvent.objects.filter(ticket__centre=centre, ticket__day=day, kind__in=_FREES, counter__isnull=False)
        .values_list("counter")
        .annotate(last=Max("at"))
        .order_by()
    )
    desks = tuple(_desk(counter, served.get(counter.pk), freed.get(counter.pk)) for counter in _counters(centre, day))
    skills = {desk.counter_id: desk.services for desk in desks}
    waiting = tuple(
        # Kept for a counter only as long as that can serve them.
        Place(pk, service, priority, queue_at, counter if service in skills.get(counter, ()) else None)
        for pk, service, priority, queue_at, counter, state, _called in here
        if state == TicketState.WAITING
    )
    opening = tuple(
        (datetime.combine(day, start, tzinfo=clock.HANOI), datetime.combine(day, end, tzinfo=clock.HANOI))
        for start, end in hours.hours_on(centre, day)
    )
    return Hall(at, waiting, desks, policy_on(centre.pk, day).cap, opening)


def day_record(centre: Centre, day: date) -> DayRecord:
    """What this day leaves to learn from. Three statements."""
    drawn: dict[int, Drawn] = {}
    for ticket, service, priority, issued in _drawn(centre, day).values_list("ticket", "service", "priority", "at"):
        rank = Priority.ORDINARY if priority is None else priority
        # Once each: a number that a kiosk printed again without a line has two such rows.
        drawn.setdefault(ticket, Drawn(service, rank, _second(issued, day)))
    return DayRecord(day.toordinal(), calls_since(centre, day, None), list(drawn.values()), spells_on(centre, day))


def _drawn(centre: Centre, day: date) -> QuerySet[TicketEvent]:
    """Each number as it was drawn: its class and field may have changed since."""
    return TicketEvent.objects.filter(
        ticket__centre=centre, ticket__day=day, kind=TicketEventKind.ISSUED, service__isnull=False
    ).order_by("at", "id")


def calls_since(centre: Centre, day: date, since: datetime | None) -> list[Call]:
    """The day's calls to a counter that is free again; ``since``: only what happened from then on. One statement.

    What nobody ended and the evening's job closed is left out: its hours say nothing about service.
    """
    events = TicketEvent.objects.filter(ticket__centre=centre, ticket__day=day)
    if since is not None:
        events = events.filter(at__gte=since)
    found: list[Call] = []
    ready: dict[int, datetime] = {}
    called: dict[int, tuple[datetime, int, int, int, datetime]] = {}
    for ticket, kind, at, actor, counter, service, issued in events.order_by("at", "id").values_list(
        "ticket", "kind", "at", "actor", "counter", "service", "ticket__issued_at"
    ):
        if kind in _CALLS and counter and service:
            called[ticket] = (at, service, counter, who(actor, counter), ready.get(ticket, issued))
        elif kind in _FREES and ticket in called:
            began, wanted, desk, pace, since_when = called.pop(ticket)
            moments = (_second(each, day) for each in (since_when, began, at))
            if kind != TicketEventKind.CLOSED:
                found.append(Call(wanted, desk, pace, *moments))
        if kind in _BACK:
            ready[ticket] = at
    return found


def who(officer_id: int | None, counter_id: int) -> int:
    """Whose pace a call has: the officer's, else the counter's."""
    return officer_id or -counter_id


def spells_on(centre: Centre, day: date) -> dict[int, Spells]:
    """When each counter was open, from what is written down about counters; one that nobody closed, until the doors
    closed. One statement."""
    start = _midnight(day)
    rows = (
        CounterEvent.objects.filter(counter__centre=centre, at__gte=start, at__lt=start + timedelta(days=1))
        .order_by("at", "id")
        .values_list("counter", "kind", "at")
    )
    closes = hours.closing_times(centre)(day)
    closing = _second(datetime.combine(day, closes, tzinfo=clock.HANOI), day) if closes else 86400.0
    return _spells(((counter, kind in _OPENS, _second(at, day)) for counter, kind, at in rows), closing)


def _spells(changes: Iterable[tuple[int, bool, float]], closing: float) -> dict[int, Spells]:
    opened: dict[int, float] = {}
    found: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for counter, is_open, at in changes:
        if is_open:
            opened.setdefault(counter, at)
        elif counter in opened:
            found[counter].append((opened.pop(counter), at))
    for counter, since in opened.items():  # nobody closed it; the evening's job did, on the next day
        found[counter].append((since, max(since, closing)))
    return {counter: tuple(spells) for counter, spells in found.items()}


def _counters(centre: Centre, day: date) -> QuerySet[Any]:
    """With ``calm``: how many running calls have overtaken nobody, from the latest that counts; empty before the first
    that did."""
    counted = TicketEvent.objects.filter(counter=OuterRef("pk"), at__gte=_midnight(day), jumped__isnull=False)
    latest = Subquery(counted.order_by("-at", "-id").values("calm")[:1])
    return Counter.objects.filter(centre=centre).annotate(calm=latest).prefetch_related("services")


def _desk(counter: Any, served: tuple[int, datetime] | None, freed: datetime | None) -> Desk:
    return Desk(
        counter.pk,
        frozenset(service.pk for service in counter.services.all()),
        is_open=counter.state == CounterState.OPEN,
        since=counter.state_since,
        who=who(counter.officer_id, counter.pk),
        serving=served[0] if served else None,
        called_at=served[1] if served else None,
        freed_at=None if served else freed,
        calm=counter.calm,
    )


def _second(moment: datetime, day: date) -> float:
    return (moment - _midnight(day)).total_seconds()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=clock.HANOI)
