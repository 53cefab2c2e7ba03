"""The rules written for columns of possible worlds are those of ``centres.order``, person by person."""

from __future__ import annotations

import itertools
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from centres import order
from centres.enums import Priority
from centres.estimate.engine import Desks, Pace, People, play
from centres.order import Place
from tests.centres.estimate.halls import TEN

SERVICES = 3


@st.composite
def scenes(draw):
    """(rank, minutes in the hall, service, home desk, service time), desks' skills, cap."""
    person = st.tuples(
        st.sampled_from([Priority.FIRST, Priority.PRIORITY, Priority.ORDINARY, Priority.ORDINARY]),
        st.integers(-60, 60),
        st.integers(0, SERVICES - 1),
        st.one_of(st.none(), st.integers(0, 2)),
        st.integers(1, 20),
    )
    # Two who come at the same second find desks that look at the same moment: whichever calls first, the rules hold.
    later = itertools.count(10_000)
    people = draw(
        st.lists(person, min_size=1, max_size=14, unique_by=lambda one: one[1] if one[1] > 0 else next(later))
    )
    desks = draw(st.lists(st.sets(st.integers(0, SERVICES - 1), min_size=1), min_size=1, max_size=3))
    return people, desks, draw(st.sampled_from([None, 1, 2, 3]))


def person_by_person(people, desks, cap):
    """The same hall, slowly, by the functions of ``centres.order``."""
    places = {
        number: Place(
            number,
            service,
            Priority.RETURNING if home is not None and home < len(desks) and minutes <= 0 else rank,
            TEN + timedelta(minutes=minutes),
            home if home is not None and home < len(desks) and minutes <= 0 else None,
        )
        for number, (rank, minutes, service, home, _took) in enumerate(people)
    }
    free, recent, called = [0.0] * len(desks), [[] for _desk in desks], {}
    while True:
        desk = min(range(len(desks)), key=lambda each: free[each])
        now = free[desk]
        if now == np.inf:
            return called
        here = [p for p in places.values() if (p.queue_at - TEN).total_seconds() <= now]
        found = order.reachable(here, desk, desks[desk], range(len(desks)))
        chosen = order.next_in_line(found, overtaking=order.may_overtake(recent[desk], cap))
        if chosen is None:
            coming = [
                (p.queue_at - TEN).total_seconds()
                for p in places.values()
                if p.service_id in desks[desk] and (p.queue_at - TEN).total_seconds() > now
            ]
            free[desk] = min(coming, default=np.inf)
            continue
        if not chosen.is_return:
            recent[desk].insert(0, order.overtakes(chosen, found))
        del places[chosen.ticket_id]
        called[chosen.ticket_id] = now
        free[desk] = now + people[chosen.ticket_id][4] * 60


def all_at_once(people, desks, cap):
    count = len(people)
    back = np.array([home is not None and home < len(desks) and minutes <= 0 for _r, minutes, _s, home, _t in people])
    moments = np.array([minutes * 60.0 for _rank, minutes, *_rest in people])
    columns = People(
        service=np.array([service for _rank, _minutes, service, *_rest in people]),
        rank=np.where(back, int(Priority.RETURNING), [int(rank) for rank, *_rest in people]),
        place=np.tile(moments + np.arange(count) * 1e-6, (2, 1)),
        ready=np.tile(np.maximum(moments, 0.0), (2, 1)),
        home=np.where(back, [home if home is not None else -1 for _r, _m, _s, home, _t in people], -1),
    )
    shape = (2, len(desks), 1)
    skills = np.array([[service in desk for service in range(SERVICES)] for desk in desks])
    columns_of_desks = Desks(skills, np.zeros(shape), np.full(shape, 1e9), np.zeros(shape[:2]), np.full(len(desks), 99))
    pace = Pace(
        level=np.full((len(desks), SERVICES, 24), 60.0),
        turn=np.zeros((len(desks), 24)),
        today=np.ones((2, SERVICES)),
        left_over=np.tile([float(took) for *_rest, took in people], (2, 1)),
        turn_left=np.zeros((2, count)),
        reaction=np.zeros((2, len(desks))),
        second_of_day=36000.0,
    )
    called = play(columns, columns_of_desks, pace, cap)
    assert np.array_equal(called[0], called[1])
    return {number: moment for number, moment in enumerate(called[0]) if np.isfinite(moment)}


@settings(max_examples=300, deadline=None)
@given(scenes())
def test_everybody_is_called_when_the_rules_say_so(scene):
    assert all_at_once(*scene) == pytest.approx(person_by_person(*scene))


@pytest.mark.full
@settings(max_examples=5000, deadline=None)
@given(scenes())
def test_everybody_is_called_when_the_rules_say_so_in_thousands_of_halls(scene):
    assert all_at_once(*scene) == pytest.approx(person_by_person(*scene))
