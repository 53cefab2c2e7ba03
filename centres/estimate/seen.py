"""The hall and its days as the database has them. A handful of statements each, however many people are there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Max
from django.utils.module_loading import import_string

from centres import hours
from centres.enums import AT_COUNTER, CounterState, TicketEventKind, TicketState
from centres.estimate.hall import Desk, Hall
from centres.estimate.records import Call, DayRecord, Drawn, Spells
from centres.models import Centre, Counter, Ticket, TicketEvent
from centres.order import Place
from portal import clock

# After these the counter is free again.
_FREES = {
    TicketEventKind.DONE, TicketEventKind.NO_SHOW, TicketEventKind.PARKED, TicketEventKind.TRANSFERRED,
    TicketEventKind.LEFT,
}  # fmt: skip
# Calls per counter that a cap can look back at.
_LOOK_BACK = 6


def hall_now(centre: Centre, at: datetime) -> Hall:
    """Who waits, who is where, and which counters are open."""
    day = clock.local_day(at)
    here = list(
        Ticket.objects.of_day(centre, day)
        .filter(state__in=[TicketState.WAITING, *AT_COUNTER])
        .values_list("pk", "service", "priority", "queue_at", "counter", "state", "called_at")
    )
    waiting = tuple(
        Place(pk, service, priority, queue_at, counter)
        for pk, service, priority, queue_at, counter, state, _called in here
        if state == TicketState.WAITING
    )
    served = {
        counter: (service, called)
        for _pk, service, _priority, _queue_at, counter, state, called in here
        if state != TicketState.WAITING
    }
    freed = dict(
        Ticket.objects.of_day(centre, day)
        .filter(finished_at__isnull=False, counter__isnull=False)
        .values_list("counter")
        .annotate(last=Max("finished_at"))
        .order_by()
    )
    recent = _recent_calls(centre, day)
    desks = tuple(
        _desk(counter, served.get(counter.pk), freed.get(counter.pk), tuple(recent.get(counter.pk, ())))
        for counter in Counter.objects.filter(centre=centre).prefetch_related("services")
    )
    opening = tuple(
        (datetime.combine(day, start, tzinfo=clock.HANOI), datetime.combine(day, end, tzinfo=clock.HANOI))
        for start, end in hours.hours_on(centre, day)
    )
    return Hall(at, waiting, desks, cap_on(centre.pk, day), opening)


def day_record(centre: Centre, day: date) -> DayRecord:
    """What this day leaves to learn from. Three statements."""
    drawn = [
        Drawn(service, priority, _second(issued, day))
        for service, priority, issued in Ticket.objects.of_day(centre, day).values_list(
            "service", "priority", "issued_at"
        )
    ]
    return DayRecord(day.toordinal(), calls_since(centre, day, None), drawn, spells_on(centre, day))


def calls_since(centre: Centre, day: date, since: datetime | None) -> list[Call]:
    """The day's calls to a counter that is free again; ``since``: only what happened from then on. One statement."""
    events = TicketEvent.objects.filter(ticket__centre=centre, ticket__day=day)
    if since is not None:
        events = events.filter(at__gte=since)
    found: list[Call] = []
    ready: dict[int, datetime] = {}
    called: dict[int, tuple[datetime, int, int, datetime]] = {}
    for ticket, kind, at, actor, counter, service, issued in events.order_by("at", "id").values_list(
        "ticket", "kind", "at", "actor", "counter", "ticket__service", "ticket__issued_at"
    ):
        if kind == TicketEventKind.CALLED and counter:
            called[ticket] = (at, counter, who(actor, counter), ready.get(ticket, issued))
        elif kind in _FREES and ticket in called:
            began, desk, pace, since_when = called.pop(ticket)
            moments = (_second(each, day) for each in (since_when, began, at))
            found.append(Call(service, desk, pace, *moments))
        if kind in (TicketEventKind.RETURNED, TicketEventKind.TRANSFERRED):
            ready[ticket] = at
    return found


def who(officer_id: int | None, counter_id: int) -> int:
    """Whose pace a call has: the officer's, else the counter's."""
    return officer_id or -counter_id


def cap_on(centre_id: int, day: date) -> int | None:
    """One overtaking call in so many, by the policy of the centre; ``None`` where there is no cap."""
    try:
        policy_on = import_string("centres.policy.policy_on")
    except ImportError:
        return None
    cap: int | None = policy_on(centre_id, day).cap
    return cap


def spells_on(centre: Centre, day: date) -> dict[int, Spells]:
    """When each counter was open, from what is written down about counters; empty where nothing is."""
    models = {model.__name__: model for model in apps.get_app_config("centres").get_models()}
    events: Any = models.get("CounterEvent")
    if events is None:
        return {}
    start = datetime.combine(day, time.min, tzinfo=clock.HANOI)
    rows = (
        events.objects.filter(counter__centre=centre, at__gte=start, at__lt=start + timedelta(days=1))
        .order_by("at", "id")
        .values_list("counter", "kind", "at")
    )
    return _spells((counter, kind in ("opened", "resumed"), _second(at, day)) for counter, kind, at in rows)


def _spells(changes: Iterable[tuple[int, bool, float]]) -> dict[int, Spells]:
    opened: dict[int, float] = {}
    found: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for counter, is_open, at in changes:
        if is_open:
            opened.setdefault(counter, at)
        elif counter in opened:
            found[counter].append((opened.pop(counter), at))
    for counter, since in opened.items():  # nobody closed it; the evening's job did, on the next day
        found[counter].append((since, 86400.0))
    return {counter: tuple(spells) for counter, spells in found.items()}


def _recent_calls(centre: Centre, day: date) -> dict[int, list[bool]]:
    """Whether each counter's latest calls overtook, newest first; empty where that is not written down."""
    if not any(field.name == "jumped" for field in TicketEvent._meta.get_fields()):
        return {}
    events: Any = TicketEvent.objects
    counters = Counter.objects.filter(centre=centre).count()
    rows = (
        events.filter(ticket__centre=centre, ticket__day=day, jumped__isnull=False)
        .order_by("-at", "-id")
        .values_list("counter", "jumped")[: counters * _LOOK_BACK]
    )
    found: dict[int, list[bool]] = defaultdict(list)
    for counter, jumped in rows:
        found[counter].append(jumped)
    return found


def _desk(
    counter: Counter, served: tuple[int, datetime] | None, freed: datetime | None, recent: tuple[bool, ...]
) -> Desk:
    return Desk(
        counter.pk,
        frozenset(service.pk for service in counter.services.all()),
        is_open=counter.state == CounterState.OPEN,
        since=counter.state_since,
        who=who(counter.officer_id, counter.pk),
        serving=served[0] if served else None,
        called_at=served[1] if served else None,
        freed_at=None if served else freed,
        recent=recent,
    )


def _second(moment: datetime, day: date) -> float:
    return (moment - datetime.combine(day, time.min, tzinfo=clock.HANOI)).total_seconds()
