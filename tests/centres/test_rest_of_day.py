"""The rest of a day played through: by the queue's own rules, and against ciw where both can say the same."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from statistics import mean

import ciw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from centres.enums import Priority
from centres.order import Place, may_overtake, next_in_line, overtakes, reachable
from centres.outlook import simulate
from centres.rest_of_day import (
    Desk,
    Hall,
    MoveCounter,
    OfficerOut,
    OpenCounter,
    Person,
    busy_of,
    people_of,
    plans_of,
    play,
)
from centres.summaries.rates import Rates
from tests.moments import hanoi

TEN = hanoi("2026-11-23 10:00")
NOON, END = hanoi("2026-11-23 12:00"), hanoi("2026-11-23 17:00")
LAND, CIVIL = 1, 2
IN_TURN = [(int(Priority.ORDINARY), 1)]


def later(minutes):
    return TEN + timedelta(minutes=minutes)


def waiting(*services, rank=Priority.ORDINARY):
    return tuple(
        Place(number, service, rank, TEN - timedelta(minutes=30 - number)) for number, service in enumerate(services)
    )


def hall(*desks, people=(), hours=((TEN, END),), cap=None):
    return Hall(TEN, tuple(people), desks, hours, cap)


def desk(number, *services, is_open=True, **more):
    return Desk(number, frozenset(services), is_open, **more)


def calls(place, changes=(), spell=600.0, services=None):
    """Minutes until each who waits is called, every one of them keeping a counter for ``spell`` seconds."""
    rates = Rates({}, {LAND: [spell], CIVIL: [spell]}, IN_TURN)
    people = people_of(place, rates, Random(1))
    called = play(people, plans_of(place, changes), busy_of(place, rates, Random(1)), place.cap)
    return [None if second is None else second / 60 for second in called]


def test_one_counter_calls_one_after_the_other():
    assert calls(hall(desk(1, LAND), people=waiting(LAND, LAND, LAND))) == [0, 10, 20]


def test_one_more_counter_halves_the_queue_from_its_hour_on():
    place = hall(desk(1, LAND), people=waiting(*[LAND] * 6))
    assert calls(place, [OpenCounter(frozenset({LAND}), later(20))]) == [0, 10, 20, 20, 30, 30]


def test_a_closed_counter_opens_for_a_while_only():
    place = hall(desk(1, LAND), desk(2, LAND, is_open=False), people=waiting(*[LAND] * 5))
    assert calls(place, [OpenCounter(frozenset({LAND}), TEN, later(5), counter_id=2)]) == [0, 0, 10, 20, 30]


def test_a_counter_that_moves_serves_who_is_there_to_the_end():
    place = hall(desk(1, LAND), desk(2, CIVIL), people=waiting(LAND, CIVIL, LAND, LAND, CIVIL))
    assert calls(place) == [0, 0, 10, 20, 10]
    assert calls(place, [MoveCounter(2, frozenset({LAND}), later(1), later(15))]) == [0, 0, 10, 10, 20]


def test_an_officer_who_is_out_calls_nobody():
    place = hall(desk(1, LAND), people=waiting(LAND, LAND))
    assert calls(place, [OfficerOut(1, TEN, later(45))]) == [45, 55]


def test_nobody_is_called_over_noon_or_after_the_doors_close():
    hours = ((TEN, later(15)), (NOON, later(125)))
    assert calls(hall(desk(1, LAND), people=waiting(*[LAND] * 4), hours=hours)) == [0, 10, 120, None]


def test_whoever_is_at_the_counter_is_served_first():
    assert calls(hall(desk(1, LAND, serves=LAND, busy_s=120.0), people=waiting(LAND))) == [8]


def test_a_return_waits_for_its_counter_as_long_as_that_is_open():
    back = Place(7, LAND, Priority.RETURNING, TEN, counter_id=2)
    place = hall(desk(1, LAND), desk(2, LAND, serves=LAND, busy_s=0.0), people=[back])
    assert calls(place) == [10]
    assert calls(place, [OfficerOut(2, TEN)]) == [0]


def test_the_cap_lets_those_in_turn_move():
    first = [Place(n, LAND, Priority.ORDINARY, TEN - timedelta(minutes=9 - n)) for n in range(3)]
    old = [Place(n, LAND, Priority.FIRST, TEN - timedelta(minutes=9 - n)) for n in range(3, 6)]
    assert calls(hall(desk(1, LAND), people=[*first, *old])) == [30, 40, 50, 0, 10, 20]
    assert calls(hall(desk(1, LAND), people=[*first, *old], cap=3)) == [10, 20, 40, 0, 30, 50]


@given(
    st.lists(
        st.tuples(st.sampled_from([LAND, CIVIL]), st.sampled_from([0, 10, 20, -10]), st.integers(0, 40)), max_size=12
    ),
    st.sampled_from([None, 2, 3]),
)
def test_lanes_give_whom_the_rule_gives(drawn, cap):
    """One counter for everything: the play calls in the order of ``centres.order`` over all who wait."""
    places = [
        Place(number, service, rank, TEN - timedelta(minutes=minutes), 1 if rank == Priority.RETURNING else None)
        for number, (service, rank, minutes) in enumerate(drawn)
    ]
    places = [Place(n, p.service_id, p.rank, p.queue_at, p.counter_id)
              for n, p in enumerate(sorted(places, key=lambda place: place.in_time))]  # fmt: skip
    people = [Person(place, 0.0, 60.0) for place in places]
    called = play(people, plans_of(hall(desk(1, LAND, CIVIL)), ()), {}, cap)
    left, recent, order = list(places), [], []
    while left:
        known = reachable(left, 1, {LAND, CIVIL}, {1})
        chosen = next_in_line(known, overtaking=may_overtake(recent, cap))
        assert chosen is not None
        if not chosen.is_return:
            recent.insert(0, overtakes(chosen, known))
        left.remove(chosen)
        order.append(chosen.ticket_id)
    assert sorted(range(len(places)), key=lambda number: called[number]) == order


def test_the_waits_are_those_that_ciw_finds():
    """Two counters, people at random, one class: where ciw can say it, both say the same within a tenth."""
    per_hour, spells, hours = 12.0, [float(seconds) for seconds in range(60, 840, 30)], 60
    place = hall(desk(1, LAND), desk(2, LAND), hours=((TEN, TEN + timedelta(hours=hours)),))
    rates = Rates({(LAND, hour): per_hour for hour in range(10, 10 + hours)}, {LAND: spells}, IN_TURN)
    ours = []
    for run in range(30):
        chance = Random(run)
        people = people_of(place, rates, chance)
        called = play(people, plans_of(place, ()), {}, None)
        ours += [at - person.ready for person, at in zip(people, called, strict=True) if at is not None]
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=per_hour / 3600)],
        service_distributions=[ciw.dists.Empirical(spells)],
        number_of_servers=[2],
    )
    theirs = []
    for run in range(30):
        ciw.seed(run)
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(hours * 3600)
        theirs += [record.waiting_time for record in simulation.get_all_records()]
    assert mean(ours) == pytest.approx(mean(theirs), rel=0.1)


class TestAnswer:
    rates = Rates({(LAND, 10): 12.0, (LAND, 11): 12.0}, {LAND: [300.0, 600.0, 900.0]}, IN_TURN)
    place = hall(desk(1, LAND), people=waiting(*[LAND] * 5))

    def test_no_change_gives_the_same_twice(self):
        answer = simulate(self.place, self.rates, [])
        assert answer.overall_before == answer.overall_after and answer.unserved_before == answer.unserved_after
        assert simulate(self.place, self.rates, []) == answer

    def test_one_more_counter_helps_those_who_wait_and_those_who_come(self):
        answer = simulate(self.place, self.rates, [OpenCounter(frozenset({LAND}), TEN)])
        (here,) = answer.waiting
        assert here.people == 5 and here.after_median < here.before_median and here.after_p80 < here.before_p80
        assert answer.overall_after[0] < answer.overall_before[0]
        assert sum(row.people for row in answer.rows) == pytest.approx(24, rel=0.2)
        assert [row.start for row in answer.rows] == [later(15 * n) for n in range(8)]

    def test_who_is_never_called_waits_until_the_doors_close(self):
        answer = simulate(hall(desk(1, CIVIL), people=waiting(LAND)), self.rates, [])
        assert answer.waiting[0].before_median == pytest.approx((END - TEN + timedelta(minutes=30)).total_seconds())
        assert answer.unserved_before == answer.unserved_after > 1

    def test_nobody_expected_gives_no_rows(self):
        answer = simulate(hall(desk(1, LAND)), Rates({}, {LAND: [300.0]}, IN_TURN), [])
        assert (answer.rows, answer.waiting, answer.overall_before) == ((), (), (None, None))
