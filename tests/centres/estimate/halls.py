"""Small halls and what has been learned of them, for tests."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from centres.enums import Priority
from centres.estimate.hall import Desk, Hall
from centres.estimate.learn import Durations, Learned
from centres.estimate.records import Call, DayRecord, Numbers, Spells
from centres.order import Place
from tests.moments import hanoi

TEN = hanoi("2026-11-23 10:00")
SECOND = 36000.0
LAND = 1


def place(ticket_id: int, minutes_ago: float, rank: int = Priority.ORDINARY, service: int = LAND) -> Place:
    return Place(ticket_id, service, rank, TEN - timedelta(minutes=minutes_ago))


def desk(counter_id: int, services: set[int] | None = None, **more: object) -> Desk:
    return Desk(counter_id, frozenset(services or {LAND}), is_open=True, who=counter_id, **more)  # type: ignore[arg-type]


def hall(waiting: list[Place], desks: list[Desk], cap: int | None = 3, at: datetime = TEN) -> Hall:
    return Hall(at, tuple(waiting), tuple(desks), cap)


def same(service: int, seconds: float, table: Numbers | None = None) -> Durations:
    """Every call keeps a counter for so long; ``table``: factors."""
    zero = np.zeros(24)
    return Durations(
        {service: float(np.log(seconds))}, {}, {}, {service: zero}, {service: np.ones(8) if table is None else table}
    )


def learned(
    seconds: float = 300.0,
    *,
    table: Numbers | None = None,
    spells: Spells = ((0.0, 86400.0),),
    counters: int = 9,
    arrivals: dict[tuple[int, int], Numbers] | None = None,
) -> Learned:
    """Everybody takes ``seconds`` (times a factor of ``table``), nobody walks or turns round, every day is alike."""
    return Learned(
        services=frozenset({LAND}),
        calls=same(LAND, seconds, table),
        turns=same(0, 1e-6),
        reactions=np.full(8, 1e-6),
        habits=[dict.fromkeys(range(1, counters + 1), spells)],
        arrivals=arrivals or {},
        day_spread=0.0,
    )


def day_of_calls(
    number: int, seconds: list[float], *, who: int = 1, counter: int = 1, service: int = LAND
) -> DayRecord:
    """One counter from ten o'clock on, people waiting all the time, ten seconds between two of them."""
    calls, at = [], SECOND
    for took in seconds:
        calls.append(Call(service, counter, who, SECOND - 60, at, at + took))
        at += took + 10
    return DayRecord(number, calls, spells={counter: ((SECOND, at),)})
