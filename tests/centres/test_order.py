"""The rule of who is next, held against its own promises."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from centres.enums import Priority
from centres.order import Place, may_overtake, next_in_line, overtakes, reachable
from tests.moments import hanoi

EIGHT = hanoi("2026-11-25 08:00")


def place(number: int, rank: int = Priority.ORDINARY, service: int = 1, counter: int | None = None) -> Place:
    return Place(number, service, rank, EIGHT + timedelta(minutes=number), counter)


def test_class_comes_first_and_time_decides_within_it() -> None:
    waiting = [place(1), place(2, Priority.PRIORITY), place(3, Priority.FIRST), place(4, Priority.PRIORITY)]
    called = []
    while waiting:
        called.append(next_in_line(waiting, overtaking=True))
        waiting.remove(called[-1])
    assert [found.ticket_id for found in called] == [3, 2, 4, 1]


def test_when_the_cap_is_reached_time_alone_decides() -> None:
    assert not may_overtake([False, True], 3)
    assert may_overtake([False, False, True], 3)
    assert may_overtake([True, True], None)
    assert next_in_line([place(2, Priority.FIRST), place(1)], overtaking=False) == place(1)


def test_who_comes_back_to_the_counter_is_called_first_and_overtakes_nobody() -> None:
    back = place(9, Priority.RETURNING, counter=4)
    waiting = [place(1), place(2, Priority.FIRST), back]
    assert next_in_line(waiting, overtaking=False) == back
    assert not overtakes(back, waiting)


def test_somebody_kept_for_an_open_counter_is_not_called_by_another() -> None:
    waiting = [place(1, counter=4), place(2), place(3, service=2)]
    assert reachable(waiting, 5, {1}, {4, 5}) == [place(2)]
    assert reachable(waiting, 5, {1}, {5}) == [place(1, counter=4), place(2)]
    assert reachable(waiting, 4, {1}, {4, 5}) == [place(1, counter=4), place(2)]


@given(
    arrivals=st.lists(st.sampled_from([Priority.FIRST, Priority.PRIORITY, Priority.ORDINARY]), max_size=40),
    called_between=st.lists(st.booleans(), max_size=80),
    cap=st.integers(2, 5),
)
def test_in_no_window_does_one_counter_overtake_more_than_once(arrivals, called_between, cap) -> None:
    waiting: list[Place] = []
    recent: list[bool] = []
    order = iter(enumerate(arrivals, 1))
    for calls in [*called_between, *[True] * len(arrivals)]:
        if not calls:
            if (arrived := next(order, None)) is not None:
                waiting.append(place(*arrived))
            continue
        chosen = next_in_line(waiting, overtaking=may_overtake(recent, cap))
        if chosen is None:
            continue
        recent.insert(0, overtakes(chosen, waiting))
        waiting.remove(chosen)
    assert all(sum(recent[start : start + cap]) <= 1 for start in range(len(recent)))
