from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procedures.calendars import WorkCalendar

DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 23), True),  # Monday
        (date(2026, 11, 24), False),  # Vietnam Culture Day, Tuesday
        (date(2026, 11, 28), False),  # Saturday: a centre may open, limits do not count it
        (date(2026, 11, 29), False),  # Sunday
        (date(2026, 1, 2), False),  # Friday, swapped off
        (date(2026, 1, 10), True),  # Saturday, worked instead
        (date(2026, 8, 22), True),  # Saturday, worked for 31/8
        (date(2026, 8, 31), False),
        (date(2026, 4, 27), False),  # in lieu of a holiday on a Sunday
        (date(2026, 2, 17), False),  # Tết
    ],
)
def test_working_days_follow_the_national_table(calendar: WorkCalendar, day: date, works: bool) -> None:
    assert calendar.is_working_day(day) is works


def test_day_off_wins_over_the_same_day_worked() -> None:
    saturday = date(2026, 1, 10)
    assert not WorkCalendar(frozenset({saturday}), frozenset({saturday})).is_working_day(saturday)


def test_calendar_without_any_working_day_is_refused_not_looped_over() -> None:
    start = date(2026, 1, 1)
    forever = WorkCalendar(frozenset(start + timedelta(days=n) for n in range(200)))
    with pytest.raises(ValueError, match="no working day"):
        forever.next_working_day(start)


def _slow_add(start: date, count: int, off: set[date], worked: set[date]) -> date:
    """The definition, day by day: count only days that are worked, the first day never."""
    day = start
    while count:
        day = day + timedelta(days=1)
        is_weekday = day.isoweekday() <= 5
        if (is_weekday or day in worked) and day not in off:
            count -= 1
    return day


@given(DAYS, st.integers(1, 30), st.sets(DAYS, max_size=20), st.sets(DAYS, max_size=20))
@settings(max_examples=150, deadline=None)
def test_adding_working_days_equals_the_slow_model(start: date, count: int, off: set[date], worked: set[date]) -> None:
    fast = WorkCalendar(frozenset(off), frozenset(worked)).add_working_days(start, count)
    assert fast == _slow_add(start, count, off, worked)


@given(DAYS, st.integers(1, 30), st.sets(DAYS, max_size=20))
@settings(max_examples=100, deadline=None)
def test_every_day_between_is_either_counted_or_passed_over(start: date, count: int, off: set[date]) -> None:
    calendar = WorkCalendar(frozenset(off))
    end = calendar.add_working_days(start, count)
    assert (end - start).days == count + len(list(calendar.days_not_worked(start, end)))
