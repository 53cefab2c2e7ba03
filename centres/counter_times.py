"""What the counters of a centre did with their day: serving, paused, idle. Two statements however busy the day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from centres.enums import CounterEventKind, TicketEventKind
from centres.hours import closing_times
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
    """By counter id, for the local day up to ``at``; counters that were closed all day are left out.

    A counter that nobody closed was left when the doors closed or with the last visit there, whichever was later: the
    night is nobody's idle time.
    """
    start = datetime.combine(day, time.min, tzinfo=clock.HANOI)
    end = min(at, start + timedelta(days=1))
    visits = _events(centre, day, end)
    busy = _busy(visits, end)
    seats = _seats(centre, start, end, _left_by(centre, day, visits, end, is_over=end < at))
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
    seats = _seats(centre, start, at, lambda _counter, _since: at)
    return {counter: states[CounterEventKind.OPENED] for counter, states in seats.items()}


def _left_by(
    centre: Centre, day: date, visits: Iterable[TicketEvent], end: datetime, *, is_over: bool
) -> Callable[[int, datetime], datetime]:
    """Until when a counter was open or paused that nobody closed, from its number and since when it was so."""
    closes = closing_times(centre)(day)
    if not is_over and not (centre.keeps_hours and closes):
        return lambda _counter, _since: end  # hours that nobody has confirmed say nothing of this evening
    last = {event.counter_id: event.at for event in visits}
    closing = datetime.combine(day, closes, tzinfo=clock.HANOI) if closes else None

    def left(counter: int, since: datetime) -> datetime:
        return min(end, max(moment for moment in (since, last.get(counter), closing) if moment))

    return left


def _seats(
    centre: Centre, start: datetime, end: datetime, left_by: Callable[[int, datetime], datetime]
) -> dict[int, dict[str, list[Span]]]:
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
    for counter, (_kind, since) in list(running.items()):
        _end_span(found, running, counter, left_by(counter, since))
    return found


def _end_span(
    found: dict[int, dict[str, list[Span]]], running: dict[int, tuple[str, datetime]], counter: int, at: datetime
) -> None:
    if counter in running:
        kind, since = running.pop(counter)
        found[counter][kind].append((since, at))


def _events(centre: Centre, day: date, end: datetime) -> list[TicketEvent]:
    """Calls to counters and what freed them, in order. One statement."""
    events = TicketEvent.objects.filter(ticket__centre=centre, ticket__day=day, kind__in=_CALLS | FREES, at__lt=end)
    return list(events.order_by("at", "id"))


def _busy(events: Iterable[TicketEvent], end: datetime) -> dict[int, list[Span]]:
    """For each counter the spans somebody was called to it or at it."""
    found: dict[int, list[Span]] = defaultdict(list)
    for counter, span in _visits(events, end):
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
