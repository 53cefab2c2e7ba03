"""When a centre is open: its own exceptional days, then the nation's days off, then its weekly hours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta

from django.db.models import BigAutoField, DateField

from centres.models import CalendarDay, Centre
from portal import clock
from portal.once import once
from portal.prepared import Given, Prepared
from procedures.catalogue_cache import load_calendar

Hours = list[tuple[time, time]]

# A make-up day is worked like an ordinary one, whatever day of the week it falls on.
ORDINARY_WEEKDAY = 1
LOOK_AHEAD_DAYS = 21
# Within these days of now lies every due day that is asked about.
SPAN_BACK, SPAN_AHEAD = timedelta(days=366), timedelta(days=366)
_OWN_DAYS = Prepared(
    lambda: CalendarDay.objects.filter(
        centre=Given("centre", BigAutoField()),
        day__gte=Given("first", DateField()),
        day__lte=Given("last", DateField()),
    ).values_list("day", "hours")
)


def hours_on(centre: Centre, day: date) -> Hours:
    """Opening hours on one day as pairs of local times; empty when closed all day."""
    return _hours_between(centre, day, day)[day]


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
    week = _hours_between(centre, local.date(), local.date() + timedelta(days=LOOK_AHEAD_DAYS))
    for day, hours in sorted(week.items()):
        for start, _end in hours:
            opening = datetime.combine(day, start, tzinfo=clock.HANOI)
            if opening > at:
                return opening
    return None


def closing_times(centre: Centre) -> Callable[[date], time | None]:
    """When the centre closes on a day; ``None`` on a day without hours. One statement a request, when first asked."""

    def closes(day: date) -> time | None:
        hours = _hours_of(centre, day, once(("own-days", centre.pk), lambda: _own_days_ahead(centre)))
        return hours[-1][1] if hours else None

    return closes


def _own_days_ahead(centre: Centre) -> dict[date, list[tuple[str, str]]]:
    today = clock.today()
    return dict(_OWN_DAYS.all(centre=centre.pk, first=today - SPAN_BACK, last=today + SPAN_AHEAD))


def _hours_between(centre: Centre, first: date, last: date) -> dict[date, Hours]:
    """One statement, however many days."""
    own = dict(_OWN_DAYS.all(centre=centre.pk, first=first, last=last))
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return {day: _hours_of(centre, day, own) for day in days}


def _hours_of(centre: Centre, day: date, own: Mapping[date, Iterable[tuple[str, str]]]) -> Hours:
    national = load_calendar()
    if day in own:
        return _pairs(own[day])
    if day in national.days_off:
        return []
    return centre.hours_on(ORDINARY_WEEKDAY if day in national.days_worked else day.isoweekday())


def _pairs(stored: Iterable[tuple[str, str]]) -> Hours:
    return [(time.fromisoformat(start), time.fromisoformat(end)) for start, end in stored]
