from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centres.summaries.tally import EDGES, Spread, Tally, together

seconds = st.lists(st.integers(0, 20_000), max_size=60)


def spread(values):
    made = Spread()
    for value in values:
        made.add(value)
    return made


def bucket(value):
    return sum(edge < value for edge in EDGES)


def test_the_edges_rise():
    assert all(low < high for low, high in pairwise(EDGES))


@given(seconds)
def test_sums_and_longest_are_exact(values):
    made = spread(values)
    assert (made.count, made.total, made.longest) == (len(values), sum(values), max(values, default=0))
    assert sum(made.buckets) == len(values)


@given(seconds.filter(bool), st.sampled_from([0.2, 0.5, 0.9]))
def test_a_quantile_lies_in_the_bucket_of_the_true_one(values, share):
    ranked = sorted(values)
    true = ranked[max(0, -(-len(ranked) * share // 1).__int__() - 1)]
    found = spread(values).quantile(share)
    place = bucket(true)
    low = EDGES[place - 1] if place else 0
    high = EDGES[place] if place < len(EDGES) else max(values)
    assert low <= found <= high
    assert found <= max(values)


def test_nothing_has_no_median():
    assert Spread().median is None and Spread().mean is None


@given(seconds, seconds)
def test_two_spreads_together_are_the_spread_of_both(first, second):
    made = spread(first)
    made.merge(spread(second))
    assert made == spread(first + second)


@given(seconds)
def test_what_is_stored_comes_back(values):
    made = spread(values)
    assert Spread.from_stored(made.stored()) == made


def test_a_tally_is_stored_and_added_up():
    tally = Tally(called=2, served=1, left=1, jumped=1, waiting=spread([30, 600]), service=spread([240]))
    tally.draw("")
    tally.draw("age_60")
    assert Tally.from_stored(tally.stored()) == tally
    both = together([tally, tally])
    assert (both.drawn, both.grounds, both.waiting.count) == (4, {"": 2, "age_60": 2}, 4)
    assert tally.drawn == 2, "adding up changes no part"
    assert both.unserved == 2


@pytest.mark.parametrize(("value", "place"), [(0, 0), (15, 0), (16, 1), (14_400, 22), (14_401, 23)])
def test_an_edge_belongs_to_the_bucket_below(value, place):
    assert spread([value]).buckets[place] == 1
