"""A generated month of a busy branch: what the estimator is measured against.

Written before the estimator, and knows nothing of it: no code and no figure is shared, the queue below is a plain loop
over the rules as they are written down (class, then time; at most one overtaking call in three at a counter; whoever
comes back to a counter goes first there). The seed draws the branch itself (how long its fields take, who sits where and
when), so that another seed is another branch, and then its days.

What makes it hard, as in a real hall: service times differ by field, officer, hour and day and have a long tail; hard
cases; officers who call late, begin late, go to lunch a little early or stay to clear the hall; rushes, slow days and
breakdowns of one field or of all; people who do not come, who leave, who are sent for a paper and come back first, who
are passed on to another field; priority people who overtake. Only what a portal would see is told: ``Event``.

Moments are seconds since midnight of that day.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

HOUR = 3600.0
MINUTE = 60.0
VISITS_A_DAY = 1000
# People who were passed on or came back are already in the hall; these are the classes of those who draw.
FIRST, PRIORITY, ORDINARY, RETURNING = 0, 1, 2, -1
CAP = 3
DOORS = ((7.75 * HOUR, 11.5 * HOUR), (13.25 * HOUR, 16.5 * HOUR))
OPENING = ((8 * HOUR, 11.5 * HOUR), (13.5 * HOUR, 17 * HOUR))


@dataclass(frozen=True)
class Event:
    """``kind``: draw, call, arrive, finish, no_show, park, back, transfer, leave; open, pause, close (a counter)."""

    at: float
    kind: str
    ticket: int = 0
    counter: int = 0
    service: int = 0
    rank: int = ORDINARY


@dataclass
class Day:
    """One day: what the portal saw, in order, and what the waits were (drawing to first call, in seconds)."""

    number: int
    events: list[Event] = field(default_factory=list)
    waits: dict[int, float] = field(default_factory=dict)


@dataclass
class Field:
    number: int
    share: float
    median: float
    sigma: float


@dataclass
class Officer:
    counter: int
    skills: list[int]
    shifts: list[tuple[float, float]]
    pace: float
    pace_of: dict[int, float]
    turn: float
    stays: float  # seconds past the end for which people who wait are still called


class Branch:
    """A branch, drawn from the seed; ``days()`` are its working days, Monday to Friday."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.fields = self._fields()
        self.services = [each.number for each in self.fields]
        self.tired = chance.uniform(0.0, 0.12)
        self.hurry = chance.uniform(0.0, 0.10)
        self.hard_share = chance.uniform(0.05, 0.10)
        self.missing = chance.uniform(0.03, 0.07)
        self.parked = chance.uniform(0.02, 0.06)
        self.first_share = chance.uniform(0.02, 0.04)
        self.priority_share = chance.uniform(0.07, 0.14)
        self.peak = chance.uniform(1.2, 1.7)
        self.weekday = [chance.uniform(1.02, 1.12), 1.0, chance.uniform(0.92, 1.0), 1.0, chance.uniform(0.95, 1.08)]
        self.officers = self._officers()

    def skills(self) -> dict[int, list[int]]:
        """Of each counter."""
        return {officer.counter: list(officer.skills) for officer in self.officers}

    def days(self, count: int) -> Iterator[Day]:
        ticket = 0
        for number in range(count):
            day = _Run(self, number, ticket).play()
            ticket = max([ticket, *(event.ticket for event in day.events)])
            yield day

    def _fields(self) -> list[Field]:
        chance = self.chance
        shares = [chance.uniform(*span) for span in ((0.36, 0.46), (0.22, 0.28), (0.18, 0.25), (0.07, 0.12))]
        medians = [chance.uniform(*span) * MINUTE for span in ((6.5, 8.5), (4.0, 5.5), (2.2, 3.2), (5.0, 8.0))]
        whole = sum(shares)
        return [
            Field(number + 1, share / whole, median, chance.uniform(0.45, 0.75))
            for number, (share, median) in enumerate(zip(shares, medians, strict=True))
        ]

    def _officers(self) -> list[Officer]:
        """As many as are busy for nine tenths of the time or a little less; every third of them knows a second field."""
        chance = self.chance
        seats: list[list[int]] = []
        for each in self.fields:
            mean = each.median * math.exp(each.sigma**2 / 2) * (1 + 1.7 * self.hard_share) + 75
            needed = VISITS_A_DAY * each.share * mean / (6.7 * HOUR) / chance.uniform(0.86, 0.95)
            seats += [[each.number] for _seat in range(max(2, round(needed)))]
        for skills in seats:
            if chance.random() < 0.33:
                skills.append(chance.choice([number for number in self.services if number not in skills]))
        return [self._officer(number + 1, skills) for number, skills in enumerate(seats)]

    def _officer(self, counter: int, skills: list[int]) -> Officer:
        chance = self.chance
        lunch = chance.choice([(11.5, 13.5)] * 5 + [(12.0, 13.75), (11.25, 13.25), (12.25, 13.75)])
        starts, ends = chance.choice([8.0] * 6 + [8.5, 9.0]), chance.choice([17.0] * 6 + [16.5, 16.0])
        return Officer(
            counter,
            skills,
            [(starts * HOUR, lunch[0] * HOUR), (lunch[1] * HOUR, ends * HOUR)],
            pace=chance.lognormvariate(0, 0.14),
            pace_of={number: chance.lognormvariate(0, 0.07) for number in self.services},
            turn=chance.uniform(14, 45),
            stays=chance.choice([0.0, 0.0, 6 * MINUTE, 15 * MINUTE]),
        )


@dataclass
class _Person:
    ticket: int
    service: int
    rank: int
    place: float
    drawn: float
    counter: int = 0  # where they come back to
    called: bool = False


@dataclass
class _Seat:
    officer: Officer
    shifts: list[tuple[float, float]]
    pauses: list[tuple[float, float]]
    state: str = "close"
    person: _Person | None = None
    overtook: list[bool] = field(default_factory=list)
    looks: int = 0
    is_looking: bool = False


class _Run:
    """One day, event by event."""

    def __init__(self, branch: Branch, number: int, ticket: int) -> None:
        self.branch, self.chance, self.ticket = branch, branch.chance, ticket
        self.day = Day(number)
        chance = self.chance
        self.pace = chance.lognormvariate(0, 0.06) * (chance.uniform(1.15, 1.3) if chance.random() < 0.12 else 1.0)
        self.pace_of = {number: chance.lognormvariate(0, 0.05) for number in branch.services}
        self.breakdowns = self._breakdowns()
        self.seats = {officer.counter: self._seat(officer) for officer in branch.officers}
        self.waiting: list[_Person] = []
        self.agenda: list[tuple[float, int, str, object]] = []
        self.turns = 0

    def play(self) -> Day:
        for person in self._drawings():
            self._plan(person.drawn, "draw", person)
        for seat in self.seats.values():
            for start, end in seat.shifts:
                self._plan(start, "begin", seat)
                self._plan(end, "end", seat)
            for start, end in seat.pauses:
                self._plan(start, "pause", seat)
                self._plan(end, "resume", seat)
        while self.agenda:
            at, _turn, what, about = heapq.heappop(self.agenda)
            if at > 18.5 * HOUR:
                break
            getattr(self, f"_on_{what}")(at, about)
        return self.day

    # -- what the day brings

    def _drawings(self) -> list[_Person]:
        """Thinned from a rate that has a morning and an afternoon peak; a rush is a busload for one field."""
        chance, branch = self.chance, self.branch
        volume = VISITS_A_DAY * branch.weekday[self.day.number % 5] * chance.lognormvariate(0, 0.07)
        steps = [(start + 300 * step) for start, end in DOORS for step in range(int((end - start) / 300))]
        weights = [self._rate(step) for step in steps]
        moments: list[tuple[float, int]] = []
        for step, weight in zip(steps, weights, strict=True):
            moments += [
                (step + chance.uniform(0, 300), self._field())
                for _each in range(self._poisson(volume * weight / sum(weights)))
            ]
        if chance.random() < 0.3:
            start, which = chance.choice([8.5, 9.5, 10.0, 14.0, 14.5]) * HOUR, self._field()
            moments += [(start + chance.uniform(0, 30 * MINUTE), which) for _each in range(chance.randint(15, 40))]
        people = []
        for at, service in sorted(moments):
            self.ticket += 1
            draw = chance.random()
            first, priority = branch.first_share, branch.priority_share
            rank = FIRST if draw < first else PRIORITY if draw < first + priority else ORDINARY
            people.append(_Person(self.ticket, service, rank, at, at))
        return people

    def _rate(self, at: float) -> float:
        hour = at / HOUR
        morning = math.exp(-(((hour - 8.9) / 1.1) ** 2))
        afternoon = math.exp(-(((hour - 14.1) / 0.9) ** 2))
        return 1 + self.branch.peak * morning + 0.8 * self.branch.peak * afternoon

    def _field(self) -> int:
        fields = self.branch.fields
        return self.chance.choices([each.number for each in fields], [each.share for each in fields])[0]

    def _breakdowns(self) -> list[tuple[float, float, int]]:
        """(from, to, field; 0 is every field) on one day in three."""
        chance = self.chance
        if chance.random() > 0.35:
            return []
        start = chance.uniform(8.3, 16) * HOUR
        which = 0 if chance.random() < 0.4 else chance.choice(self.branch.services)
        return [(start, start + chance.uniform(8, 35) * MINUTE, which)]

    def _seat(self, officer: Officer) -> _Seat:
        chance = self.chance
        shifts = [
            (start + max(-60, chance.gauss(120, 150)), end + chance.gauss(-60, 150)) for start, end in officer.shifts
        ]
        if chance.random() < 0.03:  # ill, or at a training for half a day
            shifts.pop(chance.randrange(len(shifts)))
        pauses = []
        for start, end in shifts:
            if chance.random() < 0.35:
                begins = chance.uniform(start + 30 * MINUTE, end - 20 * MINUTE)
                pauses.append((begins, begins + chance.uniform(4, 14) * MINUTE))
        for start, end, which in self.breakdowns:
            if which in (0, officer.skills[0]):
                pauses.append((start + chance.uniform(0.5, 4) * MINUTE, end + chance.uniform(0, 3) * MINUTE))
        return _Seat(officer, shifts, pauses)

    def _poisson(self, mean: float) -> int:
        limit, product, count = math.exp(-mean), self.chance.random(), 0
        while product > limit:
            product *= self.chance.random()
            count += 1
        return count

    # -- what happens

    def _on_draw(self, at: float, person: _Person) -> None:
        self._tell(at, "draw", person)
        self.waiting.append(person)
        if self.chance.random() < 0.015:
            self._plan(at + self.chance.uniform(10, 90) * MINUTE, "leave", person)
        self._someone_free(at, person.service)

    def _on_leave(self, at: float, person: _Person) -> None:
        if person in self.waiting:
            self.waiting.remove(person)
            self._tell(at, "leave", person)

    def _on_begin(self, at: float, seat: _Seat) -> None:
        self._set(at, seat, "open")

    def _on_end(self, at: float, seat: _Seat) -> None:
        last = at > 15 * HOUR
        stays = (40 * MINUTE if last else seat.officer.stays) + (0 if last else self.chance.uniform(0, 60))
        planned = next(end for start, end in seat.shifts if start <= at <= end + 3 * HOUR and end >= at - 3 * HOUR)
        if seat.state == "open" and at - planned < stays and self._within_reach(seat):
            self._plan(at + MINUTE, "end", seat)
            return
        self._set(at, seat, "close")

    def _on_pause(self, at: float, seat: _Seat) -> None:
        if seat.state == "open":
            self._set(at, seat, "pause")

    def _on_resume(self, at: float, seat: _Seat) -> None:
        if seat.state == "pause":
            self._set(at, seat, "open")

    def _on_look(self, at: float, about: tuple[_Seat, int]) -> None:
        seat, looks = about
        if looks != seat.looks:
            return
        seat.is_looking = False
        if seat.state != "open" or seat.person is not None:
            return
        person = self._choose(seat)
        if person is not None:
            self._call(at, seat, person)

    def _on_arrive(self, at: float, seat: _Seat) -> None:
        self._tell(at, "arrive", seat.person, seat)
        self._plan(at + self._service_time(at, seat), "finish", seat)

    def _on_no_show(self, at: float, seat: _Seat) -> None:
        self._tell(at, "no_show", seat.person, seat)
        self._free(at, seat)

    def _on_finish(self, at: float, seat: _Seat) -> None:
        person, chance = seat.person, self.chance
        assert person is not None
        if person.rank != RETURNING and chance.random() < self.branch.parked:
            self._tell(at, "park", person, seat)
            person.counter = seat.officer.counter
            self._plan(at + chance.uniform(6, 30) * MINUTE, "back", person)
        elif chance.random() < 0.01:
            person.service = chance.choice([each for each in self.branch.services if each != person.service])
            person.counter, person.rank = 0, ORDINARY if person.rank == RETURNING else person.rank
            self._tell(at, "transfer", person, seat)
            self.waiting.append(person)
            self._someone_free(at, person.service)
        else:
            self._tell(at, "finish", person, seat)
        self._free(at, seat)

    def _on_back(self, at: float, person: _Person) -> None:
        person.rank = RETURNING
        self._tell(at, "back", person, self.seats[person.counter])
        self.waiting.append(person)
        self._someone_free(at, person.service)

    # -- the rules, in short

    def _within_reach(self, seat: _Seat) -> list[_Person]:
        return [
            person
            for person in self.waiting
            if person.service in seat.officer.skills
            and (
                not person.counter
                or person.counter == seat.officer.counter
                or self.seats[person.counter].state != "open"
                or person.service not in self.seats[person.counter].officer.skills
            )
        ]

    def _choose(self, seat: _Seat) -> _Person | None:
        """Class, then time. With an overtaking call among the last two, time alone; who comes back goes first."""
        found = self._within_reach(seat)
        if not found:
            return None
        back = [person for person in found if person.rank == RETURNING]
        if back:
            return min(back, key=lambda person: (person.place, person.ticket))
        in_turn = any(seat.overtook[-(CAP - 1) :])
        chosen = min(found, key=lambda person: (0 if in_turn else person.rank, person.place, person.ticket))
        seat.overtook.append(
            any(
                other.rank > chosen.rank and (other.place, other.ticket) < (chosen.place, chosen.ticket)
                for other in found
            )
        )
        return chosen

    def _call(self, at: float, seat: _Seat, person: _Person) -> None:
        chance = self.chance
        self.waiting.remove(person)
        seat.person = person
        self._tell(at, "call", person, seat)
        waited = at - person.place
        if not person.called:
            self.day.waits[person.ticket] = at - person.drawn
        missing = 0.0 if person.called else self.branch.missing * (0.5 + waited / HOUR)
        person.called = True
        if chance.random() < missing:
            self._plan(at + chance.uniform(60, 150), "no_show", seat)
        else:
            self._plan(at + chance.lognormvariate(math.log(25), 0.5), "arrive", seat)

    def _service_time(self, at: float, seat: _Seat) -> float:
        person, chance, branch = seat.person, self.chance, self.branch
        assert person is not None
        each = branch.fields[person.service - 1]
        officer = seat.officer
        took = each.median * officer.pace * officer.pace_of[person.service] * self.pace * self.pace_of[person.service]
        took *= chance.lognormvariate(0, each.sigma)
        if person.rank == RETURNING:
            took *= 0.4
        elif chance.random() < branch.hard_share:
            took *= chance.uniform(2, 3.4)
        hour = at / HOUR
        took *= 1 + branch.tired * max(0.0, (hour - 13) / 4)
        if 11 < hour < 11.6 or hour > 16.5:
            took *= 1 - branch.hurry
        return self._with_breakdowns(at, max(25.0, took), person.service)

    def _with_breakdowns(self, at: float, took: float, service: int) -> float:
        """Nothing goes on while the system is down; the person stays at the counter."""
        for start, end, which in self.breakdowns:
            if which in (0, service) and at < end and at + took > start:
                took += end - max(at, start)
        return took

    # -- small things

    def _set(self, at: float, seat: _Seat, state: str) -> None:
        if seat.state == state:
            return
        seat.state = state
        self.day.events.append(Event(at, state, counter=seat.officer.counter))
        if state == "open":
            self._look(at, seat)

    def _free(self, at: float, seat: _Seat) -> None:
        seat.person = None
        self._look(at + self.chance.lognormvariate(math.log(seat.officer.turn), 0.6), seat)

    def _someone_free(self, at: float, service: int) -> None:
        """An officer who has nothing to do sees the new number and presses after some seconds."""
        free = [
            seat
            for seat in self.seats.values()
            if seat.state == "open" and seat.person is None and not seat.is_looking and service in seat.officer.skills
        ]
        if free:
            self._look(at + self.chance.uniform(4, 25), self.chance.choice(free))

    def _look(self, at: float, seat: _Seat) -> None:
        seat.looks += 1
        seat.is_looking = True
        self._plan(at, "look", (seat, seat.looks))

    def _plan(self, at: float, what: str, about: object) -> None:
        self.turns += 1
        heapq.heappush(self.agenda, (at, self.turns, what, about))

    def _tell(self, at: float, kind: str, person: _Person | None, seat: _Seat | None = None) -> None:
        assert person is not None
        self.day.events.append(
            Event(at, kind, person.ticket, seat.officer.counter if seat else 0, person.service, person.rank)
        )
