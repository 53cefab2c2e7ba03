"""The range of a wait: what it rests on, and when there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from time import process_time

import numpy as np
import pytest

from centres.enums import Priority
from centres.estimate.calibrate import Calibration, Score, score
from centres.estimate.hall import Desk
from centres.estimate.waits import Range, ranges
from tests.centres.estimate.halls import LAND, SECOND, TEN, desk, hall, learned, place

MINUTE = 60.0


def lognormal(sigma=0.6):
    return np.sort(np.exp(np.random.default_rng(1).normal(0, sigma, 256)))


def wait(of, waiting, desks, known=None, **more):
    return ranges(hall(waiting, desks, **more), known or learned(), [of])[of]


def test_everybody_before_me_takes_their_time():
    waiting = [place(number, 10 - number) for number in range(6)]
    found = wait(5, waiting, [desk(1)])
    assert (found.low, found.high) == pytest.approx((25 * MINUTE, 25 * MINUTE), abs=5)
    two = wait(5, waiting, [desk(1), desk(2)])
    assert two.middle == pytest.approx(10 * MINUTE, abs=5)


def test_somebody_at_the_counter_for_long_is_there_for_less():
    def served(minutes):
        there = desk(1, serving=LAND, called_at=TEN - timedelta(minutes=minutes))
        return wait(1, [place(1, 1)], [there], learned(300.0, table=lognormal(0.2)))

    assert served(4).middle < served(1).middle < served(0).middle


def test_a_counter_without_my_field_does_not_help():
    assert wait(1, [place(1, 1)], [desk(1, {7})]) is None
    one, two = (wait(2, [place(1, 2), place(2, 1)], desks) for desks in ([desk(1)], [desk(1), desk(2, {7})]))
    assert one.middle == pytest.approx(two.middle, abs=5)


def test_priority_goes_first_and_the_cap_lets_me_through():
    # Three of first priority and me before them: with a cap of three only one of them overtakes.
    waiting = [place(1, 10), *(place(number, 5, Priority.FIRST) for number in (2, 3, 4))]
    free, capped = (wait(1, waiting, [desk(1)], cap=cap) for cap in (None, 3))
    assert free.middle == pytest.approx(15 * MINUTE, abs=5)
    assert capped.middle == pytest.approx(5 * MINUTE, abs=5)


def test_people_who_may_still_come_and_overtake_make_it_longer():
    rates = np.zeros(96)
    rates[40:48] = 3
    expecting = learned(arrivals={(LAND, int(Priority.FIRST)): rates})
    waiting = [place(number, 10) for number in range(8)]
    assert wait(7, waiting, [desk(1)], expecting, cap=None).middle > wait(7, waiting, [desk(1)], cap=None).middle


def test_lunch_lies_between_where_the_counter_usually_closes_for_it():
    lunch = learned(spells=((SECOND - 7200, SECOND + 600), (SECOND + 6000, SECOND + 20000)))
    waiting = [place(number, 10) for number in range(5)]
    # Called at 0 and 5 minutes; the third would be at ten, and waits until the counter opens again.
    assert wait(1, waiting, [desk(1)], lunch).high < 6 * MINUTE
    assert wait(4, waiting, [desk(1)], lunch).low > 6000


def test_lunch_is_seen_in_the_opening_hours_where_no_habit_is_known():
    known = replace(learned(), habits=[])
    opening = (
        (TEN - timedelta(hours=2), TEN + timedelta(minutes=9)),
        (TEN + timedelta(hours=2), TEN + timedelta(hours=6)),
    )
    found = ranges(replace(hall([place(n, 9) for n in range(4)], [desk(1)]), hours=opening), known, [0, 3])
    assert found[0].high < MINUTE and found[3].low >= 7200


def test_nobody_there_to_call_is_no_range():
    closed = Desk(1, frozenset({LAND}), is_open=False, since=TEN, who=1)
    assert wait(1, [place(1, 1)], [closed], replace(learned(), habits=[])) is None


def test_an_unknown_service_is_no_range():
    assert wait(1, [place(1, 1, service=7)], [desk(1, {7})]) is None


def test_the_same_seed_gives_the_same_range():
    known = learned(table=lognormal())
    waiting = [place(number, 10) for number in range(12)]
    assert wait(11, waiting, [desk(1), desk(2)], known) == wait(11, waiting, [desk(1), desk(2)], known)


def test_a_hall_of_sixty_is_played_quickly():
    known = learned(400.0, table=lognormal(), counters=12)
    waiting = [place(number, 60 - number) for number in range(60)]
    took = []
    for _try in range(5):
        began = process_time()
        ranges(hall(waiting, [desk(number + 1) for number in range(12)]), known, [59])
        took.append(process_time() - began)
    # 50 ms is the aim, on a machine that does nothing else.
    assert min(took) < 0.15


# -- calibration


def scores(value, count=100, day=10, hour=9, held=True):
    return [Score(day, hour, value, held) for _each in range(count)]


def test_a_score_says_where_a_wait_lay():
    given = Range(600, 900, 1500)
    assert [score(given, came) for came in (600, 900, 1500, 2100)] == [-1, 0, 1, 2]


def test_without_scores_a_range_stays_as_it_was_played():
    given = Range(600, 900, 1500)
    kept = Calibration([]).apply(given, 11, 9)
    assert (kept.low, kept.high) == pytest.approx((600, 1500), rel=0.05)


def test_waits_that_were_always_longer_move_the_next_range_up():
    moved = Calibration([*scores(1.0, 50), *scores(2.0, 50)]).apply(Range(600, 900, 1500), 11, 9)
    assert moved.low >= 900 and moved.high > 1500


def test_ranges_that_held_too_rarely_get_wider_and_too_often_narrower():
    mixed = [Score(day, 9, value, held=False) for day in range(5, 11) for value in np.linspace(-2, 2, 40)]
    rarely, often = Calibration(mixed), Calibration([replace(each, held=True) for each in mixed])
    assert rarely.share(11, 9) > 0.6 > often.share(11, 9)
    wide, narrow = (each.apply(Range(600, 900, 1500), 11, 9) for each in (rarely, often))
    assert wide.high - wide.low > narrow.high - narrow.low
    # Another hour has its own account, and today is not over.
    assert rarely.share(11, 14) == rarely.share(5, 9) == 0.6


def test_no_wait_is_below_nothing():
    assert Calibration(scores(-9.0)).apply(Range(10, 20, 30), 11, 9).low == 0
