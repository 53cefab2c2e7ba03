"""Every due date again, found by walking minute by minute or day by day: slow, and too plain to be wrong together."""

from __future__ import annotations

import csv
from datetime import date, datetime, time, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.clock import HANOI
from procedures.calendars import WorkCalendar
from procedures.data_files import DATA
from procedures.limits import due

# What the files say, read here once more and by other means.
with (DATA / "national_days.csv").open(encoding="utf-8") as _file:
    _MARKED = {row["date"]: row["day"] for row in csv.DictReader(_file)}
OPENS, NOON, CLOSES = time(8), time(12), time(17)

RECEIVED = st.builds(
    lambda day, hour: datetime.combine(day, hour, tzinfo=HANOI),
    st.dates(date(2024, 1, 1), date(2027, 11, 30)),
    st.times(),
)
HOUR = st.sampled_from([None, "11:30", "15:00", "16:59"])
LIMITS = st.one_of(
    st.builds(lambda days, cutoff: _limit("working_days", days=days, cutoff=cutoff), st.integers(1, 30), HOUR),
    st.builds(lambda days: _limit("calendar_days", days=days), st.integers(1, 60)),
    st.builds(lambda hours: _limit("hours", hours=hours), st.integers(1, 200)),
    st.builds(lambda cutoff: _limit("same_day", cutoff=cutoff), HOUR),
    st.just({"kind": "half_day"}),
)


def _limit(kind: str, **rest: object) -> dict[str, Any]:
    return {"kind": kind} | {name: value for name, value in rest.items() if value is not None}


def _is_worked(day: date) -> bool:
    marked = _MARKED.get(day.isoformat())
    if marked is not None:
        return marked == "work"
    return day.strftime("%a") not in ("Sat", "Sun")


def _tomorrow(day: date) -> date:
    return day + timedelta(days=1)


def _next_worked(day: date) -> date:
    day = _tomorrow(day)
    while not _is_worked(day):
        day = _tomorrow(day)
    return day


def _slow_due(limit: dict[str, Any], start: datetime) -> datetime:
    """The law's own words, one day at a time."""
    day, hour = start.date(), start.time()
    match limit["kind"]:
        case "working_days":
            if "cutoff" in limit and _is_worked(day) and hour > time.fromisoformat(limit["cutoff"]):
                day = _next_worked(day)
            for _unused in range(limit["days"]):
                day = _next_worked(day)
            hour = CLOSES
        case "same_day":
            in_time = hour <= time.fromisoformat(limit.get("cutoff", "15:00")) and hour < CLOSES
            day = day if _is_worked(day) and in_time else _next_worked(day)
            hour = CLOSES
        case "half_day":
            if _is_worked(day) and hour < NOON:
                hour = CLOSES
            else:
                day, hour = _next_worked(day), NOON
        case "hours":
            for _unused in range(limit["hours"]):
                start += timedelta(hours=1)
            day, hour = start.date(), start.time()
            if not _is_worked(day):
                day, hour = _next_worked(day), CLOSES
            elif hour > CLOSES:
                day, hour = _next_worked(day), OPENS
            elif hour < OPENS:
                hour = OPENS
        case "calendar_days":
            for _unused in range(limit["days"]):
                day = _tomorrow(day)
            while not _is_worked(day):
                day = _tomorrow(day)
            hour = CLOSES
    return datetime.combine(day, hour, tzinfo=HANOI)


def _slow_handing(received: datetime) -> datetime:
    """When the office elsewhere has it."""
    day = received.date()
    if _is_worked(day) and received.time() <= time(15):
        return datetime.combine(day, CLOSES, tzinfo=HANOI)
    return datetime.combine(_next_worked(day), OPENS, tzinfo=HANOI)


@given(limit=LIMITS, received=RECEIVED, is_elsewhere=st.booleans())
@settings(max_examples=600, deadline=None)
def test_every_limit_ends_when_the_slow_model_says(
    calendar: WorkCalendar, limit: dict[str, Any], received: datetime, is_elsewhere: bool
) -> None:
    received = received.replace(second=0, microsecond=0)
    start = _slow_handing(received) if is_elsewhere else received
    facts = {"other_territory": is_elsewhere}
    assert due(limit, received, calendar, facts=facts).at == _slow_due(limit, start)


@given(st.dates(date(2024, 1, 1), date(2027, 12, 31)), st.dates(date(2024, 1, 1), date(2027, 12, 31)))
@settings(max_examples=300, deadline=None)
def test_the_days_between_are_the_ones_a_wall_calendar_shows(calendar: WorkCalendar, one: date, other: date) -> None:
    first, last = sorted((one, other))
    walked, day = [], first
    while day < last:
        day = _tomorrow(day)
        if not _is_worked(day):
            walked.append(day)
    assert list(calendar.days_not_worked(first, last)) == walked
