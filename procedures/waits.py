"""Time that is not the office's: how a promise moves when the clock stood still."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from portal.clock import HANOI, local
from procedures.calendars import WorkCalendar


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
