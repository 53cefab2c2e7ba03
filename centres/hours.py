"""When a centre is open: its own exceptional days, then the nation's days off, then its weekly hours."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from datetime import date, datetime, time, timedelta

from centres.enums import DayWhy
from centres.models import CalendarDay, Centre
from portal import clock
from procedures.calendars import WorkCalendar
from procedures.catalogue_cache import kept_with_calendar, load_calendar

Hours = list[tuple[time, time]]
Stored = Iterable[tuple[str, str]]

# A make-up day is worked like an ordinary one, whatever day of the week it falls on.
ORDINARY_WEEKDAY = 1
LOOK_AHEAD_DAYS = 21
# What a manager plans (an exceptional day, words to the hall) is no further away.
PLANS_AHEAD = timedelta(days=366)


def hours_on(centre: Centre, day: date) -> Hours:
    """Opening hours on one day as pairs of local times; empty when closed all day."""
    own = _own_days(centre)
    return _pairs(own[day]) if day in own else usual_hours(centre, day)


def usual_hours(centre: Centre, day: date) -> Hours:
    """The hours that the week and the nation's calendar give, whatever exception the centre has made."""
    why = why_on(day, (), load_calendar())
    if why == DayWhy.NATIONAL_OFF:
        return []
    return centre.hours_on(ORDINARY_WEEKDAY if why == DayWhy.MAKE_UP else day.isoweekday())


def why_on(day: date, own: Container[date], national: WorkCalendar) -> DayWhy:
    """What decides a day's hours: the centre's exception, then the nation's calendar, then the week."""
    if day in own:
        return DayWhy.OWN
    if day in national.days_off:
        return DayWhy.NATIONAL_OFF
    return DayWhy.MAKE_UP if day in national.days_worked else DayWhy.WEEKLY


def hours_between(centre: Centre, first: date, last: date) -> dict[date, Hours]:
    """The hours of each day from the first to the last, in order."""
    days = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    return {day: hours_on(centre, day) for day in days}


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
    for ahead in range(LOOK_AHEAD_DAYS + 1):
        day = local.date() + timedelta(days=ahead)
        for start, _end in hours_on(centre, day):
            opening = datetime.combine(day, start, tzinfo=clock.HANOI)
            if opening > at:
                return opening
    return None


def opening_left(centre: Centre, at: datetime) -> timedelta:
    """How long the doors are still open today, pauses at noon not counted."""
    day = clock.local_day(at)
    left = timedelta()
    for start, end in hours_on(centre, day):
        begins, ends = (datetime.combine(day, each, tzinfo=clock.HANOI) for each in (start, end))
        left += max(timedelta(), ends - max(begins, at))
    return left


def closing_times(centre: Centre) -> Callable[[date], time | None]:
    """When the centre closes on a day; ``None`` on a day without hours."""

    def closes(day: date) -> time | None:
        hours = hours_on(centre, day)
        return hours[-1][1] if hours else None

    return closes


def centre_of_quote(code: str) -> tuple[Callable[[date], time | None], dict[str, bool]] | None:
    """What an active centre adds to a quote (``settings.CENTRE_OF_QUOTE``): when it closes, and what holds of it."""
    centre = Centre.objects.filter(code=code, is_active=True).first()
    return (closing_times(centre), {"in_ward": centre.in_ward}) if centre else None


def _own_days(centre: Centre) -> dict[date, Stored]:
    """The centre's exceptional days as they are stored. No SQL once warm."""
    return kept_with_calendar(
        ("own", centre.pk), lambda: dict(CalendarDay.objects.filter(centre=centre).values_list("day", "hours"))
    )


def _pairs(stored: Stored) -> Hours:
    return [(time.fromisoformat(start), time.fromisoformat(end)) for start, end in stored]
