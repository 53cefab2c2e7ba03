"""The hall at work: people come, draw a number, are called and served, moment after moment as in a real day."""

from __future__ import annotations

import heapq
from collections import Counter as Tally
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from random import Random

from applications.demo import visits
from applications.demo.centres import SKILLS, Place
from applications.demo.visits import Errand, Visit
from centres.actions.call_next import call_next
from centres.actions.call_number import call_number
from centres.actions.draw import draw
from centres.actions.miss import miss, recalls_left, seconds_to_come
from centres.actions.recall import recall
from centres.enums import Priority
from centres.models import Counter, Ticket
from citizens.models import User
from portal import clock
from portal.errors import RuleBroken

# In minutes: before the officer presses "next", and from the seat to the counter.
PRESSING = (0.1, 0.5)
WALKING = (0.4, 0.9)
# When so many wait for a counter, somebody is taken ill.
ENOUGH_WAIT = 5
TAKEN_ILL = "Người cao tuổi chóng mặt, xin vào trước"
# A counter that has to be free soon calls nobody whom it could serve no longer than this.
SHORTEST = 2.5


# When, and what: it gets the moment.
Aside = tuple[datetime, Callable[[datetime], object]]


@dataclass(eq=False)
class Seat:
    """A counter with its officer. Nobody is there any more at ``free_by``; without it, whoever is there stays."""

    counter: Counter
    officer: User
    free_by: datetime | None = None
    busy: bool = False

    @property
    def letters(self) -> str:
        return SKILLS[self.counter.number]


class Hall:
    """One day. ``pace`` shortens every span of time where the day is too young for a whole morning (1 is real)."""

    def __init__(self, place: Place, seats: Iterable[Seat], rng: Random, pace: float = 1.0):
        self._place, self._seats, self._rng, self._pace = place, list(seats), rng, pace
        self._waiting: Tally[str] = Tally()
        self._visits: dict[str, Visit] = {}
        self._events: list[tuple[datetime, int, Callable[[datetime], object]]] = []
        self._order = count()
        self._was_out_of_turn = False

    def run(self, arrivals: Iterable[Visit], until: datetime, beside: Iterable[Aside] = ()) -> None:
        """Everything that happens up to ``until``, in the order of time; what goes on then, goes on."""
        for visit in arrivals:
            self._at(visit.arrives, partial(self._draw, visit))
        for moment, happen in beside:
            self._at(moment, partial(self._beside_the_line, happen))
        while self._events and self._events[0][0] <= until:
            at, _order, happen = heapq.heappop(self._events)
            happen(at)
            self._let_free_seats_call(at)

    def _at(self, moment: datetime, happen: Callable[[datetime], object]) -> None:
        heapq.heappush(self._events, (moment, next(self._order), happen))

    def _minutes(self, span: tuple[float, float]) -> timedelta:
        return timedelta(minutes=self._rng.uniform(*span) * self._pace)

    def _beside_the_line(self, happen: Callable[[datetime], object], at: datetime) -> None:
        """Somebody comes back or leaves for a while, and it is counted anew who waits."""
        happen(at)
        waiting = Ticket.objects.of_day(self._place.centre, clock.local_day(at)).waiting()
        self._waiting = Tally(waiting.values_list("service__letter", flat=True))

    def _draw(self, visit: Visit, at: datetime) -> None:
        service = self._place.services[visit.letter]
        draw(
            service=service,
            client_key=visit.key,
            ground=visit.ground,
            device=self._place.kiosk,
            language=visit.language,
            at=at,
        )
        self._visits[visit.key] = visit
        self._waiting[visit.letter] += 1

    def _let_free_seats_call(self, at: datetime) -> None:
        for seat in self._seats:
            if not seat.busy and self._somebody_for(seat):
                seat.busy = True
                self._at(at + self._minutes(PRESSING), partial(self._call, seat))

    def _somebody_for(self, seat: Seat) -> bool:
        return any(self._waiting[letter] for letter in seat.letters)

    def _call(self, seat: Seat, at: datetime) -> None:
        left = None if seat.free_by is None else seat.free_by - at
        if left is not None and left < timedelta(minutes=SHORTEST * self._pace):
            return  # busy for good: it will not call again today
        if not self._somebody_for(seat):
            seat.busy = False
            return
        called = self._call_out_of_turn(seat, at) or call_next(at=at, acting_user=seat.officer)
        ticket = Ticket.objects.select_related("centre", "service", "counter").get(pk=called.pk)
        visit = self._visits[ticket.client_key]
        self._waiting[ticket.service.letter] -= 1
        came = at + self._minutes(WALKING)
        ends = came + timedelta(minutes=visit.minutes * self._pace)
        if seat.free_by is not None:
            ends = min(ends, seat.free_by)
        if visit.errand == Errand.GONE:
            again = recalls_left(ticket)
            for turn in range(again):
                self._at(came + (ends - came) * turn / again, partial(self._call_again, seat, ticket))
            self._at(ends, partial(self._miss, seat, ticket))
            return
        self._at(came, partial(visits.begin, visit, ticket, seat.officer))
        self._at(ends, partial(self._end, seat, visit, ticket))

    def _call_out_of_turn(self, seat: Seat, at: datetime) -> Ticket | None:
        """Once a day somebody who waits is taken ill, and the counter calls them with that reason."""
        if self._was_out_of_turn or sum(self._waiting[letter] for letter in seat.letters) < ENOUGH_WAIT:
            return None
        today = Ticket.objects.of_day(self._place.centre, clock.local_day(at)).waiting()
        line = today.filter(letter__in=list(seat.letters), priority=Priority.ORDINARY, calls=0).order_by(
            "queue_at", "id"
        )
        ill = next(iter(line[2:3]), None)
        if ill is None:
            return None
        try:
            called = call_number(ticket=ill, reason=TAKEN_ILL, at=at, acting_user=seat.officer)
        except RuleBroken:  # the counter has just called somebody ahead of others
            return None
        self._was_out_of_turn = True
        return called

    def _call_again(self, seat: Seat, ticket: Ticket, at: datetime) -> None:
        recall(ticket=ticket, at=at, acting_user=seat.officer)

    def _miss(self, seat: Seat, ticket: Ticket, at: datetime) -> None:
        # On a short morning the calls follow each other sooner than anybody could have come.
        walked = timedelta(seconds=seconds_to_come(ticket, at))
        miss(ticket=ticket, at=at + walked, acting_user=seat.officer)
        seat.busy = False

    def _end(self, seat: Seat, visit: Visit, ticket: Ticket, at: datetime) -> None:
        visits.end(visit, ticket, seat.officer, self._place.services, at)
        seat.busy = False
        if visit.errand == Errand.PASSED_ON:
            # Called once more, it is the land matter that it is.
            visit.errand = Errand.LAND
            visit.minutes = self._rng.uniform(*visits.LENGTHS[visit.errand])
            self._waiting[visit.letter] += 1
