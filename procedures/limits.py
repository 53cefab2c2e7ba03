"""When a result is due, and why: the time limit of a version applied to one moment of receipt.

A limit is JSON: ``{"kind": "working_days", "days": 4}``, ``{"kind": "same_day", "cutoff": "15:00"}``,
``{"kind": "half_day"}``, ``{"kind": "hours", "hours": 24}`` or ``{"kind": "calendar_days", "days": 10}``. Its
``alternatives`` are limits with a condition ``when``; the first that holds takes the place of the usual one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Self

from portal.clock import HANOI, local
from procedures import limit_words
from procedures.calendars import WorkCalendar
from procedures.conditions import holds

# Decree 118/2025 art. 18.2 as amended by 309/2026; procedures due the same day name the hour themselves.
SAME_DAY_CUTOFF = "15:00"
# When a centre closes on a day, local time; ``None`` on a day without hours of its own, where the nation's count.
ClosingTimes = Callable[[date], time | None]
_ClosesOn = Callable[[date], time]


class LimitKind(StrEnum):
    WORKING_DAYS = "working_days"
    SAME_DAY = "same_day"
    HALF_DAY = "half_day"
    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"


@dataclass(frozen=True)
class Due:
    """When the result is promised (aware, Hanoi's clock), and one sentence a language that says how it was counted."""

    at: datetime
    explanation: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        return {"at": self.at.isoformat(), "explanation": dict(self.explanation)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(local(datetime.fromisoformat(stored["at"])), dict(stored["explanation"]))


def applicable(limit: Mapping[str, Any], facts: Mapping[str, bool]) -> Mapping[str, Any]:
    """The limit that counts for these facts: the first alternative that holds, else the usual one."""
    for alternative in limit.get("alternatives", ()):
        if holds(alternative["when"], facts):
            return alternative
    return limit


def due(
    limit: Mapping[str, Any],
    received_at: datetime,
    calendar: WorkCalendar,
    closes_at: time | ClosingTimes | None = None,
    facts: Mapping[str, bool] | None = None,
) -> Due:
    """When the result is due, always after its receipt. ``received_at`` is aware; ``closes_at`` is the centre's closing
    time, one for all days or a function of the day.

    The day of receipt is not counted, and a limit that ends on a day off ends on the next working day
    (Civil Code art. 147, 148). Raises ``ValueError`` for a limit of unknown kind.
    """
    chosen = applicable(limit, facts or {})
    # By the minute, as the slip prints it: received "15:00" is never treated as after 15:00.
    received = local(received_at).replace(second=0, microsecond=0)
    closing = _closes_on(closes_at, calendar)
    match LimitKind(chosen["kind"]):
        case LimitKind.WORKING_DAYS:
            return _working_days(chosen["days"], received, calendar, closing)
        case LimitKind.SAME_DAY:
            return _same_day(time.fromisoformat(chosen.get("cutoff", SAME_DAY_CUTOFF)), received, calendar, closing)
        case LimitKind.HALF_DAY:
            return _half_day(received, calendar, closing)
        case LimitKind.HOURS:
            return _hours(chosen["hours"], received, calendar, closing)
        case LimitKind.CALENDAR_DAYS:
            return _calendar_days(chosen["days"], received, calendar, closing)


def _closes_on(closes_at: time | ClosingTimes | None, calendar: WorkCalendar) -> _ClosesOn:
    if closes_at is None or isinstance(closes_at, time):
        return lambda _day: closes_at or calendar.closing
    return lambda day: closes_at(day) or calendar.closing


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, tzinfo=HANOI)


def _working_days(count: int, received: datetime, calendar: WorkCalendar, closing: _ClosesOn) -> Due:
    start = received.date()
    first, last = calendar.next_working_day(start), calendar.add_working_days(start, count)
    return Due(_at(last, closing(last)), limit_words.working_days(count, first, _passed(calendar, start, last)))


def _same_day(cutoff: time, received: datetime, calendar: WorkCalendar, closing: _ClosesOn) -> Due:
    start = received.date()
    if not calendar.is_working_day(start):
        day = calendar.next_working_day(start)
        return Due(_at(day, closing(day)), limit_words.received_on_day_off(start, day, _passed(calendar, start, day)))
    closes = closing(start)
    if received.time() > cutoff or received.time() >= closes:
        day = calendar.next_working_day(start)
        passed = _passed(calendar, start, day)
        return Due(_at(day, closing(day)), limit_words.received_late(min(cutoff, closes), day, passed))
    return Due(_at(start, closes), limit_words.same_day(cutoff))


def _half_day(received: datetime, calendar: WorkCalendar, closing: _ClosesOn) -> Due:
    """A morning's dossier by closing, an afternoon's by noon of the next working day."""
    start = received.date()
    closes = closing(start)
    if calendar.is_working_day(start) and received.time() < min(calendar.noon, closes):
        return Due(_at(start, closes), limit_words.half_day(start, limit_words.Passed()))
    day = calendar.next_working_day(start)
    at_noon = min(calendar.noon, closing(day))
    return Due(_at(day, at_noon), limit_words.half_day(day, _passed(calendar, start, day)))


def _hours(count: int, received: datetime, calendar: WorkCalendar, closing: _ClosesOn) -> Due:
    end = received + timedelta(hours=count)
    if calendar.is_working_day(end.date()):
        return Due(end, limit_words.hours(count, received, None))
    day = calendar.next_working_day(end.date())
    return Due(_at(day, closing(day)), limit_words.hours(count, received, day))


def _calendar_days(count: int, received: datetime, calendar: WorkCalendar, closing: _ClosesOn) -> Due:
    start = received.date()
    end = start + timedelta(days=count)
    day = calendar.working_day_from(end)
    moved_to = None if day == end else day
    return Due(_at(day, closing(day)), limit_words.calendar_days(count, start + timedelta(days=1), moved_to))


def _passed(calendar: WorkCalendar, after: date, until: date) -> limit_words.Passed:
    """What lay between receipt and the due day, told apart as a person would tell it."""
    off = list(calendar.days_not_worked(after, until))
    return limit_words.Passed(
        off=tuple(off),
        worked_weekends=tuple(day for day in sorted(calendar.days_worked - calendar.days_off) if after < day <= until),
    )
