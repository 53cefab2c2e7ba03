"""What days teach, and what they do not teach yet."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from centres.enums import Priority
from centres.estimate.learn import ENOUGH, learn, with_today
from centres.estimate.records import Call, DayRecord, Drawn
from tests.centres.estimate.halls import LAND, SECOND, day_of_calls


def skewed(chance, median, count=60):
    return [chance.lognormvariate(np.log(median), 0.6) for _each in range(count)]


@pytest.fixture
def chance():
    return random.Random("learn")


def test_nothing_is_known_of_a_service_before_enough_calls():
    assert learn([]).services == frozenset()
    assert learn([day_of_calls(1, [300.0] * (ENOUGH - 1))]).services == frozenset()
    assert learn([day_of_calls(1, [300.0] * ENOUGH)]).services == {LAND}


def test_the_long_tail_stays_as_it_was_seen(chance):
    times = skewed(chance, 300, 400)
    known = learn([day_of_calls(1, times)])
    level = float(np.exp(known.calls.level(LAND, 1)[10]))
    played = np.percentile(level * known.calls.left_over[LAND], [20, 50, 90])
    assert played == pytest.approx(np.percentile(times, [20, 50, 90]), rel=0.1)


def test_a_slow_officer_is_slow_and_a_new_one_is_like_the_others(chance):
    days = [day_of_calls(1, skewed(chance, 300), who=1), day_of_calls(2, skewed(chance, 600), who=2)]
    known = learn(days)
    quick, slow, new = (float(np.exp(known.calls.level(LAND, who)[11])) for who in (1, 2, 3))
    assert quick < 0.75 * slow
    assert quick < new < slow


def test_old_days_weigh_less(chance):
    before = [day_of_calls(number, skewed(chance, 300)) for number in range(1, 4)]
    lately = [day_of_calls(number, skewed(chance, 600)) for number in range(41, 44)]
    assert np.exp(learn(before + lately).calls.base[LAND]) > 1.15 * np.sqrt(300 * 600)


def test_the_turn_around_is_learned_where_somebody_was_waiting():
    known = learn([day_of_calls(1, [300.0] * 40)])
    assert float(np.exp(known.turns.level(0, 1)[11])) == pytest.approx(10, rel=0.01)


def test_a_gap_in_which_nobody_waited_is_no_turn_around_but_a_reaction():
    calls = [Call(LAND, 1, 1, at - 12, at, at + 60) for at in np.arange(SECOND, SECOND + 40 * 200, 200)]
    assert np.median(learn([DayRecord(1, calls)]).reactions) == pytest.approx(12)


def test_a_slow_morning_makes_the_rest_of_today_slower(chance):
    known = learn(
        [day_of_calls(number, skewed(chance, 300 * chance.lognormvariate(0, 0.1))) for number in range(1, 15)]
    )
    ordinary = with_today(known, [])[LAND]
    slow = with_today(known, day_of_calls(15, skewed(chance, 450, 40)).calls)[LAND]
    assert ordinary[0] == pytest.approx(0)
    assert slow[0] > 0.1 and slow[1] < ordinary[1]


def test_arrivals_are_counted_by_quarter_service_and_rank():
    drawn = [Drawn(LAND, int(Priority.FIRST), 8 * 3600 + 60), Drawn(LAND, int(Priority.FIRST), 8 * 3600 + 899)]
    known = learn([DayRecord(1, [], drawn), DayRecord(2, [], drawn)])
    rates = known.arrivals[LAND, int(Priority.FIRST)]
    assert rates[32] == pytest.approx(2) and rates.sum() == pytest.approx(2)


def test_a_day_survives_being_kept_as_json():
    day = day_of_calls(7, [300.0, 200.0])
    day = DayRecord(7, day.calls, [Drawn(LAND, 20, 100.0)], day.spells)
    assert DayRecord.from_json(7, json.loads(json.dumps(day.to_json()))) == day
