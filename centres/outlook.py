"""What many possible rests of a day come to, without and with a change: waits by service and quarter of an hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from centres.rest_of_day import Change, Hall, Person, busy_of, people_of, plans_of, play
from centres.summaries.rates import Rates

RUNS = 40
# A very busy centre is played less often, so that the answer still comes within seconds; its medians need fewer runs.
MOST_PEOPLE, FEWEST_RUNS = 24_000, 12
QUARTER = timedelta(minutes=15)
HIGH = 0.8

Pair = tuple[float, float]


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

    @property
    def is_the_same(self) -> bool:
        """Nobody is called sooner or later, and nobody more or less."""
        each: list[Row | Waiting] = [*self.rows, *self.waiting]
        return self.unserved_before == self.unserved_after and all(
            (row.before_median, row.before_p80) == (row.after_median, row.after_p80) for row in each
        )


def simulate(hall: Hall, rates: Rates, changes: Sequence[Change], *, seed: int = 1) -> Answer:
    """The same seed gives the same answer. Who is not called at all is taken to wait until the doors close."""
    plans = [plans_of(hall, ()), plans_of(hall, changes)]
    runs = _runs(hall, rates)
    unserved = [0, 0]
    here: dict[int, list[Pair]] = defaultdict(list)
    coming: dict[tuple[int, datetime], list[Pair]] = defaultdict(list)
    for run in range(runs):
        chance = Random(f"{seed} {run}")  # noqa: S311 - a simulation, not a secret
        people, busy = people_of(hall, rates, chance), busy_of(hall, rates, chance)
        called = [play(people, plan, busy, hall.cap) for plan in plans]
        for side, moments in enumerate(called):
            unserved[side] += moments.count(None)
        for person, *moments in zip(people, *called, strict=True):
            waits = _wait(hall, person, moments[0]), _wait(hall, person, moments[1])
            if person.ready:
                coming[person.place.service_id, _quarter(person.place.queue_at)].append(waits)
            else:
                here[person.place.service_id].append(waits)
    everybody = [pair for pairs in (*here.values(), *coming.values()) for pair in pairs]
    before, after = _of(everybody)
    return Answer(
        rows=tuple(_rows(coming, runs)),
        waiting=tuple(_waiting(here, runs)),
        unserved_before=unserved[0] / runs,
        unserved_after=unserved[1] / runs,
        overall_before=before,
        overall_after=after,
    )


def _runs(hall: Hall, rates: Rates) -> int:
    expected = len(hall.waiting) + sum(rates.arrivals.values())
    return max(FEWEST_RUNS, min(RUNS, int(MOST_PEOPLE / max(1.0, expected))))


def _wait(hall: Hall, person: Person, called: float | None) -> float:
    until = max(0.0, hall.closes) if called is None else called
    return max(0.0, until - hall.seconds(person.place.queue_at))


def _quarter(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def _rows(coming: dict[tuple[int, datetime], list[Pair]], runs: int) -> Iterable[Row]:
    """Every quarter of an hour from the first to the last in which somebody comes, so that plots have no gaps."""
    quarters = [quarter for _service, quarter in coming]
    for service in sorted({service for service, _quarter in coming}):
        quarter = min(quarters)
        while quarter <= max(quarters):
            pairs = coming.get((service, quarter), [])
            before, after = _of(pairs)
            yield Row(service, quarter, len(pairs) / runs, *before, *after)
            quarter += QUARTER


def _waiting(here: dict[int, list[Pair]], runs: int) -> Iterable[Waiting]:
    for service, pairs in sorted(here.items()):
        (before, before_high), (after, after_high) = _of(pairs)
        assert before is not None and before_high is not None and after is not None and after_high is not None
        yield Waiting(service, len(pairs) // runs, before, before_high, after, after_high)


def _of(pairs: Sequence[Pair]) -> tuple[tuple[float | None, float | None], tuple[float | None, float | None]]:
    """Median and P80, before and after."""
    sides = [sorted(side) for side in zip(*pairs, strict=True)] or [[], []]
    before, after = ((_quantile(side, 0.5), _quantile(side, HIGH)) for side in sides)
    return before, after


def _quantile(ranked: Sequence[float], share: float) -> float | None:
    if not ranked:
        return None
    place = share * (len(ranked) - 1)
    low = int(place)
    high = min(low + 1, len(ranked) - 1)
    return ranked[low] + (ranked[high] - ranked[low]) * (place - low)
