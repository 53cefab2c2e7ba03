"""The queue's promises under every mix of moves: nobody served twice, nobody lost, the cap kept, no order inverted.

The moves are the real actions on a real database. What each call should have done is reckoned beside it without a
database (``centres.order``), from the rows as they stood and the machine's own memory of each counter's calls.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from centres.actions.arrive import arrive
from centres.actions.call_next import call_next
from centres.actions.call_number import call_number
from centres.actions.cancel import cancel
from centres.actions.change_priority import change_priority
from centres.actions.counters import open_counter, pause_counter
from centres.actions.draw import draw
from centres.actions.finish import finish
from centres.actions.hold import come_back, hold
from centres.actions.miss import miss
from centres.actions.miss_held import miss_held
from centres.actions.park import park
from centres.actions.recall import recall
from centres.actions.return_missed import return_missed
from centres.actions.transfer import transfer
from centres.actions.unpark import unpark
from centres.enums import SEEN_GROUNDS, CounterState, ParkKind, Priority, PriorityGround, TicketEventKind, TicketState
from centres.models import Counter, Ticket, TicketEvent
from centres.order import Place, may_overtake, next_in_line, overtakes, reachable
from centres.policy import policy_on
from portal.errors import RuleBroken
from tests.factories import centres as make
from tests.factories.centres import MORNING

CAP = 3
number = st.integers(0, 50)
# Half of them ordinary: only they can be overtaken.
grounds = st.one_of(st.just(PriorityGround.NONE), st.sampled_from([*SEEN_GROUNDS, PriorityGround.BOOKED]))


class Hall(RuleBasedStateMachine):
    """Two services, three counters: one for each, and one for both."""

    def __init__(self) -> None:
        super().__init__()
        self.scope = transaction.atomic()
        self.scope.__enter__()
        self.centre = make.CentreFactory()
        self.services = [make.ServiceFactory(centre=self.centre, letter=letter) for letter in "AB"]
        a, b = self.services
        self.counters = [
            make.open_counter(self.centre, can, number=place) for place, can in enumerate(([a], [a, b], [b]), start=1)
        ]
        self.officers = [counter.officer for counter in self.counters]
        self.now = MORNING
        self.drawn = 0
        self.recent: dict[int, list[bool]] = defaultdict(list)  # by counter, newest first
        assert policy_on(self.centre.pk, MORNING.date()).cap == CAP

    def teardown(self) -> None:
        try:
            self.call_everybody_in()
        finally:
            transaction.set_rollback(True)
            self.scope.__exit__(None, None, None)

    # What there is to choose from.

    def in_state(self, *states: str) -> list[Ticket]:
        return list(Ticket.objects.filter(centre=self.centre, state__in=states).order_by("pk"))

    def one(self, index: int, *states: str) -> Ticket | None:
        found = self.in_state(*states)
        return found[index % len(found)] if found else None

    def officer_of(self, ticket: Ticket):
        return self.officers[self.counters.index(ticket.counter)]

    def places(self) -> list[Place]:
        open_for = self.open_for()
        return [
            Place(
                ticket.pk,
                ticket.service_id,
                ticket.priority,
                ticket.queue_at,
                ticket.counter_id if ticket.service_id in open_for.get(ticket.counter_id, ()) else None,
            )
            for ticket in self.in_state(TicketState.WAITING)
        ]

    def open_for(self) -> dict[int, set[int]]:
        rows = Counter.objects.filter(centre=self.centre, state=CounterState.OPEN)
        return {row.pk: set(row.services.values_list("pk", flat=True)) for row in rows}

    def reach(self, place: int) -> list[Place]:
        can = {service.pk for service in self.counters[place].services.all()}
        return reachable(self.places(), self.counters[place].pk, can, self.open_for())

    # Moves.

    @rule(minutes=st.integers(1, 9))
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)
        miss_held(at=self.now)

    @initialize(people=st.lists(st.tuples(st.integers(0, 1), grounds), min_size=5, max_size=10))
    def the_doors_open(self, people):
        self.people_come(people)

    @rule(people=st.lists(st.tuples(st.integers(0, 1), grounds), min_size=2, max_size=6))
    def people_come(self, people):
        for service, ground in people:
            draw(service=self.services[service], client_key=uuid4().hex, ground=ground, at=self.now)
            self.drawn += 1
            self.now += timedelta(seconds=1)

    @rule(place=st.integers(0, 2), times=st.integers(2, 5))
    def several_are_served_in_a_row(self, place, times):
        for _turn in range(times):
            for there in Ticket.objects.at_counter().filter(counter=self.counters[place]):
                finish(ticket=there, at=self.now, acting_user=self.officers[place])
            self.next_please(place)
            self.now += timedelta(seconds=20)

    @rule(place=st.integers(0, 2))
    def next_please(self, place):
        counter = self.counters[place]
        counter.refresh_from_db()
        free = counter.state == CounterState.OPEN and not Ticket.objects.at_counter().filter(counter=counter).exists()
        mine = self.reach(place) if free else []
        expected = next_in_line(mine, overtaking=may_overtake(self.recent[place], CAP))
        try:
            called = call_next(at=self.now, acting_user=self.officers[place])
        except RuleBroken:
            assert expected is None
            return
        assert expected is not None and called.pk == expected.ticket_id
        same = [p for p in mine if p.rank == expected.rank and p.in_time < expected.in_time]
        assert not same, "an equal class was inverted without a reason"
        self.note(place, called, overtakes(expected, mine))

    @rule(place=st.integers(0, 2), index=number)
    def out_of_turn(self, place, index):
        ticket = self.one(index, TicketState.WAITING)
        if ticket is None:
            return
        mine = self.reach(place)
        by = {"reason": "bị ngất", "at": self.now, "acting_user": self.officers[place]}
        try:
            called = call_number(ticket=ticket, **by)
        except RuleBroken as refused:
            if refused.code == "cap_reached":
                assert not may_overtake(self.recent[place], CAP)
            return
        mark = (called.queue_at, called.pk)
        passed = [p for p in mine if p.rank >= called.priority and p.in_time < mark and p.ticket_id != called.pk]
        self.note(place, called, called.priority != Priority.RETURNING and bool(passed))
        event = TicketEvent.objects.filter(ticket=called, kind=TicketEventKind.PICKED).latest("pk")
        assert event.reason and event.actor == self.officers[place]

    def note(self, place: int, called: Ticket, jumped: bool) -> None:
        if called.priority != Priority.RETURNING:
            self.recent[place].insert(0, jumped)
        assert called.jumped == jumped

    @rule(index=number)
    def arrives(self, index):
        ticket = self.one(index, TicketState.CALLED)
        if ticket:
            arrive(ticket=ticket, at=self.now, acting_user=self.officer_of(ticket))

    @rule(index=number)
    def does_not_come(self, index):
        ticket = self.one(index, TicketState.CALLED)
        if ticket is None:
            return
        officer = self.officer_of(ticket)
        with pytest.raises(RuleBroken):
            miss(ticket=ticket, at=self.now, acting_user=officer)
        for _again in range(2):
            recall(ticket=ticket, at=self.now, acting_user=officer)
        with pytest.raises(RuleBroken):
            miss(ticket=ticket, at=self.now, acting_user=officer)  # still on the way
        self.now += policy_on(ticket.centre_id, ticket.day).walk
        miss(ticket=ticket, at=self.now, acting_user=officer)

    @rule(index=number)
    def is_here_after_all(self, index):
        ticket = self.one(index, TicketState.NO_SHOW)
        if ticket:
            place, ended = ticket.queue_at, ticket.finished_at
            return_missed(ticket=ticket, at=self.now, acting_user=self.officers[0])
            assert ticket.queue_at == (place if self.now <= ended + timedelta(minutes=15) else self.now)

    @rule(index=number, kind=st.sampled_from([ParkKind.FETCHING, ParkKind.JOB]))
    def is_set_aside(self, index, kind):
        ticket = self.one(index, TicketState.CALLED, TicketState.SERVING)
        if ticket:
            park(ticket=ticket, kind=kind, at=self.now, acting_user=self.officer_of(ticket))

    @rule(index=number)
    def is_ready_again(self, index):
        ticket = self.one(index, TicketState.PARKED)
        if ticket is None:
            return
        if ticket.park_kind == ParkKind.JOB:
            unpark(ticket=ticket, at=self.now)
        else:
            come_back(ticket=ticket, at=self.now)
        assert Ticket.objects.get(pk=ticket.pk).state == TicketState.WAITING

    @rule(index=number, minutes=st.integers(5, 60))
    def leaves_for_a_while(self, index, minutes):
        ticket = self.one(index, TicketState.WAITING)
        if ticket:
            before = (ticket.queue_at, ticket.priority)
            hold(ticket=ticket, back_by=self.now + timedelta(minutes=minutes), at=self.now)
            assert (ticket.queue_at, ticket.priority) == before

    @rule(index=number, service=st.integers(0, 1))
    def is_passed_on(self, index, service):
        ticket = self.one(index, TicketState.SERVING)
        if ticket:
            before = ticket.queue_at
            transfer(ticket=ticket, service=self.services[service], at=self.now, acting_user=self.officer_of(ticket))
            assert ticket.queue_at == before

    @rule(index=number)
    def is_served(self, index):
        ticket = self.one(index, TicketState.SERVING)
        if ticket:
            finish(ticket=ticket, at=self.now, acting_user=self.officer_of(ticket))

    @rule(index=number)
    def gives_the_number_back(self, index):
        ticket = self.one(index, TicketState.WAITING)
        if ticket:
            cancel(ticket=ticket, at=self.now)

    @rule(index=number, ground=st.sampled_from(SEEN_GROUNDS))
    def is_seen_to_go_first(self, index, ground):
        ticket = self.one(index, TicketState.WAITING)
        if ticket:
            change_priority(ticket=ticket, ground=ground, reason="thấy", at=self.now, acting_user=self.officers[0])

    @rule(place=st.integers(1, 2))
    def pauses_or_goes_on(self, place):
        counter, officer = Counter.objects.get(pk=self.counters[place].pk), self.officers[place]
        if counter.state == CounterState.OPEN:
            pause_counter(counter=counter, reason="nghỉ", at=self.now, acting_user=officer)
        else:
            open_counter(counter=counter, at=self.now, acting_user=officer)

    # Promises.

    @invariant()
    def nobody_vanishes(self):
        assert Ticket.objects.filter(centre=self.centre).count() == self.drawn

    @invariant()
    def nobody_is_served_twice(self):
        done = TicketEvent.objects.filter(ticket__centre=self.centre, kind=TicketEventKind.DONE)
        tickets = list(done.values_list("ticket", flat=True))
        assert len(tickets) == len(set(tickets))

    @invariant()
    def the_cap_holds_in_every_window(self):
        for counter in self.counters:
            rows = TicketEvent.objects.filter(counter=counter, jumped__isnull=False).order_by("at", "pk")
            jumped = list(rows.values_list("jumped", flat=True))
            assert all(sum(jumped[start : start + CAP]) <= 1 for start in range(len(jumped)))

    @precondition(lambda self: self.drawn)
    @invariant()
    def times_make_sense(self):
        for ticket in Ticket.objects.filter(centre=self.centre, first_called_at__isnull=False):
            whole = (self.now - ticket.issued_at).total_seconds()
            parts = [ticket.waited_s, ticket.walked_s, ticket.served_s, ticket.parked_s]
            assert sum(part or 0 for part in parts) <= whole + len(parts)

    def call_everybody_in(self) -> None:
        """In the end whoever still waits is called and served, and nobody is left over."""
        for place, counter in enumerate(self.counters):
            open_counter(counter=counter, at=self.now, acting_user=self.officers[place])
        for ticket in self.in_state(TicketState.CALLED, TicketState.SERVING):
            finish(ticket=ticket, at=self.now, acting_user=self.officer_of(ticket))
        for ticket in self.in_state(TicketState.PARKED):
            unpark(ticket=ticket, at=self.now, acting_user=self.officers[0])
        for officer in self.officers:
            while True:
                try:
                    called = call_next(at=self.now, acting_user=officer)
                except RuleBroken as refused:
                    assert refused.code == "nobody_waits"
                    break
                finish(ticket=called, at=self.now, acting_user=officer)
        assert not self.in_state(TicketState.WAITING)


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Hall,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.django_db
def test_the_promises_hold():
    run(25, 25)


@pytest.mark.full
@pytest.mark.django_db
def test_the_promises_hold_for_long():
    run(250, 60)
