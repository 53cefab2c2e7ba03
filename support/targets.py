"""How soon an incident is to be answered and mended: minutes of the centre's opening hours, from dated settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from centres.hours import LOOK_AHEAD_DAYS, hours_on
from centres.models import Centre
from portal import clock
from support.enums import Severity
from support.models import Target

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Goal:
    """The targets in force for a severity on a day."""

    response: timedelta
    resolution: timedelta
    calls: bool
    escalate: timedelta


# Until an installation sets its own: response, resolution, whether people on call are told, minutes until the next are.
USUAL = {
    Severity.STANDSTILL: Goal(10 * MINUTE, 120 * MINUTE, True, 3 * MINUTE),
    Severity.MANY: Goal(20 * MINUTE, 240 * MINUTE, True, 5 * MINUTE),
    Severity.ONE: Goal(60 * MINUTE, 480 * MINUTE, False, 15 * MINUTE),
    Severity.ANNOYING: Goal(240 * MINUTE, 2400 * MINUTE, False, 60 * MINUTE),
}


def goal_on(severity: int, day: date) -> Goal:
    """The targets in force on this day, or the usual ones."""
    row = Target.objects.filter(severity=severity, valid_from__lte=day).order_by("-valid_from").first()
    if row is None:
        return USUAL[Severity(severity)]
    return Goal(
        row.response_minutes * MINUTE, row.resolution_minutes * MINUTE, row.calls, row.escalate_minutes * MINUTE
    )


def after_open_time(centre: Centre | None, start: datetime, span: timedelta) -> datetime:
    """The moment by which the centre's doors have been open for this span since ``start``.

    What belongs to no centre counts by the clock. So does a centre without opening hours in the days ahead.
    """
    if centre is None:
        return start + span
    left, first = span, clock.local_day(start)
    for ahead in range(LOOK_AHEAD_DAYS + 1):
        day = first + timedelta(days=ahead)
        for opens, closes in hours_on(centre, day):
            begins, ends = (datetime.combine(day, each, tzinfo=clock.HANOI) for each in (opens, closes))
            begins = max(begins, start)
            if ends <= begins:
                continue
            if left <= ends - begins:
                return begins + left
            left -= ends - begins
    return start + span
