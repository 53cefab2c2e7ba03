"""What this centre's own days teach: how long a call keeps a counter, how soon the next follows, when counters are open.

Times are right-skewed, so everything is learned of their logarithms: the service, whose pace, the hour and today each add
something, and what is left over stays as it was seen (an empirical distribution, tail and all). Each addition is shrunk
towards nothing as long as little has been seen of it, and older days weigh less.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from centres.estimate.records import Call, DayRecord, Ids, Numbers, Spells

# A day that lies this many days back weighs half.
HALF_LIFE = 12.0
# So many calls of a service have to be known before anything is said about it.
ENOUGH = 30
# How many calls count as much as the assumption that an officer, or an hour, is like the others.
SHRINK_WHO, SHRINK_BOTH, SHRINK_HOUR = 10.0, 15.0, 40.0
PASSES = 2
# A counter that has called nobody for longer than this was not turning from one person to the next.
LONGEST_TURN = 300.0
SHORTEST = 3.0
HOURS = 24
# Seconds from a number drawn to its call where an officer is free, until it has been seen.
USUAL_REACTION = 15.0
TABLE = 256


@dataclass(frozen=True)
class Durations:
    """Seconds by service and whose: ``exp(base + who + both + hour) * left_over``; ids are looked up in ``at``."""

    base: Mapping[int, float]
    who: Mapping[int, float]
    both: Mapping[tuple[int, int], float]
    hour: Mapping[int, Numbers]
    left_over: Mapping[int, Numbers]
    """By service: ascending factors, equally likely."""

    def level(self, service: int, who: int) -> Numbers:
        """Logarithm by hour of the day."""
        return self.base[service] + self.who.get(who, 0.0) + self.both.get((who, service), 0.0) + self.hour[service]


@dataclass(frozen=True)
class Learned:
    """Immutable; ``services`` are those of which enough is known."""

    services: frozenset[int]
    calls: Durations
    turns: Durations
    """From one person to the next while somebody waits; its only service is 0."""
    reactions: Numbers
    """Seconds from the drawing of a number to its call by somebody who was free, ascending."""
    habits: Sequence[Mapping[int, Spells]]
    """When counters were open, newest day first."""
    arrivals: Mapping[tuple[int, int], Numbers]
    """By service and rank: expected numbers drawn in each quarter of an hour of a day."""
    day_spread: float
    """How much the logarithm of a day's pace differs from day to day."""
    pace: Mapping[int, tuple[float, float]] = field(default_factory=dict)
    """By service: today's pace as seen so far (logarithm) and how uncertain it still is."""
    returns: float = 0.0
    """Share of calls after which the person comes back later."""


def learn(days: Sequence[DayRecord]) -> Learned:
    """From past days, in any order. Costs some 30 ms for a month of a busy branch."""
    days = sorted(days, key=lambda day: -day.number)
    newest = days[0].number if days else 0
    weight_of = {day.number: 0.5 ** ((newest - day.number) / HALF_LIFE) for day in days}
    calls = [(day.number, call) for day in days for call in day.calls]
    durations, residuals = _fit(
        np.array([call.service for _day, call in calls], dtype=np.int64),
        np.array([call.who for _day, call in calls], dtype=np.int64),
        np.array([call.called_at for _day, call in calls]),
        np.array([call.freed_at - call.called_at for _day, call in calls]),
        np.array([weight_of[day] for day, _call in calls]),
    )
    numbers = np.array([day for day, _call in calls], dtype=np.int64)
    turns, reactions = _gaps(days, weight_of)
    counts = {service: sum(call.service == service for _day, call in calls) for service in durations.base}
    return Learned(
        services=frozenset(service for service, count in counts.items() if count >= ENOUGH),
        calls=durations,
        turns=turns,
        reactions=reactions,
        habits=[day.spells for day in days if day.spells],
        arrivals=_arrivals(days, weight_of),
        day_spread=_day_spread(numbers, residuals),
    )


def with_today(learned: Learned, today: Sequence[Call]) -> dict[int, tuple[float, float]]:
    """Today's pace by service (logarithm, uncertainty): what the day's calls so far say, shrunk to an ordinary day.

    Half of the spread is taken to be the whole day's (everybody is slow), half the service's own.
    """
    shared, own = learned.day_spread**2 / 2, learned.day_spread**2 / 2
    sums: dict[int, list[float]] = {}
    for call in today:
        if call.service in learned.calls.base:
            level = learned.calls.level(call.service, call.who)[int(call.called_at // 3600) % HOURS]
            took = max(SHORTEST, call.freed_at - call.called_at)
            sums.setdefault(call.service, []).append(math.log(took) - float(level))
    noise = {service: float(np.var(np.log(table))) or 0.25 for service, table in learned.calls.left_over.items()}
    # The whole day's pace from all services, each as exactly as its number of calls allows.
    precision, total = 1 / max(shared, 1e-6), 0.0
    for service, left in sums.items():
        exactness = 1 / (own + noise[service] / len(left))
        precision += exactness
        total += exactness * float(np.mean(left))
    whole, whole_spread = total / precision, 1 / precision
    pace = {}
    for service in learned.calls.base:
        left = sums.get(service, [])
        exactness = len(left) / noise[service]
        share = exactness / (exactness + 1 / max(own, 1e-6))
        mean = whole + share * (float(np.mean(left)) - whole if left else 0.0)
        pace[service] = (mean, float(np.sqrt(whole_spread * (1 - share) ** 2 + own * (1 - share))))
    return pace


def _fit(services: Ids, who: Ids, began: Numbers, took: Numbers, weights: Numbers) -> tuple[Durations, Numbers]:
    y = np.log(np.maximum(took, SHORTEST))
    hours = (began // 3600).astype(np.int64) % HOURS if len(began) else began.astype(np.int64)
    kinds, service_at = np.unique(services, return_inverse=True)
    people, who_at = np.unique(who, return_inverse=True)
    pair = who_at * len(kinds) + service_at
    slot = service_at * HOURS + hours
    base = _mean(service_at, y, weights, len(kinds), 0.0)
    rest = y - base[service_at] if len(y) else y
    effect_who, effect_both = np.zeros(len(people)), np.zeros(len(people) * len(kinds))
    effect_hour = np.zeros(len(kinds) * HOURS)
    for _pass in range(PASSES if len(y) else 0):
        effect_who = _mean(who_at, rest - effect_both[pair] - effect_hour[slot], weights, len(people), SHRINK_WHO)
        effect_both = _mean(pair, rest - effect_who[who_at] - effect_hour[slot], weights, len(effect_both), SHRINK_BOTH)
        effect_hour = _mean(slot, rest - effect_who[who_at] - effect_both[pair], weights, len(effect_hour), SHRINK_HOUR)
    left = rest - effect_who[who_at] - effect_both[pair] - effect_hour[slot] if len(y) else rest
    return Durations(
        base={int(kind): float(base[at]) for at, kind in enumerate(kinds)},
        who={int(person): float(effect_who[at]) for at, person in enumerate(people)},
        both={
            (int(person), int(kind)): float(effect_both[row * len(kinds) + at])
            for row, person in enumerate(people)
            for at, kind in enumerate(kinds)
        },
        hour={int(kind): effect_hour[at * HOURS : (at + 1) * HOURS] for at, kind in enumerate(kinds)},
        left_over={
            int(kind): np.exp(_table(left[service_at == at], weights[service_at == at]))
            for at, kind in enumerate(kinds)
        },
    ), left


def _mean(at: Ids, values: Numbers, weights: Numbers, count: int, shrink: float) -> Numbers:
    total = np.bincount(at, weights, count) + shrink
    result: Numbers = np.bincount(at, values * weights, count) / np.maximum(total, 1e-9)
    return result


def _table(values: Numbers, weights: Numbers) -> Numbers:
    """Ascending values, equally likely: the weighted distribution at ``TABLE`` points."""
    order = np.argsort(values)
    share = (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum()
    return np.interp((np.arange(TABLE) + 0.5) / TABLE, share, values[order])


def _gaps(days: Sequence[DayRecord], weight_of: Mapping[int, float]) -> tuple[Durations, Numbers]:
    """Turn-around where the next person was waiting already, reaction where the officer had been waiting."""
    turns: list[tuple[int, float, float, float]] = []
    reactions: list[tuple[float, float]] = []
    for day in days:
        last: dict[int, float] = {}
        for call in sorted(day.calls, key=lambda call: call.called_at):
            free_since = last.get(call.counter)
            last[call.counter] = call.freed_at
            if free_since is None:
                continue
            if call.ready_at <= free_since:
                gap = call.called_at - free_since
                if 0 <= gap <= LONGEST_TURN:
                    turns.append((call.who, call.called_at, gap, weight_of[day.number]))
            elif call.called_at - call.ready_at <= LONGEST_TURN:
                reactions.append((call.called_at - call.ready_at, weight_of[day.number]))
    who, began, took, weights = (
        (np.array(column) for column in zip(*turns, strict=True)) if turns else (np.zeros(0),) * 4
    )
    durations, _left = _fit(np.zeros(len(who), dtype=np.int64), who.astype(np.int64), began, took, weights)
    if not turns:
        durations = Durations({0: float(np.log(USUAL_REACTION))}, {}, {}, {0: np.zeros(HOURS)}, {0: np.ones(TABLE)})
    if not reactions:
        return durations, np.full(TABLE, USUAL_REACTION)
    seen, weights = (np.array(column) for column in zip(*reactions, strict=True))
    return durations, _table(seen, weights)


def _arrivals(days: Sequence[DayRecord], weight_of: Mapping[int, float]) -> dict[tuple[int, int], Numbers]:
    found: dict[tuple[int, int], Numbers] = {}
    whole = sum(weight_of[day.number] for day in days if day.drawn) or 1.0
    for day in days:
        for drawn in day.drawn:
            slots = found.setdefault((drawn.service, drawn.rank), np.zeros(96))
            slots[min(95, int(drawn.at // 900))] += weight_of[day.number] / whole
    return found


def _day_spread(numbers: Ids, residuals: Numbers) -> float:
    """The spread of the days' means beyond what chance would give; never nothing: a month has seen little."""
    means, chance = [], []
    for number in np.unique(numbers):
        left = residuals[numbers == number]
        if len(left) >= ENOUGH:
            means.append(float(left.mean()))
            chance.append(float(left.var() / len(left)))
    if len(means) < 3:
        return 0.15
    return math.sqrt(max(0.04**2, float(np.var(means, ddof=1)) - float(np.mean(chance))))
