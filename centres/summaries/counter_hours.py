"""How long each counter was open, paused and idle on a day, from its history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from centres.summaries.times import Moments, Times

# Which state a counter is in after each kind of its events.
_THEN = {"opened": "open", "resumed": "open", "paused": "paused", "closed": ""}


@dataclass(frozen=True)
class Hours:
    """Seconds. ``idle``: open and nobody called, coming or served."""

    open: int
    paused: int
    idle: int


def counter_events(centre_id: int, day: date) -> list[tuple[int, str, datetime]]:
    """(counter, kind, moment) of the day in order. Counters keep no history yet: there is nothing to tell of."""
    return []


def hours_of(events: Iterable[tuple[int, str, datetime]], busy: Mapping[int, int], until: datetime) -> dict[int, Hours]:
    """By counter. ``busy``: seconds with somebody called or served; ``until``: for counters that are still open."""
    spent: dict[int, dict[str, float]] = defaultdict(lambda: {"open": 0.0, "paused": 0.0})
    now: dict[int, tuple[str, datetime]] = {}
    for counter_id, kind, at in events:
        _end(spent, now, counter_id, at)
        now[counter_id] = (_THEN.get(kind, ""), at)
    for counter_id in list(now):
        _end(spent, now, counter_id, until)
    return {
        counter_id: Hours(
            round(times["open"]), round(times["paused"]), max(0, round(times["open"]) - busy.get(counter_id, 0))
        )
        for counter_id, times in spent.items()
    }


def busy_seconds(visits: Iterable[tuple[Moments, Times]]) -> dict[int, int]:
    """By counter: walking and service of those it called."""
    busy: dict[int, int] = defaultdict(int)
    for visit, times in visits:
        if visit.counter_id is not None:
            busy[visit.counter_id] += (times.walking or 0) + (times.service or 0)
    return dict(busy)


def _end(
    spent: dict[int, dict[str, float]], now: dict[int, tuple[str, datetime]], counter_id: int, at: datetime
) -> None:
    state, since = now.get(counter_id, ("", at))
    if state:
        spent[counter_id][state] += max(0.0, (at - since).total_seconds())
