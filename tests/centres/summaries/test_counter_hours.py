from datetime import timedelta

from centres.summaries.counter_hours import Hours, hours_of
from tests.factories.centres import MORNING


def at(minutes):
    return MORNING + timedelta(minutes=minutes)


def test_open_paused_and_idle_are_told_apart():
    events = [(1, "opened", at(0)), (1, "paused", at(60)), (1, "resumed", at(75)), (1, "closed", at(120))]
    assert hours_of(events, {1: 80 * 60}, at(600)) == {1: Hours(105 * 60, 15 * 60, 25 * 60)}


def test_a_counter_still_open_counts_up_to_now():
    assert hours_of([(1, "opened", at(0))], {}, at(30)) == {1: Hours(1800, 0, 1800)}


def test_a_counter_busier_than_it_was_open_is_never_idle_below_nothing():
    assert hours_of([(1, "opened", at(0)), (1, "closed", at(10))], {1: 900}, at(60))[1].idle == 0
