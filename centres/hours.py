"""When a centre is open: its own exceptional days, then the nation's days off, then its weekly hours."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import date, datetime, time, timedelta

from django.db.models import BigAutoField, DateField

from centres.enums import DayWhy
from centres.models import CalendarDay, Centre
from portal import clock
from portal.prepared import Given, Prepared
from procedures.calendars import WorkCalendar
from procedures.catalogue_cache import load_calendar

Hours = list[tuple[time, time]]

# A make-up day is worked like an ordinary one, whatever day of the week it falls on.
ORDINARY_WEEKDAY = 1
LOOK_AHEAD_DAYS = 21
_OWN_DAYS = Prepared(
    lambda: CalendarDay.objects.filter(
        centre=Given("centre", BigAutoField()),
        day__gte=Given("first", DateField()),
        day__lte=Given("last", DateField()),
    ).values_list("day", "hours")
)


def hours_on(centre: Centre, day: date) -> Hours:
    """Opening hours on one day as pairs of local times; empty when closed all day."""
    return hours_between(centre, day, day)[day]


def is_open(centre: Centre, at: datetime) -> bool:
    """Whether the doors are open at this moment, by the calendar."""
    local = clock.local(at)
    return any(start <= local.time() < end for start, end in hours_on(centre, local.date()))


def gives_numbers(centre: Centre, at: datetime) -> bool:
    """Whether numbers are given now: always where the hours are not confirmed yet, else while it is open."""
    return not centre.keeps_hours or is_open(centre, at)


def next_opening(centre: Centre, at: datetime) -> datetime | None:
    """The next moment the doors open, in Hanoi time; None when nothing is planned in three weeks."""
    local = clock.local(at)
    week = hours_between(centre, local.date(), local.date() + timedelta(days=LOOK_AHEAD_DAYS))
    for day, hours in sorted(week.items()):
        for start, _end in hours:
            opening = datetime.combine(day, start, tzinfo=clock.HANOI)
            if opening > at:
                return opening
    return None


def hours_between(centre: Centre, first: date, last: date) -> dict[date, Hours]:
    """One statement, however many days."""
    own = dict(_OWN_DAYS.all(centre=centre.pk, first=first, last=last))
    national = load_calendar()
    found: dict[date, Hours] = {}
    day = first
    while day <= last:
        why = why_on(day, own, national)
        if why == DayWhy.OWN:
            found[day] = _pairs(own[day])
        elif why == DayWhy.NATIONAL_OFF:
            found[day] = []
        elif why == DayWhy.MAKE_UP:
            found[day] = centre.hours_on(ORDINARY_WEEKDAY)
        else:
            found[day] = centre.hours_on(day.isoweekday())
        day += timedelta(days=1)
    return found


def why_on(day: date, own: Container[date], national: WorkCalendar) -> DayWhy:
    """What decides a day's hours: the centre's exception, then the nation's calendar, then the week."""
    if day in own:
        return DayWhy.OWN
    if day in national.days_off:
        return DayWhy.NATIONAL_OFF
    return DayWhy.MAKE_UP if day in national.days_worked else DayWhy.WEEKLY


def opening_left(centre: Centre, at: datetime) -> timedelta:
    """How long the doors are still open today, pauses at noon not counted."""
    day = clock.local_day(at)
    left = timedelta()
    for start, end in hours_on(centre, day):
        begins, ends = (datetime.combine(day, each, tzinfo=clock.HANOI) for each in (start, end))
        left += max(timedelta(), ends - max(begins, at))
    return left


def _pairs(stored: Iterable[tuple[str, str]]) -> Hours:
    return [(time.fromisoformat(start), time.fromisoformat(end)) for start, end in stored]
