from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centres import foresight

HALF_AN_HOUR, AN_HOUR = timedelta(minutes=30), timedelta(minutes=60)
LONG_WAIT = timedelta(minutes=45)

Flow = partial(foresight.Flow, window=HALF_AN_HOUR)
foresee = partial(foresight.foresee, long_wait=LONG_WAIT, ahead=AN_HOUR)
counts = st.integers(0, 200)
flows = st.builds(Flow, waiting=counts, arrivals=counts, calls=counts, open_counters=st.integers(0, 8))


def test_more_come_than_are_called():
    # 18 an hour more than the 12 called each half hour; 12 wait now for 30 minutes.
    seen = foresee(Flow(waiting=12, arrivals=21, calls=12, open_counters=2))
    assert seen is not None
    assert seen.in_time == timedelta(minutes=20)
    assert seen.more == 1


def test_a_queue_that_is_too_long_already_is_told_at_once():
    assert foresee(Flow(waiting=40, arrivals=5, calls=10, open_counters=2)).in_time == timedelta()


@pytest.mark.parametrize(
    "flow",
    [
        Flow(waiting=5, arrivals=10, calls=12, open_counters=2),  # shrinks
        Flow(waiting=0, arrivals=12, calls=11, open_counters=2),  # grows, but for hours
        Flow(waiting=50, arrivals=10, calls=2, open_counters=1),  # too few calls to know the pace
        Flow(waiting=50, arrivals=10, calls=9, open_counters=0),  # nobody there: said elsewhere
    ],
)
def test_nothing_is_foreseen_without_a_reason(flow):
    assert foresee(flow) is None


@given(flows)
def test_what_is_foreseen_is_soon_and_asks_for_somebody(flow):
    seen = foresee(flow)
    if seen is not None:
        assert timedelta() <= seen.in_time <= AN_HOUR
        assert 1 <= seen.more <= 5


@given(flows, st.integers(1, 50))
def test_more_people_waiting_never_make_it_later(flow, further):
    first = foresee(flow)
    if first is not None:
        later = foresee(Flow(flow.waiting + further, flow.arrivals, flow.calls, flow.open_counters))
        assert later is not None and later.in_time <= first.in_time and later.more >= first.more


def test_the_limits_are_those_that_are_given():
    flow = Flow(waiting=12, arrivals=21, calls=12, open_counters=2)
    assert foresee(flow, long_wait=HALF_AN_HOUR).in_time == timedelta()
    assert foresee(flow, ahead=timedelta(minutes=19)) is None
    slower = foresight.Flow(waiting=12, arrivals=21, calls=12, open_counters=2, window=AN_HOUR)
    assert foresee(slower).in_time == timedelta(), "the same calls in twice the time are half the pace"
