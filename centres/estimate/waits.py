"""The range of a wait, by playing the hall forward."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from centres.enums import Priority
from centres.estimate.chance import Draw, desks_of, future, pace_of, second_of_day
from centres.estimate.engine import People, play
from centres.estimate.hall import Hall
from centres.estimate.learn import Learned
from centres.estimate.records import Numbers
from centres.order import Place

RUNS = 200
LOW, MIDDLE, HIGH = 20, 50, 80
# How far newcomers who may overtake are looked for: as long as the queue could take, within this.
HORIZON_LEAST, HORIZON_MOST = 1800.0, 4 * 3600.0
# A wait that a fifth of the continuations do not end today is not one to give a range for: nobody could say up to when.
LATEST = 12 * 3600.0


@dataclass(frozen=True)
class Range:
    """Seconds from now to the first call, as played: a fifth of the continuations lie below ``low``, a fifth above ``high``."""

    low: float
    middle: float
    high: float


def ranges(
    hall: Hall, learned: Learned, wanted: Iterable[int], *, runs: int = RUNS, seed: int = 1
) -> dict[int, Range | None]:
    """By ticket id, of those in ``hall.waiting``. ``None``: not known yet, or nobody is there to call them.

    ``hall`` holds a ``Place`` for whoever would come now, too, where their wait is wanted.
    """
    wanted = set(wanted)
    result: dict[int, Range | None] = dict.fromkeys(wanted)
    known = [place for place in hall.waiting if place.service_id in learned.services]
    asked = [place for place in known if place.ticket_id in wanted]
    if not asked or not hall.desks:
        return result
    places = _relevant(known, asked)
    called = _played(hall, learned, places, {place.ticket_id for place in asked}, Draw(runs, seed))
    for column, place in enumerate(places):
        if place.ticket_id in wanted:
            result[place.ticket_id] = _range(called[:, column])
    return result


def _range(called: Numbers) -> Range | None:
    called = np.where(np.isfinite(called), called, LATEST)
    low, middle, high = np.percentile(called, [LOW, MIDDLE, HIGH])
    return None if high >= LATEST else Range(float(low), float(middle), float(high))


def _relevant(places: Sequence[Place], asked: Sequence[Place]) -> list[Place]:
    """Whoever comes later in time and in no earlier class than all that are asked for, delays none of them."""
    last = max(place.in_time for place in asked)
    lowest = max(place.rank for place in asked)
    return [place for place in places if place.in_time <= last or place.rank < lowest]


def _played(hall: Hall, learned: Learned, places: Sequence[Place], wanted: set[int], draw: Draw) -> Numbers:
    services = sorted({place.service_id for place in places} | {s for desk in hall.desks for s in desk.services})
    services = [service for service in services if service in learned.services]
    now = second_of_day(hall.at)
    lowest = max(place.rank for place in places if place.ticket_id in wanted)
    horizon, most_rank = _horizon(hall, learned, places), min(lowest, Priority.ORDINARY) - 1
    newcomers = future(learned.arrivals, services, now, horizon, draw, most_rank=most_rank)
    people = people_of(hall, places, services, newcomers)
    pace = pace_of(learned, hall.desks, services, hall, people.service, draw)
    desks = desks_of(learned, hall, services, pace, draw)
    asked = np.zeros(len(people.service), dtype=bool)
    asked[: len(places)] = [place.ticket_id in wanted for place in places]
    return play(people, desks, pace, hall.cap, asked)[:, : len(places)]


def people_of(
    hall: Hall, places: Sequence[Place], services: Sequence[int], newcomers: tuple[list[int], list[int], Numbers]
) -> People:
    """Columns of those who wait, then of those who may come (``chance.future``)."""
    columns, ranks, when = newcomers
    column_of = {desk.counter_id: at for at, desk in enumerate(hall.desks)}
    # Equal moments are told apart by the ticket's id, as in the queue.
    order = {place.ticket_id: at for at, place in enumerate(sorted(places, key=lambda place: place.in_time))}
    since = np.array([(p.queue_at - hall.at).total_seconds() + order[p.ticket_id] * 1e-6 for p in places])
    here = np.zeros((len(when), len(places)))
    return People(
        service=np.array([*(services.index(p.service_id) for p in places), *columns], dtype=np.int64),
        rank=np.array([*(p.rank for p in places), *ranks], dtype=np.int64),
        place=np.concatenate([here + since, when], axis=1),
        ready=np.concatenate([here, when], axis=1),
        home=np.array([*(column_of.get(p.counter_id or 0, -1) for p in places), *[-1] * len(columns)], dtype=np.int64),
    )


def _horizon(hall: Hall, learned: Learned, places: Sequence[Place]) -> float:
    """Three times what the queue takes by plain division, within the bounds."""
    work = sum(float(np.exp(learned.calls.base[place.service_id])) for place in places)
    desks = sum(desk.is_open for desk in hall.desks) or 1
    return min(HORIZON_MOST, max(HORIZON_LEAST, 3 * work / desks))
