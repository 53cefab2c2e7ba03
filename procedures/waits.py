"""Time that is not the office's: how a promise moves when the clock stood still."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta

from portal.clock import HANOI, local
from procedures.calendars import ONE_DAY, WorkCalendar


def after_wait(
    promised: datetime,
    start: datetime,
    end: datetime,
    calendar: WorkCalendar,
    closing: Callable[[date], time],
    *,
    in_days: bool,
) -> datetime:
    """The promised moment with the wait from ``start`` to ``end`` added (all aware; ``closing`` gives each day's hour).

    A limit counted in days is moved by the working days after the one the wait began on: within one day nothing of it
    passed. A limit counted in hours, or due the same day, is moved by the hours of the wait on working days; what goes past
    closing goes on with the next working day (Decree 301/2026 art. 4.7).
    """
    due, first, last = local(promised), local(start).date(), local(end).date()
    worked = sum(calendar.is_working_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
    if worked:
        day = calendar.add_working_days(due.date(), worked)
        # What was promised for the end of a day is promised for the end of the new one.
        until = closing(day) if due.time() == closing(due.date()) else due.time()
        return datetime.combine(day, until, tzinfo=HANOI)
    if in_days or not calendar.is_working_day(first):
        return due
    moved = due + (end - start)
    if moved.time() > closing(due.date()) or moved.date() != due.date():
        day = calendar.next_working_day(due.date())
        moved = datetime.combine(day, closing(day), tzinfo=HANOI)
    return moved


Span = tuple[datetime, datetime]


def apart(spans: Iterable[Span]) -> list[Span]:
    """The same time with each moment once, in order: what overlaps is one span, what only follows is another."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if start == end:
            continue
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def left_of(span: Span, given: Iterable[Span]) -> list[Span]:
    """What these spans have not given of this one already, in order."""
    start, end = span
    found: list[Span] = []
    for first, last in apart(given):
        if last <= start or first >= end:
            continue
        if start < first:
            found.append((start, first))
        start = last
    return [*found, (start, end)] if start < end else found


def day_without(last: date, asked: date, spans: Iterable[Span], calendar: WorkCalendar) -> date:
    """The last day of somebody's time, when they cannot use the working days that these spans touch: each day lost between
    ``asked`` (which does not count) and the last one is given at the end."""
    lost: set[date] = set()
    for start, end in spans:
        day, over = local(start).date(), local(end).date()
        while day <= over:
            if calendar.is_working_day(day) and _touches(day, start, end, calendar):
                lost.add(day)
            day += ONE_DAY
    for day in sorted(lost):
        if asked < day <= last:
            last = calendar.next_working_day(last)
    return last


def _touches(day: date, start: datetime, end: datetime, calendar: WorkCalendar) -> bool:
    """Whether the span takes some of this day's office hours."""
    opens, closes = (datetime.combine(day, at, tzinfo=HANOI) for at in (calendar.opening, calendar.closing))
    return start < closes and end > opens
