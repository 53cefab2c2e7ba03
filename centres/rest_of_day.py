"""The rest of a day played through by the queue's rules, as it is and with a change. Pure: no database, no clock.

Who comes, in which class and for how long, is drawn once for each run and lived through twice, so that what differs
between the two is the change alone. Whoever is next is decided by ``centres.order``. Moments are seconds from now.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from centres.order import Place, may_overtake, next_in_line, overtakes, reachable
from centres.summaries.rates import HOUR, Rates

# A counter's services from these moments on; none of them: nobody calls there.
Plan = list[tuple[float, frozenset[int]]]
NOBODY: frozenset[int] = frozenset()


@dataclass(frozen=True)
class OpenCounter:
    """One more counter. ``counter_id``: one that there is; ``None``: an extra one. ``end`` ``None``: to the end."""

    services: frozenset[int]
    start: datetime
    end: datetime | None = None
    counter_id: int | None = None


@dataclass(frozen=True)
class MoveCounter:
    """This counter has these services for a while, afterwards its own again."""

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
class Desk:
    """A counter now. ``serves``: the service of who is there, ``busy_s``: for how long they have been. ``back``: from when
    on one that is not open is taken to call again; ``None``: not today."""

    counter_id: int
    services: frozenset[int]
    is_open: bool
    serves: int | None = None
    busy_s: float = 0.0
    back: datetime | None = None


@dataclass(frozen=True)
class Hall:
    """``hours``: what is left of the day's opening hours. ``cap``: as in ``centres.policy``."""

    at: datetime
    waiting: tuple[Place, ...]
    desks: tuple[Desk, ...]
    hours: tuple[tuple[datetime, datetime], ...]
    cap: int | None

    def seconds(self, moment: datetime) -> float:
        return (moment - self.at).total_seconds()

    @property
    def closes(self) -> float:
        """When the doors close for the day."""
        return self.seconds(self.hours[-1][1]) if self.hours else 0.0


@dataclass(frozen=True)
class Person:
    """Somebody of one run: here from ``ready`` on, keeps a counter for ``spell`` seconds."""

    place: Place
    ready: float
    spell: float


def plans_of(hall: Hall, changes: Sequence[Change]) -> dict[int, Plan]:
    """What each counter does until the doors close, by counter; extra ones have negative ids. Closed hours are kept."""
    desks = [*hall.desks, *(Desk(-1 - at, NOBODY, False) for at in range(len(changes)))]
    edges = {0.0}
    returns = [(desk.back, None) for desk in hall.desks]
    for start, end in [*hall.hours, *returns, *((change.start, change.end) for change in changes)]:
        edges |= {max(0.0, hall.seconds(moment)) for moment in (start, end) if moment is not None}
    moments = sorted(edges)
    return {
        desk.counter_id: [(moment, _services_at(hall, desk, moment, changes)) for moment in moments] for desk in desks
    }


def _services_at(hall: Hall, desk: Desk, second: float, changes: Sequence[Change]) -> frozenset[int]:
    moment = hall.at + timedelta(seconds=second)
    if not any(start <= moment < end for start, end in hall.hours):
        return NOBODY
    is_there = desk.is_open or (desk.back is not None and moment >= desk.back)
    services = desk.services if is_there else NOBODY
    for number, change in enumerate(changes):
        counter_id = -1 - number if change.counter_id is None else change.counter_id
        if counter_id != desk.counter_id or moment < change.start or (change.end is not None and moment >= change.end):
            continue
        if isinstance(change, OpenCounter):
            services |= change.services
        elif isinstance(change, OfficerOut):
            services = NOBODY
        elif services:
            services = change.services
    return services


def changes_nothing(hall: Hall, change: Change) -> bool:
    """Whether every counter calls for the same services with this change as without, at every moment."""
    desks = {desk.counter_id: desk for desk in hall.desks}
    return all(
        services == (_services_at(hall, desks[counter_id], second, ()) if counter_id in desks else NOBODY)
        for counter_id, plan in plans_of(hall, [change]).items()
        for second, services in plan
    )


def works_between(hall: Hall, counter_id: int, start: datetime, end: datetime | None) -> bool:
    """Whether this counter, as it is, calls anybody from ``start`` to ``end``."""
    until = hall.closes if end is None else hall.seconds(end)
    plan = plans_of(hall, ())[counter_id]
    ends = [*(second for second, _services in plan[1:]), float("inf")]
    return any(
        services and second < until and hall.seconds(start) < over
        for (second, services), over in zip(plan, ends, strict=True)
    )


def play(
    people: Sequence[Person], plans: Mapping[int, Plan], busy: Mapping[int, float], cap: int | None
) -> list[float | None]:
    """When each of the people is called; ``None``: not at all. ``busy``: until when a counter is not free. A place's
    ``ticket_id`` is its number in ``people``."""
    return _Game(people, plans, busy, cap).run()


class _Game:
    COMES, LOOKS = 0, 1

    def __init__(
        self, people: Sequence[Person], plans: Mapping[int, Plan], busy: Mapping[int, float], cap: int | None
    ) -> None:
        self.people, self.plans, self.cap = people, plans, cap
        self.starts = {desk: [start for start, _services in plan] for desk, plan in plans.items()}
        self.called: list[float | None] = [None] * len(people)
        # People of one service and class stand in time: only the first of each such lane can be next.
        self.lanes: dict[tuple[int, int, int | None], deque[Place]] = defaultdict(deque)
        self.free_at = {desk: busy.get(desk, 0.0) for desk in plans}
        self.idle: set[int] = set()
        self.recent: dict[int, list[bool]] = defaultdict(list)

    def run(self) -> list[float | None]:
        heap = [(person.ready, self.COMES, number) for number, person in enumerate(self.people)]
        heap += [(start, self.LOOKS, desk) for desk, starts in self.starts.items() for start in starts]
        heap += [(until, self.LOOKS, desk) for desk, until in self.free_at.items()]
        heapq.heapify(heap)
        while heap:
            now, what, which = heapq.heappop(heap)
            if what == self.COMES:
                place = self.people[which].place
                self.lanes[place.service_id, place.rank, place.counter_id].append(place)
                looking = [desk for desk in sorted(self.idle) if place.service_id in self._services(desk, now)]
            else:
                looking = [which]
            for desk in looking:
                if self.free_at[desk] <= now and (chosen := self._next(desk, now)):
                    self.called[chosen.ticket_id] = now
                    self.free_at[desk] = now + self.people[chosen.ticket_id].spell
                    heapq.heappush(heap, (self.free_at[desk], self.LOOKS, desk))
                    if what == self.COMES:
                        break
        return self.called

    def _services(self, desk: int, now: float) -> frozenset[int]:
        return self.plans[desk][bisect_right(self.starts[desk], now) - 1][1]

    def _next(self, desk: int, now: float) -> Place | None:
        services = self._services(desk, now)
        heads = [lane[0] for lane in self.lanes.values() if lane]
        kept = {place.counter_id for place in heads if place.counter_id is not None}
        still_open = [other for other in kept if other in self.plans and self._services(other, now)]
        known = reachable(heads, desk, services, still_open)
        chosen = next_in_line(known, overtaking=may_overtake(self.recent[desk], self.cap))
        if chosen is None:
            self.idle.add(desk)
            return None
        self.idle.discard(desk)
        self.lanes[chosen.service_id, chosen.rank, chosen.counter_id].popleft()
        if self.cap is not None and not chosen.is_return:
            self.recent[desk] = [overtakes(chosen, known), *self.recent[desk]][: self.cap]
        return chosen


def people_of(hall: Hall, rates: Rates, chance: Random) -> list[Person]:
    """Those who wait, and those who come in one possible rest of the day; first by place in time."""
    found: list[Person] = []

    def add(service: int, rank: int, queue_at: datetime, ready: float, counter_id: int | None) -> None:
        spells = rates.spells.get(service) or next(iter(rates.spells.values()))
        found.append(Person(Place(len(found), service, rank, queue_at, counter_id), ready, chance.choice(spells)))

    for place in sorted(hall.waiting, key=lambda each: each.in_time):
        add(place.service_id, place.rank, place.queue_at, 0.0, place.counter_id)
    for ready, service in sorted(_arrivals(hall, rates, chance)):
        rank = chance.choices([rank for rank, _weight in rates.classes], [weight for _rank, weight in rates.classes])[0]
        add(service, rank, hall.at + timedelta(seconds=ready), ready, None)
    return found


def _arrivals(hall: Hall, rates: Rates, chance: Random) -> list[tuple[float, int]]:
    """(second, service): at random within each hour, until the doors close."""
    midnight = hall.at.replace(hour=0, minute=0, second=0, microsecond=0)
    found = []
    for (service, hour), people in sorted(rates.arrivals.items()):
        start = hall.seconds(midnight) + hour * HOUR
        second, end = max(0.0, start), min(start + HOUR, hall.closes)
        while people > 0 and (second := second + chance.expovariate(people / HOUR)) < end:
            found.append((second, service))
    return found


def busy_of(hall: Hall, rates: Rates, chance: Random) -> dict[int, float]:
    """Until when each counter serves who is there: one of the spells that are longer than it has taken so far."""
    found = {}
    for desk in hall.desks:
        if desk.serves is not None:
            longer = [spell for spell in rates.spells.get(desk.serves, ()) if spell > desk.busy_s]
            found[desk.counter_id] = chance.choice(longer) - desk.busy_s if longer else 0.0
    return found
