"""Who is called next, and after that: the rule of the queue played on from now, without a database.

How long a visit takes plays no part: the counters call in turn, first those that have nobody, then those whose person has
been there longest. So the order is that of ``centres.order``, cap included, and only what of it falls to which counter
is a guess.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime

from centres.estimate.hall import Desk, Hall
from centres.order import Place, may_overtake, next_in_line, overtakes, reachable


def ahead_of_each(hall: Hall, services: Collection[int], most: int) -> dict[int, int]:
    """By ticket of these services: how many are called before at counters that could have called this one.

    Only those who have at most ``most`` ahead.
    """
    desks = _desks(hall, services)
    called: dict[int, int] = dict.fromkeys(services, 0)
    found: dict[int, int] = {}
    for desk, place in _calls(hall, desks):
        if place.service_id in called and called[place.service_id] <= most:
            found[place.ticket_id] = called[place.service_id]
        for service in desk.services & called.keys():
            called[service] += 1
        if all(count > most for count in called.values()):
            break
    return found


def ahead_of_newcomer(hall: Hall, newcomer: Place) -> int | None:
    """How many are called before this one, did they come now and nobody else."""
    joined = replace(hall, waiting=(*hall.waiting, newcomer))
    return ahead_of_each(joined, {newcomer.service_id}, len(hall.waiting)).get(newcomer.ticket_id)


def _desks(hall: Hall, services: Collection[int]) -> list[Desk]:
    """The open counters in the order in which they call, and one for each service that none of them has."""

    def order(desk: Desk) -> tuple[bool, datetime, int]:
        since = desk.called_at if desk.serving else desk.freed_at or desk.since
        return desk.serving is not None, since or hall.at, desk.counter_id

    found = sorted((desk for desk in hall.desks if desk.is_open), key=order)
    missing = set(services).difference(*(desk.services for desk in found))
    return found + [Desk(-1 - at, frozenset({service}), True) for at, service in enumerate(sorted(missing))]


def _calls(hall: Hall, desks: list[Desk]) -> Iterator[tuple[Desk, Place]]:
    """The calls to come, until nobody who can be called is left."""
    # People of one service and class stand in time: only the first of each such lane can be next.
    lanes: dict[tuple[int, int, int | None], deque[Place]] = defaultdict(deque)
    for place in sorted(hall.waiting, key=lambda each: each.in_time):
        lanes[place.service_id, place.rank, place.counter_id].append(place)
    still_open = {desk.counter_id for desk in desks}
    recent = {desk.counter_id: _recent(desk, hall.cap or 1) for desk in desks}
    anybody = True
    while anybody:
        anybody = False
        for desk in desks:
            heads = [lane[0] for lane in lanes.values() if lane]
            known = reachable(heads, desk.counter_id, desk.services, still_open)
            chosen = next_in_line(known, overtaking=may_overtake(recent[desk.counter_id], hall.cap))
            if chosen is None:
                continue
            anybody = True
            lanes[chosen.service_id, chosen.rank, chosen.counter_id].popleft()
            if not chosen.is_return:
                recent[desk.counter_id] = [overtakes(chosen, known), *recent[desk.counter_id]]
            yield desk, chosen


def _recent(desk: Desk, cap: int) -> list[bool]:
    """Which of the calls running at this counter overtook, as far as the cap looks back."""
    return [] if desk.calm is None else [*[False] * min(desk.calm, cap), True]
