from datetime import timedelta

import pytest

from centres.summaries.times import Moments, times_of
from tests.factories.centres import MORNING


def at(minutes):
    return MORNING + timedelta(minutes=minutes)


def visit(state="done", **moments):
    given = {"called_at": None, "arrived_at": None, "finished_at": None, **moments}
    return Moments(1, 1, 1, "A", "", state, MORNING, **given)


def events(*steps):
    return [(kind, at(minute)) for kind, minute in steps]


def test_waiting_walking_and_service_are_told_apart():
    times = times_of(visit(), events(("issued", 0), ("called", 20), ("recalled", 21), ("arrived", 22), ("done", 30)))
    assert (times.waiting, times.walking, times.service, times.parked) == (1200, 120, 480, None)
    assert times.first_called_at == at(20)


def test_time_set_aside_is_neither_waiting_nor_service():
    steps = events(
        ("issued", 0), ("called", 5), ("arrived", 6), ("parked", 10), ("returned", 40), ("called", 43), ("arrived", 44),
        ("done", 50),
    )  # fmt: skip
    times = times_of(visit(), steps)
    assert (times.waiting, times.walking, times.service, times.parked) == (300, 120, 600, 1800)


def test_a_held_place_before_the_first_call_is_no_waiting():
    steps = events(("issued", 0), ("parked", 5), ("returned", 35), ("called", 40), ("arrived", 41), ("done", 45))
    assert times_of(visit(), steps).waiting == 600


def test_what_a_kind_of_event_we_do_not_know_changes_nothing():
    steps = events(("issued", 0), ("classed", 3), ("called", 5), ("arrived", 6), ("done", 8))
    assert times_of(visit(), steps).waiting == 300


def test_a_no_show_walked_and_was_served_by_nobody():
    times = times_of(visit("no_show"), events(("issued", 0), ("called", 5), ("no_show", 9)))
    assert (times.waiting, times.walking, times.service) == (300, None, None)


def test_somebody_who_left_unserved_has_no_times():
    times = times_of(visit("left"), events(("issued", 0), ("closed", 400)))
    assert (times.first_called_at, times.waiting, times.service) == (None, None, None)


@pytest.mark.parametrize("state", ["done", "serving"])
def test_a_ticket_without_events_is_read_from_its_own_moments(state):
    ticket = visit(state, called_at=at(10), arrived_at=at(11), finished_at=at(16) if state == "done" else None)
    times = times_of(ticket, [])
    assert (times.waiting, times.walking) == (600, 60)
    assert times.service == (300 if state == "done" else None)
