"""A day at a small centre at random, through the real actions."""

from __future__ import annotations

import random
from collections import Counter as Tally
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from centres.actions.arrive import arrive
from centres.actions.call_next import call_next
from centres.actions.call_number import call_number
from centres.actions.change_priority import change_priority
from centres.actions.draw import draw
from centres.actions.finish import finish
from centres.actions.hold import hold
from centres.actions.leave import leave
from centres.actions.miss import miss
from centres.actions.miss_held import miss_held
from centres.actions.park import park
from centres.actions.recall import recall
from centres.actions.return_missed import return_missed
from centres.actions.transfer import transfer
from centres.actions.unpark import unpark
from centres.enums import PriorityGround, TicketState
from centres.models import Ticket
from portal.errors import RuleBroken
from tests.factories import centres as make
from tests.moments import hanoi

DAY = hanoi("2026-11-23 07:55")
GROUNDS = [PriorityGround.NONE] * 6 + [PriorityGround.AGE_60, PriorityGround.AGE_75, PriorityGround.DISABLED]


class Hall:
    """What happens is written down here too, beside the database: times by visit, and by (counter, service)."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.centre = make.CentreFactory()
        self.services = [make.ServiceFactory(centre=self.centre, letter=letter) for letter in "ABC"]
        skills = (self.services[:2], self.services[1:], [self.services[0]])
        self.counters = [make.open_counter(self.centre, skill, number) for number, skill in enumerate(skills, start=1)]
        self.at = DAY
        self.drawn = 0
        self.doing: dict[int, tuple[str, datetime]] = {}
        self.spent: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.first_call: dict[int, datetime] = {}
        self.came: set[int] = set()
        # Of each visit which (counter, service) has it, and what it spent there.
        self.at_counters: dict[tuple[int, int], Tally] = defaultdict(Tally)
        self.has: dict[int, tuple[int, int]] = {}
        self.spent_at: dict[int, dict[tuple[int, int], Tally]] = defaultdict(lambda: defaultdict(Tally))

    def run(self, steps: int) -> None:
        moves = [
            self._draw,
            self._draw,
            self._call,
            self._call,
            self._at_counter,
            self._at_counter,
            self._unpark,
            self._leave,
            self._come_again,
            self._hold,
            self._see,
        ]
        for _step in range(steps):
            self.at += timedelta(seconds=self.rng.randint(5, 150))
            self._miss_held()
            try:
                self.rng.choice(moves)()
            except RuleBroken:
                continue

    def _draw(self) -> None:
        self.drawn += 1
        ticket = draw(service=self.rng.choice(self.services), client_key=f"key-{self.centre.pk}-{self.drawn:06}",
                      ground=self.rng.choice(GROUNDS), at=self.at)  # fmt: skip
        self.doing[ticket.pk] = ("waiting", self.at)

    def _call(self) -> None:
        counter = self.rng.choice(self.counters)
        waiting = Ticket.objects.waiting().filter(centre=self.centre)
        if waiting and self.rng.random() < 0.1:
            ticket = call_number(ticket=self.rng.choice(waiting), reason="sốt", at=self.at, acting_user=counter.officer)
        else:
            ticket = call_next(at=self.at, acting_user=counter.officer)
        self.has[ticket.pk] = (counter.pk, ticket.service_id)
        self._now(ticket.pk, "walking")
        there = self.at_counters[self.has[ticket.pk]]
        there.update(called=1, jumped=int(ticket.jumped))
        if ticket.pk not in self.first_call:
            there.update({"waiting count": 1, "waiting total": self.spent[ticket.pk]["waiting"]})
        self.first_call.setdefault(ticket.pk, self.at)

    def _at_counter(self) -> None:
        counter = self.rng.choice(self.counters)
        ticket = Ticket.objects.at_counter().select_related("centre").filter(counter=counter).first()
        if ticket is None:
            return
        by = {"ticket": ticket, "at": self.at, "acting_user": counter.officer}
        if ticket.state == TicketState.CALLED:
            act = self.rng.choice([arrive, arrive, arrive, recall, miss])
            act(**by)
            if act is arrive:
                self.came.add(ticket.pk)
            self._now(ticket.pk, {arrive: "service", recall: "walking"}.get(act, ""))
        else:
            act = self.rng.choice([finish, finish, finish, park, transfer])
            more = {park: {"reason": "chờ"}, transfer: self._elsewhere()}.get(act, {})
            act(**by, **more)
            self._now(ticket.pk, {park: "parked", transfer: "waiting"}.get(act, ""))
            if act is transfer:
                del self.has[ticket.pk]

    def _elsewhere(self) -> dict[str, Any]:
        service = self.rng.choice(self.services)
        able = [counter for counter in self.counters if service in counter.services.all()]
        return {"service": service, "counter": self.rng.choice([None, *able])}

    def _unpark(self) -> None:
        ticket = Ticket.objects.filter(centre=self.centre, state=TicketState.PARKED).first()
        if ticket:
            unpark(ticket=ticket, at=self.at, acting_user=self.counters[0].officer)
            self._now(ticket.pk, "waiting")

    def _hold(self) -> None:
        ticket = Ticket.objects.waiting().filter(centre=self.centre).first()
        if ticket and self.rng.random() < 0.5:
            hold(ticket=ticket, back_by=self.at + timedelta(minutes=self.rng.randint(1, 20)), at=self.at)
            self._now(ticket.pk, "parked")

    def _miss_held(self) -> None:
        over = list(Ticket.objects.filter(centre=self.centre, back_by__lt=self.at))
        miss_held(at=self.at)
        for ticket in over:
            self._now(ticket.pk, "")

    def _see(self) -> None:
        ticket = Ticket.objects.waiting().filter(centre=self.centre).last()
        if ticket and self.rng.random() < 0.3:
            change_priority(ticket=ticket, ground=PriorityGround.DISABLED, reason="nạng", at=self.at,
                            acting_user=self.counters[0].officer)  # fmt: skip

    def _leave(self) -> None:
        ticket = Ticket.objects.waiting().filter(centre=self.centre).last()
        if ticket and self.rng.random() < 0.3:
            leave(ticket=ticket, at=self.at, acting_user=self.counters[0].officer)
            self._now(ticket.pk, "")

    def _come_again(self) -> None:
        ticket = Ticket.objects.filter(centre=self.centre, state=TicketState.NO_SHOW).first()
        if ticket and self.rng.random() < 0.3:
            return_missed(ticket=ticket, at=self.at, acting_user=self.counters[0].officer)
            self._now(ticket.pk, "waiting")
            self.has.pop(ticket.pk, None)

    def _now(self, pk: int, doing: str) -> None:
        was, since = self.doing[pk]
        if doing == "waiting" and not was:
            was = "waiting"  # a place given up before any call and taken again: they waited all the time
        # The way to the counter counts from the last call to the arrival.
        ends = {"waiting": pk not in self.first_call, "walking": doing == "service", "": False}
        if ends.get(was, True):
            seconds = round((self.at - since).total_seconds())
            self.spent[pk][was] += seconds
            if was == "walking":
                self.at_counters[self.has[pk]].update({"walking count": 1, "walking total": seconds})
            elif was != "waiting" and pk in self.has:
                self.spent_at[pk][self.has[pk]][was] += seconds
        self.doing[pk] = (doing, self.at)
