"""What each counter of a centre did with the visits of one day, counted from what was written down of each.

A call counts at the counter that made it, with the walk to it and whom it overtook; the wait at the counter of the first
call. A visit is served once, by the counter that finished it; the time of its service and the time set aside count where
they were spent. Whoever left or did not come counts at the counter that had them last, until it passed them on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import ClassVar

from centres.enums import TicketEventKind
from centres.models import TicketEvent
from centres.summaries.tally import Tally

Desk = tuple[int, int]

_CALLS = {TicketEventKind.CALLED, TicketEventKind.PICKED}
# How a visit ends, and the count of it.
_ENDS = {
    TicketEventKind.DONE: "served",
    TicketEventKind.NO_SHOW: "no_show",
    TicketEventKind.LEFT: "left",
    TicketEventKind.CLOSED: "left",
}


@dataclass(frozen=True)
class Step:
    """What is read of an event to count it; ``of`` is what its ticket waits for now, ``waited`` until its first call."""

    ticket_id: int
    kind: str
    at: datetime
    counter_id: int | None
    service_id: int | None
    jumped: bool | None
    of: int
    waited: int | None

    COLUMNS: ClassVar = (
        "ticket_id", "kind", "at", "counter_id", "service_id", "jumped", "ticket__service_id", "ticket__waited_s",
    )  # fmt: skip


def count_counters(centre_id: int, day: date) -> dict[Desk, Tally]:
    """By (counter, service). One statement."""
    events = TicketEvent.objects.filter(ticket__centre=centre_id, ticket__day=day).order_by("ticket_id", "at", "id")
    return add_turns(Step(*row) for row in events.values_list(*Step.COLUMNS))


def add_turns(steps: Iterable[Step]) -> dict[Desk, Tally]:
    """Pure: ``steps`` come in order, those of a ticket together."""
    found: dict[Desk, Tally] = defaultdict(Tally)
    for _ticket, theirs in groupby(steps, key=lambda step: step.ticket_id):
        visit = _Visit(found)
        for step in theirs:
            visit.take(step)
        visit.end()
    return found


@dataclass
class _Visit:
    """One visit on its way through the counters. ``desk``: the one that has it, and for what it was called there."""

    found: dict[Desk, Tally]
    desk: Desk | None = None
    called_at: datetime | None = None
    came_at: datetime | None = None
    aside_at: datetime | None = None
    was_called: bool = False
    ended: str = ""
    service: dict[Desk, int] = field(default_factory=lambda: defaultdict(int))
    parked: dict[Desk, int] = field(default_factory=lambda: defaultdict(int))

    def take(self, step: Step) -> None:
        if step.kind in _CALLS:
            self._call(step)
        elif step.kind == TicketEventKind.RECALLED:
            self.called_at = step.at
        elif step.kind == TicketEventKind.ARRIVED:
            self._arrive(step.at)
        elif step.kind == TicketEventKind.RETURNED:
            self._end_aside(step.at)
            self.ended = ""
            if self.desk and step.counter_id != self.desk[0]:
                self.desk = None
        elif step.kind == TicketEventKind.PARKED:
            self._leave(step.at)
            self.aside_at = step.at
        elif step.kind == TicketEventKind.TRANSFERRED:
            self._leave(step.at)
            self.desk = None
        elif step.kind in _ENDS:
            self._leave(step.at)
            self._end_aside(step.at)
            self.ended = _ENDS[TicketEventKind(step.kind)]

    def end(self) -> None:
        """Count how it ended, once all was taken."""
        if self.ended == "served":
            for desk, seconds in self.service.items():
                self.found[desk].service.add(seconds)
            for desk, seconds in self.parked.items():
                self.found[desk].parked.add(seconds)
        if self.ended and self.desk:
            tally = self.found[self.desk]
            setattr(tally, self.ended, getattr(tally, self.ended) + 1)

    def _call(self, step: Step) -> None:
        if step.counter_id is None:
            return
        self.desk = (step.counter_id, step.service_id or step.of)
        self.called_at = step.at
        tally = self.found[self.desk]
        tally.called += 1
        tally.jumped += bool(step.jumped)
        if not self.was_called and step.waited is not None:
            tally.waiting.add(step.waited)
        self.was_called = True

    def _arrive(self, at: datetime) -> None:
        self.came_at = at
        if self.desk and self.called_at:
            self.found[self.desk].walking.add(_seconds(self.called_at, at))

    def _leave(self, at: datetime) -> None:
        if self.desk and self.came_at:
            self.service[self.desk] += _seconds(self.came_at, at)
        self.came_at = None

    def _end_aside(self, at: datetime) -> None:
        if self.desk and self.aside_at and self.aside_at < at:
            self.parked[self.desk] += _seconds(self.aside_at, at)
        self.aside_at = None


def _seconds(start: datetime, end: datetime) -> int:
    """As a ticket's times are kept (``Ticket``)."""
    return max(0, round((end - start).total_seconds()))
