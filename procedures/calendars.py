"""Working days of the nation (Labour Code art. 112, and the swaps the Prime Minister announces)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Protocol

from portal import clock
from procedures.enums import Confidence, DayType

SATURDAY = 5
# The usual day of an office, where no centre says its own (facts of each centre: ``Centre.weekly_hours``).
OPENING = time(8, 0)
NOON = time(12, 0)
CLOSING = time(17, 0)
ONE_DAY = timedelta(days=1)
# No run of days off comes near this; a table that says otherwise is broken, and a loop must end.
LONGEST_RUN_OFF = 60


class MarkedDay(Protocol):
    """What a row of ``NationalDay`` offers here."""

    date: date
    day: str
    confidence: str


@dataclass(frozen=True)
class WorkCalendar:
    """Monday to Friday less the days off, plus the Saturdays worked instead.

    That a centre opens on Saturday morning makes no working day of it: limits are counted in national days. ``assumed``
    are days off that nobody has announced yet, such as those of a Tết to come.
    """

    days_off: frozenset[date] = field(default_factory=frozenset)
    days_worked: frozenset[date] = field(default_factory=frozenset)
    closing: time = CLOSING
    noon: time = NOON
    opening: time = OPENING
    assumed: frozenset[date] = field(default_factory=frozenset)

    @classmethod
    def from_days(cls, days: Iterable[MarkedDay], closing: time = CLOSING) -> WorkCalendar:
        """From rows that have ``date``, ``day`` ("off" or "work") and ``confidence``."""
        rows = list(days)
        off = [row for row in rows if row.day == DayType.OFF]
        return cls(
            frozenset(row.date for row in off),
            frozenset(row.date for row in rows if row.day == DayType.WORK),
            closing,
            assumed=frozenset(row.date for row in off if row.confidence == Confidence.UNSURE),
        )

    def without(self, corrections: Iterable[tuple[date, str]]) -> WorkCalendar:
        """This calendar as it was before these corrections, each a day and what it was ("off", "work" or "" for an ordinary
        day of the week), the earliest correction first."""
        before: dict[date, str] = {}
        for day, was in corrections:
            before.setdefault(day, was)
        return replace(
            self,
            days_off=self.days_off - before.keys() | {day for day, was in before.items() if was == DayType.OFF},
            days_worked=self.days_worked - before.keys() | {day for day, was in before.items() if was == DayType.WORK},
        )

    def is_working_day(self, day: date) -> bool:
        if day in self.days_off:
            return False
        return day.weekday() < SATURDAY or day in self.days_worked

    def next_working_day(self, day: date) -> date:
        """The first working day after this one."""
        for _unused in range(LONGEST_RUN_OFF):
            day += ONE_DAY
            if self.is_working_day(day):
                return day
        raise ValueError(f"no working day in the {LONGEST_RUN_OFF} days before {day}")

    def working_day_from(self, day: date) -> date:
        """This day if it is worked, else the next that is (Civil Code art. 148.5)."""
        return day if self.is_working_day(day) else self.next_working_day(day)

    def add_working_days(self, day: date, count: int) -> date:
        """The last day of a limit of so many working days; the day itself is not counted (Civil Code art. 147.2)."""
        for _unused in range(count):
            day = self.next_working_day(day)
        return day

    def days_not_worked(self, after: date, until: date) -> Iterator[date]:
        """The days off between, the first day excluded and the last included."""
        day = after + ONE_DAY
        while day <= until:
            if not self.is_working_day(day):
                yield day
            day += ONE_DAY


def next_moment(now: datetime, calendar: WorkCalendar) -> datetime:
    """When something can be handed in next: now, while the day's work goes on; else at the opening of the next working day."""
    at = clock.local(now)
    if calendar.is_working_day(at.date()) and at.time() < calendar.closing:
        return max(at, datetime.combine(at.date(), calendar.opening, tzinfo=clock.HANOI))
    return datetime.combine(calendar.next_working_day(at.date()), calendar.opening, tzinfo=clock.HANOI)
