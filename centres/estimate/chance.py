"""What is not known, drawn once for every possible continuation: pace, pauses, and who will come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from centres.estimate.engine import NEVER, Desks, Pace
from centres.estimate.hall import Desk, Hall
from centres.estimate.learn import HOURS, Learned
from centres.estimate.records import Ids, Numbers, Spells
from portal import clock

# A counter that opens or closes this near to its usual moment is early or late, not on another plan.
NEAR = 35 * 60.0
# A counter that should be open comes back after a while that grows with how long it has been away.
AWAY_LEAST, AWAY_SHAPE = 240.0, 1.5
HABIT_DAYS = 15
HABIT_HALF_LIFE = 6.0
# Seconds that a counter stays open past its usual closing, on average.
LATE = 300.0
# After the last closing whoever still waits is served to the end.
OVERTIME = 2 * 3600.0
# Calls since one that overtook, where none has today: more than any cap.
NO_OVERTAKING = 99


def second_of_day(moment: datetime) -> float:
    local = clock.local(moment)
    return local.hour * 3600 + local.minute * 60 + local.second + local.microsecond / 1e6


def pace_of(
    learned: Learned, desks: Sequence[Desk], services: Sequence[int], hall: Hall, people: Ids, draw: Draw
) -> Pace:
    """``people``: the column of each person's service."""
    calls, turns, chance, runs = learned.calls, learned.turns, draw.chance, draw.runs
    level = np.exp([[calls.level(service, desk.who) for service in services] for desk in desks])
    mean, spread = np.array([learned.pace.get(service, (0.0, learned.day_spread)) for service in services]).T
    # Half of what is uncertain about today is common to all services.
    common, own = chance.standard_normal((runs, 1)), chance.standard_normal((runs, len(services)))
    tables = np.stack([calls.left_over[service] for service in services])
    at = chance.integers(0, tables.shape[1], (runs, len(people)))
    turn_at = chance.integers(0, len(turns.left_over[0]), (runs, len(people)))
    reaction_at = chance.integers(0, len(learned.reactions), (runs, len(desks)))
    return Pace(
        level=level,
        turn=np.exp([turns.level(0, desk.who) for desk in desks]),
        today=np.exp(mean + spread * (common + own) / np.sqrt(2)),
        left_over=tables[people[None, :], at],
        turn_left=turns.left_over[0][turn_at],
        reaction=learned.reactions[reaction_at],
        second_of_day=second_of_day(hall.at),
    )


class Draw:
    """The chance of one estimate, and how many continuations it has."""

    def __init__(self, runs: int, seed: int) -> None:
        self.runs = runs
        self.chance = np.random.default_rng(seed)

    def beyond(self, table: Numbers, least: Numbers) -> Numbers:
        """One value a run from the ascending table, given that it is above ``least``."""
        passed = np.searchsorted(table, least)
        within = passed + self.chance.random(self.runs) * (len(table) - passed)
        found = table[np.minimum(within.astype(np.int64), len(table) - 1)]
        # Longer than anything seen: some time more, as the longest of all.
        tail = least * (1 + 0.3 * self.chance.exponential(size=self.runs))
        result: Numbers = np.where(passed >= len(table) - 1, tail, np.maximum(found, least))
        return result


def desks_of(learned: Learned, hall: Hall, services: Sequence[int], pace: Pace, draw: Draw) -> Desks:
    """When each counter is free and open, in each run; the habits of one past day for all counters of a run."""
    habits = list(learned.habits[:HABIT_DAYS])
    usual = draw.chance.choice(len(habits), draw.runs, p=_fading(len(habits))) if habits else np.zeros(draw.runs, int)
    opens, closes = _spells(hall, habits, usual, draw)
    column_of = {service: at for at, service in enumerate(services)}
    skills = np.array([[service in desk.services for service in services] for desk in hall.desks])
    free = np.stack(
        [_free(learned, hall, desk, at, column_of, pace, draw) for at, desk in enumerate(hall.desks)], axis=1
    )
    return Desks(
        skills,
        opens,
        closes,
        free,
        np.array([NO_OVERTAKING if desk.calm is None else desk.calm for desk in hall.desks]),
    )


def _spells(hall: Hall, habits: Sequence[Mapping[int, Spells]], usual: Ids, draw: Draw) -> tuple[Numbers, Numbers]:
    """From when to when each counter is open, in seconds from now, by run, counter and spell."""
    now = second_of_day(hall.at)
    most = 2 + max([1, *(len(spells) for day in habits for spells in day.values()), len(hall.hours)])
    shape = (draw.runs, len(hall.desks), most)
    opens, closes = np.full(shape, NEVER), np.full(shape, -NEVER)
    late = draw.chance.exponential(LATE, shape[:2])
    away = draw.chance.random(shape[:2]) ** (-1 / AWAY_SHAPE) - 1
    rows_of = [np.flatnonzero(usual == day) for day in range(max(1, len(habits)))]
    for column, desk in enumerate(hall.desks):
        for day, rows in enumerate(rows_of):
            if not len(rows):
                continue
            if habits:
                spells, first = _as_usual(hall, desk, habits[day].get(desk.counter_id, ()), now)
            else:
                spells, first = list(_by_hours(hall, desk)), _AS_PLANNED
            for at, (start, end) in enumerate(spells):
                opens[rows, column, at], closes[rows, column, at] = start, end
            if first.closes_late is not None:
                closes[rows, column, 0] = first.closes_late + late[rows, column]
            if first.back_after is not None:
                opens[rows, column, 0] = np.minimum(first.back_after * away[rows, column], closes[rows, column, 0])
    return opens, closes


@dataclass(frozen=True)
class _First:
    """What chance decides of the first spell: it ends some time after this, or begins after about this long."""

    closes_late: float | None = None
    back_after: float | None = None


_AS_PLANNED = _First()


def _as_usual(hall: Hall, desk: Desk, usual: Spells, now: float) -> tuple[list[tuple[float, float]], _First]:
    """As on that day, beginning with how the counter stands now. Relative to now."""
    ahead = [(start - now, end - now) for start, end in usual if end > now]
    should_be_open = bool(ahead) and ahead[0][0] <= 0
    if desk.is_open:
        if should_be_open:
            return [(0.0, ahead[0][1]), *ahead[1:]], _AS_PLANNED
        closed_for = now - max((end for _start, end in usual if end <= now), default=-NEVER)
        if ahead and ahead[0][0] < min(NEAR, closed_for):
            return [(0.0, ahead[0][1]), *ahead[1:]], _AS_PLANNED
        # Still open though it was closed by now: it closes soon, or nobody knows when.
        return [(0.0, 0.0), *ahead], _First(closes_late=0.0 if closed_for < NEAR else NEAR)
    if should_be_open:
        since = (hall.at - desk.since).total_seconds() if desk.since else NEVER
        # A pause counts from its beginning, somebody who has not come yet from when they should have.
        return ahead, _First(back_after=min(since, -ahead[0][0]) + AWAY_LEAST)
    return ahead, _AS_PLANNED


def _fading(count: int) -> Numbers:
    weights = 0.5 ** (np.arange(count) / HABIT_HALF_LIFE)
    result: Numbers = weights / weights.sum()
    return result


def _free(
    learned: Learned, hall: Hall, desk: Desk, at: int, column_of: Mapping[int, int], pace: Pace, draw: Draw
) -> Numbers:
    """Seconds from now until the counter could call: whoever is there leaves, and the turn-around is over."""
    hour = int(pace.second_of_day // 3600) % HOURS
    turn = pace.turn[at, hour]
    table = learned.turns.left_over[0]
    if desk.serving is not None and desk.called_at is not None and desk.serving in learned.calls.base:
        level = np.exp(learned.calls.level(desk.serving, desk.who)[hour])
        column = column_of.get(desk.serving)
        level = level * (pace.today[:, column] if column is not None else 1.0)
        elapsed = (hall.at - desk.called_at).total_seconds()
        left = draw.beyond(learned.calls.left_over[desk.serving], elapsed / level) * level - elapsed
        result: Numbers = np.maximum(0.0, left) + turn * table[draw.chance.integers(0, len(table), draw.runs)]
        return result
    if hall.waiting and desk.freed_at is not None and desk.is_open:
        elapsed = (hall.at - desk.freed_at).total_seconds()
        if elapsed < 4 * turn:
            result = draw.beyond(table, np.full(draw.runs, elapsed / turn)) * turn - elapsed
            return np.maximum(0.0, result)
    return pace.reaction[:, at]


def _by_hours(hall: Hall, desk: Desk) -> Spells:
    """Without habits: a counter that is open keeps the opening hours, one that is not stays away."""
    if not desk.is_open:
        return ()
    ahead = [((start - hall.at).total_seconds(), (end - hall.at).total_seconds()) for start, end in hall.hours]
    ahead = [(start, end) for start, end in ahead if end > 0]
    if not ahead:
        return ((0.0, OVERTIME),)
    if ahead[0][0] > 0:
        ahead.insert(0, (0.0, 60.0))
    return (*ahead[:-1], (ahead[-1][0], ahead[-1][1] + OVERTIME))


def future(
    arrivals: Mapping[tuple[int, int], Numbers],
    services: Sequence[int],
    now: float,
    horizon: float,
    draw: Draw,
    *,
    most_rank: int,
) -> tuple[list[int], list[int], Numbers]:
    """(service column, rank) of each possible newcomer up to this rank, and when they come, by run; ``NEVER`` if not."""
    columns: list[int] = []
    ranks: list[int] = []
    moments: list[Numbers] = []
    edges = np.arange(97) * 900.0 - now
    for (service, rank), rates in sorted(arrivals.items()):
        if rank > most_rank or service not in services:
            continue
        inside = np.clip(edges, 0.0, horizon)
        mass = np.concatenate([[0.0], np.cumsum(rates * np.diff(inside) / 900.0)])
        if mass[-1] <= 0:
            continue
        count = int(mass[-1] + 2.5 * np.sqrt(mass[-1]) + 1)
        reached = np.cumsum(draw.chance.exponential(size=(draw.runs, count)), axis=1)
        times = np.interp(reached, mass, inside)
        moments.append(np.where(reached >= mass[-1], NEVER, times))
        columns += [list(services).index(service)] * count
        ranks += [rank] * count
    when = np.concatenate(moments, axis=1) if moments else np.zeros((draw.runs, 0))
    return columns, ranks, when
