"""What if: against a queueing library where that can express it, and against common sense where it cannot."""

from __future__ import annotations

from datetime import timedelta
from statistics import mean, median
from time import process_time

import ciw
import numpy as np
import pytest

from centres.enums import Priority
from centres.estimate.hall import Desk, Expected
from centres.estimate.simulate import MoveCounter, OfficerOut, OpenCounter, simulate
from tests.centres.estimate.halls import LAND, TEN, desk, hall, learned, place, same

SERVICE_SECONDS = 240.0
EXPONENTIAL = -np.log(1 - (np.arange(2000) + 0.5) / 2000)
NOTHING = Expected({})


def a_quarter(people: float, first: str = "10:00", quarters: int = 8) -> Expected:
    """So many ordinary people for land in each quarter of an hour."""
    hour, minute = first.split(":")
    rates = np.zeros(96)
    start = int(hour) * 4 + int(minute) // 15
    rates[start : start + quarters] = people
    return Expected({(LAND, int(Priority.ORDINARY)): rates})


def waits_of_ciw(servers: int, a_minute: float, minutes: float) -> list[list[float]]:
    """Seconds of wait of everybody who comes in these minutes, run by run."""
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(a_minute / 60)],
        service_distributions=[ciw.dists.Exponential(1 / SERVICE_SECONDS)],
        number_of_servers=[servers],
    )
    found = []
    for seed in range(200):
        ciw.seed(seed)
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time((minutes + 90) * 60)
        found.append([r.waiting_time for r in simulation.get_all_records() if r.arrival_date < minutes * 60])
    return found


@pytest.mark.parametrize(("servers", "a_quarter_of_an_hour"), [(3, 10.0), (3, 13.0), (2, 6.0)])
def test_one_field_with_several_counters_waits_as_a_queueing_library_says(servers, a_quarter_of_an_hour):
    known = learned(SERVICE_SECONDS, table=EXPONENTIAL)
    answer = simulate(
        hall([], [desk(n + 1) for n in range(servers)], cap=None),
        known,
        a_quarter(a_quarter_of_an_hour),
        [],
        runs=200,
    )
    theirs = [wait for run in waits_of_ciw(servers, a_quarter_of_an_hour / 15, 120) for wait in run]
    assert sum(row.people for row in answer.rows) == pytest.approx(8 * a_quarter_of_an_hour, rel=0.05)
    middle, high = answer.overall_before
    assert middle == pytest.approx(median(theirs), rel=0.2, abs=20)
    assert high == pytest.approx(np.percentile(theirs, 80), rel=0.2, abs=20)


def test_nothing_changed_gives_equal_figures():
    answer = simulate(hall([place(1, 5), place(2, 3)], [desk(1)]), learned(), a_quarter(4), [])
    assert answer.overall_before == answer.overall_after
    assert all((row.before_median, row.before_p80) == (row.after_median, row.after_p80) for row in answer.rows)
    assert answer.unserved_before == answer.unserved_after


def test_one_more_counter_shortens_the_waits_while_it_is_open():
    answer = simulate(
        hall([place(n, 10) for n in range(12)], [desk(1)]),
        learned(),
        a_quarter(2),
        [OpenCounter(frozenset({LAND}), TEN, TEN + timedelta(hours=1))],
    )
    [waiting] = answer.waiting
    assert waiting.people == 12
    # Twelve people of five minutes: an hour alone, half of it by two.
    assert waiting.before_median == pytest.approx((10 + 27.5) * 60, abs=60)
    assert waiting.after_median == pytest.approx((10 + 12.5) * 60, abs=60)
    assert all(row.after_median <= row.before_median for row in answer.rows if row.before_median)


def test_a_closed_counter_can_be_the_one_that_opens():
    closed = Desk(2, frozenset({LAND}), is_open=False, since=TEN, who=2)
    known = learned(spells=())
    known = type(known)(**{**vars(known), "habits": [{1: ((0.0, 86400.0),)}]})
    answer = simulate(
        hall([place(n, 0) for n in range(8)], [desk(1), closed]),
        known,
        NOTHING,
        [OpenCounter(frozenset({LAND}), TEN, None, counter_id=2)],
    )
    assert answer.waiting[0].after_p80 < 0.6 * answer.waiting[0].before_p80


def test_an_officer_out_stops_the_calls_until_they_are_back():
    out = OfficerOut(1, TEN + timedelta(minutes=10), TEN + timedelta(minutes=40))
    answer = simulate(hall([place(n, 0) for n in range(4)], [desk(1)]), learned(), NOTHING, [out])
    # Called at 0, 5, 10, 15 minutes without it; at 0, 5, 40, 45 with it.
    assert answer.waiting[0].before_p80 < 16 * 60 < 40 * 60 < answer.waiting[0].after_p80
    assert answer.unserved_after == 0


def test_an_officer_out_for_the_day_leaves_people_unserved():
    answer = simulate(hall([place(1, 0)], [desk(1)]), learned(), NOTHING, [OfficerOut(1, TEN)])
    assert (answer.unserved_before, answer.unserved_after) == (0.0, 1.0)


def test_a_moved_counter_serves_its_new_field_and_then_its_own_again():
    other = 2
    known = learned()
    calls = type(known.calls)(
        {LAND: known.calls.base[LAND], other: known.calls.base[LAND]},
        {},
        {},
        {LAND: np.zeros(24), other: np.zeros(24)},
        {LAND: np.ones(8), other: np.ones(8)},
    )
    known = type(known)(**{**vars(known), "services": frozenset({LAND, other}), "calls": calls})
    waiting = [place(n, 0) for n in range(6)] + [place(10 + n, 0, service=other) for n in range(6)]
    move = MoveCounter(2, frozenset({LAND}), TEN, TEN + timedelta(minutes=30))
    answer = simulate(hall(waiting, [desk(1), desk(2, {other})]), known, NOTHING, [move])
    land, others = answer.waiting
    assert land.after_p80 < 0.7 * land.before_p80
    assert others.after_median > others.before_median + 25 * 60
    assert answer.unserved_after == 0


def test_the_rest_of_a_busy_day_is_answered_in_under_five_seconds():
    """A whole branch: 60 people waiting, 24 counters, and 900 more to come."""
    desks = [desk(n + 1) for n in range(24)]
    began = process_time()
    simulate(
        hall([place(n, n / 2) for n in range(60)], desks),
        learned(400.0, table=EXPONENTIAL, counters=24),
        a_quarter(35, quarters=26),
        [OfficerOut(3, TEN), OpenCounter(frozenset({LAND}), TEN + timedelta(hours=1))],
    )
    assert process_time() - began < 5


def test_a_service_nothing_is_known_of_is_left_out():
    answer = simulate(hall([place(1, 0, service=7)], [desk(1, {7})]), learned(), NOTHING, [])
    assert (answer.rows, answer.waiting, answer.overall_before) == ((), (), (None, None))


def test_a_row_is_a_quarter_of_an_hour_in_hanoi():
    answer = simulate(hall([], [desk(1)]), learned(same(LAND, 60).base[LAND] and 60.0), a_quarter(3, "10:15", 2), [])
    assert [f"{row.start:%H:%M}" for row in answer.rows if row.people] == ["10:15", "10:30"]
    assert mean(row.people for row in answer.rows if row.people) == pytest.approx(3, rel=0.3)
