"""What the counters of a centre did with their day: serving, paused, idle. Two statements however busy the day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from centres.enums import CounterEventKind, TicketEventKind
from centres.models import Centre, CounterEvent, TicketEvent
from portal import clock

_CALLS = {TicketEventKind.CALLED, TicketEventKind.PICKED}
# What takes somebody away from a counter.
FREES = {
    TicketEventKind.PARKED,
    TicketEventKind.TRANSFERRED,
    TicketEventKind.NO_SHOW,
    TicketEventKind.DONE,
    TicketEventKind.LEFT,
    TicketEventKind.CLOSED,
}
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class CounterTimes:
    """Seconds of one counter on one day. Somebody is there from their call to their leaving, the walk included."""

    open_s: int
    paused_s: int
    busy_s: int

    @property
    def idle_s(self) -> int:
        """Open with nobody called."""
        return max(0, self.open_s - self.busy_s)


def counter_times(centre: Centre, day: date, at: datetime) -> dict[int, CounterTimes]:
    """By counter id, for the local day up to ``at``; counters that were closed all day are left out."""
    start = datetime.combine(day, time.min, tzinfo=clock.HANOI)
    end = min(at, start + timedelta(days=1))
    seats = _seats(centre, start, end)
    busy = _busy(centre, day, end)
    return {
        counter: CounterTimes(
            open_s=_total(states[CounterEventKind.OPENED]),
            paused_s=_total(states[CounterEventKind.PAUSED]),
            busy_s=sum(_within(span, states[CounterEventKind.OPENED]) for span in busy[counter]),
        )
        for counter, states in seats.items()
    }


def open_spans(centre: Centre, day: date, at: datetime) -> dict[int, list[Span]]:
    """By counter id, when it was open on the local day up to ``at``, as far as that was written down. One statement."""
    start = datetime.combine(day, time.min, tzinfo=clock.HANOI)
    return {counter: states[CounterEventKind.OPENED] for counter, states in _seats(centre, start, at).items()}


def _seats(centre: Centre, start: datetime, end: datetime) -> dict[int, dict[str, list[Span]]]:
    """For each counter the spans it was open and the spans it was paused."""
    events = CounterEvent.objects.filter(counter__centre=centre, at__gte=start, at__lt=end).order_by("at", "id")
    found: dict[int, dict[str, list[Span]]] = defaultdict(lambda: defaultdict(list))
    running: dict[int, tuple[str, datetime]] = {}
    for event in events:
        _end_span(found, running, event.counter_id, event.at)
        if event.kind in (CounterEventKind.OPENED, CounterEventKind.RESUMED):
            running[event.counter_id] = (CounterEventKind.OPENED, event.at)
        elif event.kind == CounterEventKind.PAUSED:
            running[event.counter_id] = (CounterEventKind.PAUSED, event.at)
    for counter in list(running):
        _end_span(found, running, counter, end)
    return found


def _end_span(
    found: dict[int, dict[str, list[Span]]], running: dict[int, tuple[str, datetime]], counter: int, at: datetime
) -> None:
    if counter in running:
        kind, since = running.pop(counter)
        found[counter][kind].append((since, at))


def _busy(centre: Centre, day: date, end: datetime) -> dict[int, list[Span]]:
    """For each counter the spans somebody was called to it or at it."""
    events = TicketEvent.objects.filter(ticket__centre=centre, ticket__day=day, kind__in=_CALLS | FREES, at__lt=end)
    found: dict[int, list[Span]] = defaultdict(list)
    for counter, span in _visits(events.order_by("at", "id"), end):
        found[counter].append(span)
    return found


def _visits(events: Iterable[TicketEvent], end: datetime) -> Iterator[tuple[int, Span]]:
    there: dict[int, tuple[int, datetime]] = {}
    for event in events:
        if event.kind in _CALLS and event.counter_id is not None:
            there[event.ticket_id] = (event.counter_id, event.at)
        elif event.ticket_id in there:
            counter, since = there.pop(event.ticket_id)
            yield counter, (since, event.at)
    for counter, since in there.values():
        yield counter, (since, end)


def _within(span: Span, spans: Iterable[Span]) -> int:
    """Seconds of a span that lie in one of these."""
    return sum(max(0, round((min(span[1], until) - max(span[0], since)).total_seconds())) for since, until in spans)


def _total(spans: Iterable[Span]) -> int:
    return sum(round((until - since).total_seconds()) for since, until in spans)
