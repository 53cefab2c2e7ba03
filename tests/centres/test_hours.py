from datetime import date, datetime

import pytest

from centres import hours
from centres.models import CalendarDay
from portal import clock
from procedures.models import NationalDay
from tests.factories.centres import MORNING


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=clock.HANOI)


def national(day: date, kind: str) -> None:
    NationalDay.objects.create(date=day, day=kind, kind="statutory", name="x", confidence="S")


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (at(23, 7, 59), False),
        (at(23, 8, 0), True),
        (at(23, 11, 30), False),
        (at(23, 13, 30), True),
        (at(23, 16, 59), True),
        (at(23, 17, 0), False),
        (at(28, 9, 0), True),  # Saturday morning
        (at(28, 14, 0), False),
        (at(29, 9, 0), False),  # Sunday
    ],
)
def test_weekly_hours(centre, moment, is_open):
    assert hours.is_open(centre, moment) is is_open


def test_a_day_off_closes_and_a_make_up_saturday_is_an_ordinary_day(centre):
    national(date(2026, 11, 24), "off")
    national(date(2026, 11, 28), "work")
    assert not hours.is_open(centre, at(24, 9))
    assert hours.is_open(centre, at(28, 14))


def test_the_centres_own_exception_comes_first(centre):
    national(date(2026, 11, 24), "off")
    CalendarDay.objects.create(centre=centre, day=date(2026, 11, 24), hours=[["09:00", "10:00"]], reason="trực")
    CalendarDay.objects.create(centre=centre, day=date(2026, 11, 25), hours=[], reason="mất điện")
    assert hours.is_open(centre, at(24, 9, 30))
    assert not hours.is_open(centre, at(25, 9, 30))


def test_the_next_opening_skips_what_is_closed(centre):
    national(date(2026, 11, 24), "off")
    assert hours.next_opening(centre, at(23, 12)) == at(23, 13, 30)
    assert hours.next_opening(centre, at(23, 18)) == at(25, 8)


def test_hours_that_are_not_confirmed_stop_nobody(centre):
    assert hours.gives_numbers(centre, at(29, 3))
    centre.keeps_hours = True
    assert not hours.gives_numbers(centre, at(29, 3))
    assert hours.gives_numbers(centre, MORNING)


def test_a_centres_own_days_are_read_once_until_one_of_them_changes(centre, django_assert_num_queries):
    own = CalendarDay.objects.create(centre=centre, day=date(2026, 11, 24), hours=[["09:00", "10:00"]], reason="trực")
    assert hours.is_open(centre, at(24, 9, 30))
    with django_assert_num_queries(0):
        assert not hours.is_open(centre, at(24, 11))
    own.hours = []
    own.save()
    assert not hours.is_open(centre, at(24, 9, 30))
    own.delete()
    assert hours.is_open(centre, at(24, 11))
