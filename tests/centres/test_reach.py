"""What ``call_next`` asks in SQL and what ``centres.order`` says are held against each other on random halls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from centres.actions.call_next import call_next
from centres.counting import counted
from centres.enums import CounterState, Priority, TicketEventKind
from centres.models import QueuePolicy, Ticket, TicketEvent
from centres.order import Place, may_overtake, next_in_line, overtakes, reachable
from portal.errors import RuleBroken
from tests.factories import centres as make
from tests.factories.centres import MORNING

pytestmark = pytest.mark.django_db

CLASSES = [Priority.FIRST, Priority.PRIORITY, Priority.EXPECTED, Priority.ORDINARY]
NOW = MORNING + timedelta(hours=1)


@dataclass(frozen=True)
class Waiting:
    """Somebody who waits, by the places of service and kept counter in the hall's lists."""

    service: int
    rank: int
    minute: int
    kept: int | None


waiting = st.builds(
    Waiting,
    service=st.integers(0, 2),
    rank=st.sampled_from([*CLASSES, Priority.ORDINARY]),
    minute=st.integers(0, 5),
    kept=st.none(),
)
returning = st.builds(
    Waiting,
    service=st.integers(0, 2),
    rank=st.just(Priority.RETURNING),
    minute=st.integers(0, 5),
    kept=st.integers(0, 2),
)
transferred = st.builds(
    Waiting, service=st.integers(0, 2), rank=st.sampled_from(CLASSES), minute=st.integers(0, 5), kept=st.integers(0, 2)
)
# The desk itself does two of the three services, so that most of the hall is within its reach.
skills = st.tuples(st.just({0, 1}), st.sets(st.integers(0, 2), min_size=1), st.sets(st.integers(0, 2), min_size=1))
# What decides is how long ago a call overtook somebody.
histories = st.one_of(st.integers(0, 4).map(lambda calm: [True] + [False] * calm), st.lists(st.booleans(), max_size=4))
states = st.tuples(st.just(CounterState.OPEN), st.sampled_from(CounterState), st.sampled_from(CounterState))


@pytest.fixture
def services(centre):
    return [make.ServiceFactory(centre=centre, letter=letter) for letter in "ABC"]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    ordinary=st.lists(waiting, max_size=8),
    kept=st.one_of(st.just([]), st.lists(st.one_of(returning, transferred), max_size=3)),
    skills=skills,
    states=states,
    before=histories,
    cap=st.sampled_from([3, 2, 4, 1]),
    own=st.booleans(),
)
def test_the_call_is_the_one_the_rule_names(centre, services, ordinary, kept, skills, states, before, cap, own):
    """``before`` says, oldest first, whether each earlier call of the day at this counter overtook somebody."""
    people = [*ordinary, *kept]
    with transaction.atomic():
        QueuePolicy.objects.create(**_policy(cap), centre=centre if own else None)
        counters = [
            _counter(centre, number, [services[place] for place in sorted(can)], state)
            for number, (can, state) in enumerate(zip(skills, states, strict=True), start=1)
        ]
        desk = counters[0]
        _calls_before(services[0], desk, before)
        tickets = [
            make.TicketFactory(
                service=services[person.service],
                number=number,
                priority=person.rank,
                issued_at=MORNING + timedelta(minutes=person.minute),
                counter=None if person.kept is None else counters[person.kept],
            )
            for number, person in enumerate(people, start=1)
        ]
        expected, jumps = _by_the_rule(tickets, counters, skills, services, before, cap)
        assert _called(desk.officer) == (expected, jumps)
        transaction.set_rollback(True)


def _by_the_rule(tickets, counters, skills, services, before, cap):
    """(id of the ticket to be called, whether that overtakes)."""
    can = [{services[place].pk for place in places} for places in skills]
    open_for = {counter.pk: can[place] for place, counter in enumerate(counters) if counter.state == CounterState.OPEN}
    places = [
        Place(
            ticket.pk,
            ticket.service_id,
            ticket.priority,
            ticket.queue_at,
            # Kept for a counter that does not do this any more is kept for nobody.
            ticket.counter_id if ticket.service_id in open_for.get(ticket.counter_id, ()) else None,
        )
        for ticket in tickets
    ]
    mine = reachable(places, counters[0].pk, can[0], open_for)
    chosen = next_in_line(mine, overtaking=may_overtake(before[::-1], cap if cap > 1 else None))
    return (chosen.ticket_id, overtakes(chosen, mine)) if chosen else (None, False)


def _called(officer):
    try:
        ticket = call_next(at=NOW, acting_user=officer)
    except RuleBroken as refused:
        assert refused.code == "nobody_waits"
        return None, False
    stored = Ticket.objects.get(pk=ticket.pk)
    event = TicketEvent.objects.filter(ticket=stored).get()
    assert event.jumped in ([None] if stored.priority == Priority.RETURNING else [stored.jumped])
    return stored.pk, stored.jumped


def _policy(cap):
    return {
        "valid_from": date(2026, 1, 1),
        "cap": cap,
        "recalls": 2,
        "grace_minutes": 15,
        "hold_minutes": 60,
        "closing_minutes": 10,
        "source": "test",
        "confidence": "U",
    }


def _counter(centre, number, services, state):
    counter = make.open_counter(centre, services, number=number)
    if state != CounterState.OPEN:
        counter.state = state
        counter.officer = counter.officer if state == CounterState.PAUSED else None
        counter.save()
    return counter


def _calls_before(service, desk, before):
    served = make.TicketFactory(
        service=service, number=99, state="done", finished_at=MORNING, called_at=MORNING, counter=desk
    )
    # Yesterday's last call overtook, and counts for nothing today.
    rows = [(MORNING - timedelta(days=1), True, 0)]
    calm = None
    for place, overtook in enumerate(before):
        jumped, calm = counted(served, overtook, calm)
        rows.append((MORNING + timedelta(seconds=place), jumped, calm))
    for at, jumped, calm_then in rows:
        TicketEvent.objects.create(
            ticket=served, kind=TicketEventKind.CALLED, at=at, counter=desk, jumped=jumped, calm=calm_then
        )
