"""What if: the rest of the day with other counters, beside the rest of the day as it is.

Both are played with the same people, the same pace and the same chance, so that what differs is the change alone. A
counter that is moved to other services is played as two that are never open at once; whoever is at it is served to the
end, and if that takes longer, the other services begin a little early here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from centres.enums import Priority
from centres.estimate.chance import Draw, desks_of, future, pace_of, second_of_day
from centres.estimate.engine import NEVER, Desks, Pace, People, play
from centres.estimate.hall import Desk, Expected, Hall
from centres.estimate.learn import Learned
from centres.estimate.records import Bits, Numbers
from centres.estimate.waits import people_of

RUNS = 60
QUARTER = 900.0
DAY = 86400.0


@dataclass(frozen=True)
class OpenCounter:
    """One more counter. ``counter_id``: one that there is, which is open in this interval too; ``None``: an extra one."""

    services: frozenset[int]
    start: datetime
    end: datetime | None = None
    counter_id: int | None = None


@dataclass(frozen=True)
class MoveCounter:
    """This counter has these services from then on; after ``end`` its own again."""

    counter_id: int
    services: frozenset[int]
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True)
class OfficerOut:
    """Nobody calls at this counter; whoever is there is served to the end."""

    counter_id: int
    start: datetime
    end: datetime | None = None


Change = OpenCounter | MoveCounter | OfficerOut


@dataclass(frozen=True)
class Row:
    """Those who draw a number for this service in the quarter of an hour from ``start``. Waits in seconds."""

    service_id: int
    start: datetime
    people: float
    before_median: float | None
    before_p80: float | None
    after_median: float | None
    after_p80: float | None


@dataclass(frozen=True)
class Waiting:
    """Those who wait now: their whole wait, from their place in time, in seconds."""

    service_id: int
    people: int
    before_median: float
    before_p80: float
    after_median: float
    after_p80: float


@dataclass(frozen=True)
class Answer:
    """``overall``: median and P80 of everybody not called yet, in seconds; ``unserved``: people never called."""

    rows: tuple[Row, ...]
    waiting: tuple[Waiting, ...]
    unserved_before: float
    unserved_after: float
    overall_before: tuple[float | None, float | None]
    overall_after: tuple[float | None, float | None]


def simulate(
    hall: Hall, learned: Learned, expected: Expected, changes: Sequence[Change], *, runs: int = RUNS, seed: int = 1
) -> Answer:
    """Waits before and after the changes, by service and quarter of an hour.

    Services of which too little is known are left out. Where somebody is not called at all, their wait is taken to last
    until the last counter closes.
    """
    hall = replace(hall, desks=(*hall.desks, *_extra(hall, changes)))
    services = sorted(learned.services)
    draw = Draw(runs, seed)
    places = [place for place in hall.waiting if place.service_id in learned.services]
    now = second_of_day(hall.at)
    newcomers = future(expected.rates, services, now, DAY - now, draw, most_rank=Priority.ORDINARY)
    people = people_of(hall, places, services, newcomers)
    pace = pace_of(learned, hall.desks, services, hall, people.service, draw)
    before = _without_extra(desks_of(learned, hall, services, pace, draw), hall)
    after = _changed(before, hall, services, changes)
    waits = [_waits(people, desks, pace, hall.cap) for desks in (before, after)]
    return _Report(hall, services, people, len(places), *waits).answer()


def _extra(hall: Hall, changes: Sequence[Change]) -> list[Desk]:
    """A column for every counter that only the changes bring; negative ids."""
    desks = {desk.counter_id: desk for desk in hall.desks}
    found = []
    for at, change in enumerate(changes):
        if isinstance(change, MoveCounter) and change.counter_id in desks:
            found.append(replace(desks[change.counter_id], counter_id=-1 - at, services=change.services))
        elif isinstance(change, OpenCounter) and change.counter_id not in desks:
            found.append(Desk(-1 - at, change.services, is_open=False))
    return found


def _without_extra(desks: Desks, hall: Hall) -> Desks:
    opens, closes = desks.opens.copy(), desks.closes.copy()
    extra = [at for at, desk in enumerate(hall.desks) if desk.counter_id < 0]
    opens[:, extra], closes[:, extra] = NEVER, -NEVER
    return replace(desks, opens=opens, closes=closes)


def _changed(before: Desks, hall: Hall, services: Sequence[int], changes: Sequence[Change]) -> Desks:
    column_of = {desk.counter_id: at for at, desk in enumerate(hall.desks)}
    spells = [(before.opens[:, at], before.closes[:, at]) for at in range(len(hall.desks))]
    skills = before.skills.copy()
    for at, change in enumerate(changes):
        start = (change.start - hall.at).total_seconds()
        end = (change.end - hall.at).total_seconds() if change.end else _end_of(spells)
        counter_id = change.counter_id
        column = column_of.get(counter_id) if counter_id is not None else None
        if isinstance(change, OpenCounter):
            target = column_of[-1 - at] if column is None else column
            spells[target] = _also(*spells[target], start, end)
            skills[target] |= [service in change.services for service in services]
        elif column is not None:
            if isinstance(change, MoveCounter):
                spells[column_of[-1 - at]] = _within(*spells[column], start, end)
            spells[column] = _outside(*spells[column], start, end)
    longest = max(opens.shape[1] for opens, _closes in spells)
    shape = (before.free.shape[0], len(spells), longest)
    opens, closes = np.full(shape, NEVER), np.full(shape, -NEVER)
    for column, (starts, ends) in enumerate(spells):
        opens[:, column, : starts.shape[1]], closes[:, column, : ends.shape[1]] = starts, ends
    return replace(before, opens=opens, closes=closes, skills=skills)


def _end_of(spells: Sequence[tuple[Numbers, Numbers]]) -> float:
    """When the last counter closes; an hour from now where all are closed."""
    last = max((float(closes.max(initial=-NEVER)) for _opens, closes in spells), default=-NEVER)
    return last if np.isfinite(last) else 3600.0


def _also(opens: Numbers, closes: Numbers, start: float, end: float) -> tuple[Numbers, Numbers]:
    column = np.zeros((len(opens), 1))
    opens = np.concatenate([opens, column + max(0.0, start)], axis=1)
    closes = np.concatenate([closes, column + end], axis=1)
    order = opens.argsort(axis=1)
    return np.take_along_axis(opens, order, axis=1), np.take_along_axis(closes, order, axis=1)


def _within(opens: Numbers, closes: Numbers, start: float, end: float) -> tuple[Numbers, Numbers]:
    return _tidy(np.maximum(opens, start), np.minimum(closes, end))


def _outside(opens: Numbers, closes: Numbers, start: float, end: float) -> tuple[Numbers, Numbers]:
    earlier, later = (opens, np.minimum(closes, start)), (np.maximum(opens, end), closes)
    shape = (len(opens), 2 * opens.shape[1])
    both = [np.stack(pair, axis=2).reshape(shape) for pair in zip(earlier, later, strict=True)]
    return _tidy(*both)


def _tidy(opens: Numbers, closes: Numbers) -> tuple[Numbers, Numbers]:
    empty = ~(opens < closes)
    return np.where(empty, NEVER, opens), np.where(empty, -NEVER, closes)


def _waits(people: People, desks: Desks, pace: Pace, cap: int | None) -> tuple[Numbers, Bits]:
    """By run and column, from the place in time to the call; and who is called."""
    called = play(people, desks, pace, cap)
    last = float(np.max(desks.closes, initial=0.0, where=np.isfinite(desks.closes)))
    served = np.isfinite(called)
    waits = np.where(served, called, np.maximum(last, 0.0)) - people.place
    return np.where(np.isfinite(people.ready), np.maximum(waits, 0.0), np.nan), served


@dataclass
class _Report:
    hall: Hall
    services: Sequence[int]
    people: People
    here: int
    before: tuple[Numbers, Bits]
    after: tuple[Numbers, Bits]

    def answer(self) -> Answer:
        comes = np.isfinite(self.people.ready)
        runs = len(comes)
        return Answer(
            rows=tuple(self._rows(comes)),
            waiting=tuple(self._waiting()),
            unserved_before=float((comes & ~self.before[1]).sum() / runs),
            unserved_after=float((comes & ~self.after[1]).sum() / runs),
            overall_before=_of(self.before[0][comes]),
            overall_after=_of(self.after[0][comes]),
        )

    def _rows(self, comes: Bits) -> list[Row]:
        now = second_of_day(self.hall.at)
        midnight = self.hall.at - timedelta(seconds=now)
        ready = np.where(comes[:, self.here :], self.people.ready[:, self.here :], -1.0)
        quarter = np.where(ready >= 0, (now + ready) // QUARTER, -1)
        first = int(now // QUARTER)
        found = []
        for column, service in enumerate(self.services):
            mine = quarter[:, self.people.service[self.here :] == column]
            before, after = (
                waits[:, self.here :][:, self.people.service[self.here :] == column]
                for waits, _served in (self.before, self.after)
            )
            for slot in range(first, int(mine.max(initial=first - 1)) + 1):
                then = mine == slot
                start = midnight + timedelta(seconds=slot * QUARTER)
                found.append(Row(service, start, float(then.sum() / len(mine)), *_of(before[then]), *_of(after[then])))
        return found

    def _waiting(self) -> list[Waiting]:
        found = []
        for column, service in enumerate(self.services):
            mine = np.flatnonzero(self.people.service[: self.here] == column)
            if len(mine):
                before, after = (
                    np.percentile(waits[:, mine], [50, 80]) for waits, _served in (self.before, self.after)
                )
                found.append(Waiting(service, len(mine), *map(float, before), *map(float, after)))
        return found


def _of(waits: Numbers) -> tuple[float | None, float | None]:
    """Median and P80."""
    if not waits.size:
        return None, None
    median, high = np.percentile(waits, [50, 80])
    return float(median), float(high)
