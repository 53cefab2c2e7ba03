"""When a result is due, and why: the time limit of a version applied to one moment of receipt.

A limit is JSON: ``{"kind": "working_days", "days": 4}``, ``{"kind": "same_day", "cutoff": "15:00"}``,
``{"kind": "half_day"}``, ``{"kind": "hours", "hours": 24}`` or ``{"kind": "calendar_days", "days": 10}``. Working days
with a ``cutoff`` are counted for what comes later as if it came on the next working day. Its ``alternatives`` are limits
with a condition ``when``; the first that holds takes the place of the usual one. ``other_territory`` says that it may be
taken in for an office elsewhere: where that is so, the clock starts when that office has it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Self

from portal.clock import HANOI, local
from procedures import limit_words
from procedures.calendars import ONE_DAY, WorkCalendar
from procedures.conditions import holds

# Decree 118/2025 art. 18.2 as amended by 309/2026; procedures due the same day name the hour themselves.
SAME_DAY_CUTOFF = "15:00"
# The fact that it is taken in for an office elsewhere.
OTHER_TERRITORY = "other_territory"
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
    facts = facts or {}
    chosen = applicable(limit, facts)
    # By the minute, as the slip prints it: received "15:00" is never treated as after 15:00.
    received = local(received_at).replace(second=0, microsecond=0)
    closing = _closes_on(closes_at, calendar)
    if facts.get(OTHER_TERRITORY):
        handed = handed_on(received, calendar, closing)
        promised = _counted(chosen, handed.at, calendar, closing)
        if LimitKind(chosen["kind"]) is LimitKind.SAME_DAY:
            day = promised.at.date()
            promised = Due(promised.at, limit_words.returned_on(day, _passed(calendar, handed.at.date(), day)))
        return Due(promised.at, limit_words.joined(handed.explanation, promised.explanation))
    return _counted(chosen, received, calendar, closing)


def office_has_it_by(received_at: datetime, calendar: WorkCalendar, closes_at: ClosingTimes | None = None) -> datetime:
    """When the clock of an office elsewhere starts for what was received for it: by then it has to have it."""
    received = local(received_at).replace(second=0, microsecond=0)
    return handed_on(received, calendar, _closes_on(closes_at, calendar)).at


def handed_on(received: datetime, calendar: WorkCalendar, closing: _ClosesOn) -> Due:
    """By when an office elsewhere has what was received for it: within the working day, and what came after 15:00 or on a
    day off at the start of the next (Decree 118/2025 art. 18.2 as amended by 309/2026). Its clock starts then (art. 17.3).
    """
    day, cutoff = received.date(), time.fromisoformat(SAME_DAY_CUTOFF)
    if calendar.is_working_day(day) and received.time() <= cutoff and received.time() < closing(day):
        return Due(_at(day, closing(day)), limit_words.handed_on(day, None))
    after = calendar.next_working_day(day)
    late = min(cutoff, closing(day)) if calendar.is_working_day(day) else None
    return Due(_at(after, calendar.opening), limit_words.handed_on(after, late))


def _counted(limit: Mapping[str, Any], start: datetime, calendar: WorkCalendar, closing: _ClosesOn) -> Due:
    match LimitKind(limit["kind"]):
        case LimitKind.WORKING_DAYS:
            return _working_days(limit["days"], limit.get("cutoff"), start, calendar, closing)
        case LimitKind.SAME_DAY:
            return _same_day(time.fromisoformat(limit.get("cutoff", SAME_DAY_CUTOFF)), start, calendar, closing)
        case LimitKind.HALF_DAY:
            return _half_day(start, calendar, closing)
        case LimitKind.HOURS:
            return _hours(limit["hours"], start, calendar, closing)
        case LimitKind.CALENDAR_DAYS:
            return _calendar_days(limit["days"], start, calendar, closing)


def _closes_on(closes_at: time | ClosingTimes | None, calendar: WorkCalendar) -> _ClosesOn:
    if closes_at is None or isinstance(closes_at, time):
        return lambda _day: closes_at or calendar.closing
    return lambda day: closes_at(day) or calendar.closing


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, tzinfo=HANOI)


def _working_days(
    count: int, cutoff: str | None, received: datetime, calendar: WorkCalendar, closing: _ClosesOn
) -> Due:
    start, late = received.date(), None
    if cutoff and calendar.is_working_day(start) and received.time() > time.fromisoformat(cutoff):
        start, late = calendar.next_working_day(start), time.fromisoformat(cutoff)
    first, last = calendar.next_working_day(start), calendar.add_working_days(start, count)
    passed = _passed(calendar, received.date(), last)
    return Due(_at(last, closing(last)), limit_words.working_days(count, first, passed, late))


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
    """Hours run day and night. One that ends on a day off ends with the next working day (Civil Code art. 148.5); one that
    ends while nobody is there, when the office opens next."""
    end = received + timedelta(hours=count)
    day = end.date()
    if not calendar.is_working_day(day):
        after = calendar.next_working_day(day)
        moved = limit_words.Moved(after, _passed(calendar, day - ONE_DAY, after).assumed)
        return Due(_at(after, closing(after)), limit_words.hours(count, received, moved))
    opens = min(calendar.opening, closing(day))
    if opens <= end.time() <= closing(day):
        return Due(end, limit_words.hours(count, received, None))
    if end.time() > closing(day):
        day = calendar.next_working_day(day)
        opens = min(calendar.opening, closing(day))
    passed = _passed(calendar, end.date(), day)
    return Due(_at(day, opens), limit_words.hours(count, received, limit_words.Moved(day, passed.assumed, opens)))


def _calendar_days(count: int, received: datetime, calendar: WorkCalendar, closing: _ClosesOn) -> Due:
    start = received.date()
    end = start + timedelta(days=count)
    day = calendar.working_day_from(end)
    moved = None if day == end else limit_words.Moved(day, _passed(calendar, end - ONE_DAY, day).assumed)
    return Due(_at(day, closing(day)), limit_words.calendar_days(count, start + ONE_DAY, moved))


def _passed(calendar: WorkCalendar, after: date, until: date) -> limit_words.Passed:
    """What lay between receipt and the due day, told apart as a person would tell it."""
    off = list(calendar.days_not_worked(after, until))
    return limit_words.Passed(
        off=tuple(off),
        assumed=tuple(day for day in off if day in calendar.assumed),
        worked_weekends=tuple(day for day in sorted(calendar.days_worked - calendar.days_off) if after < day <= until),
    )
