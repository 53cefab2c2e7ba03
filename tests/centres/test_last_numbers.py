"""How many can still be served: the arithmetic against a plain search for a plan."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from centres.last_numbers import who_needs_the_time

A, B, C = 1, 2, 3
HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)


def needs(service, people, skills, time=HOUR, visits=None):
    visits = visits or dict.fromkeys((A, B, C), QUARTER)
    return who_needs_the_time(service, people=people, visits=visits, skills=skills, time=time)


def test_one_counter_has_room_for_four_quarters_and_no_fifth():
    assert needs(A, {A: 3}, [{A}]) is None
    assert needs(A, {A: 4}, [{A}]) == 4


def test_nobody_waits_and_a_visit_is_longer_than_the_time_left():
    assert needs(A, {}, [{A}], time=timedelta(minutes=10)) == 0


def test_a_counter_that_gives_two_services_is_not_counted_twice():
    assert needs(A, {A: 2, B: 2}, [{A, B}]) == 4
    assert needs(A, {A: 2, B: 2}, [{A, B}, {B}]) is None


def test_a_service_overrun_at_its_own_counter_keeps_nobody_else_away():
    assert needs(B, {A: 50, B: 1}, [{A}, {B}]) is None
    assert needs(B, {A: 50, B: 1}, [{A}, {A, B}]) == 51


def test_a_service_of_unknown_length_weighs_nothing():
    assert needs(A, {A: 3, B: 50}, [{A, B}], visits={A: QUARTER}) is None


SKILLS = st.lists(st.sets(st.sampled_from((A, B, C)), min_size=1), min_size=1, max_size=3)


@given(SKILLS, st.integers(0, 3), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
def test_there_is_room_where_a_plan_serves_one_more_than_the_best_plan_without(skills, a, b, c, quarters):
    """Whole visits of equal length to counters of whole visits: the best plan serves one more, or does not."""
    people = {A: a, B: b, C: c}
    more = {**people, A: a + 1}
    room = needs(A, people, skills, time=quarters * QUARTER) is None
    assert room == (most_served(more, skills, quarters) > most_served(people, skills, quarters))


def most_served(people, skills, quarters):
    """By trying every way to give out each counter's visits."""
    best = 0
    shares = [list(shares_of(sorted(each), quarters)) for each in skills]
    for plan in product(*shares):
        offered = {each: sum(share.get(each, 0) for share in plan) for each in people}
        best = max(best, sum(min(people[each], offered[each]) for each in people))
    return best


def shares_of(services, quarters):
    for split in product(range(quarters + 1), repeat=len(services)):
        if sum(split) == quarters:
            yield dict(zip(services, split, strict=True))
