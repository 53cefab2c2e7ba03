"""Dossiers whose date moves because days off turned out otherwise than they stood when it was promised."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import reduce
from operator import or_

from django.db.models import Q

from applications.enums import IN_HAND
from applications.models import Application
from applications.pauses import counted_again
from applications.querysets import ApplicationQuerySet
from applications.worklist import behind, place_of
from portal import clock
from procedures.calendars import ONE_DAY, WorkCalendar
from procedures.catalogue_cache import load_calendar
from procedures.limits import Due
from procedures.models import DayCorrection

# One answer looks at no more dossiers than this; what lies beyond is on the next page.
LOOKED_AT = 500
CHUNK = 200


@dataclass(frozen=True)
class Moved:
    """A dossier and what the calendar of now promises for it."""

    application: Application
    due: Due


def waiting_corrections() -> list[DayCorrection]:
    """The corrected days over which promises have not moved yet, by date and then as they were made."""
    return list(DayCorrection.objects.filter(settled_at__isnull=True).order_by("date", "id"))


def in_reach(rows: ApplicationQuerySet, corrections: Sequence[DayCorrection]) -> ApplicationQuerySet:
    """Dossiers in hand whose time runs over one of these days, by due date; whether their date moves is to be counted."""
    if not corrections:
        return rows.none()
    reach = reduce(or_, (_over(one) for one in corrections))
    return (
        rows.filter(reach, state__in=IN_HAND)
        .select_related("applicant", "competent")
        .prefetch_related("pauses", "extensions")
        .order_by("due_at", "id")
    )


def _over(correction: DayCorrection) -> Q:
    start = datetime.combine(correction.date, time.min, tzinfo=clock.HANOI)
    return Q(received_at__lt=start + ONE_DAY, due_at__gte=start)


class Approved:
    """The calendar that counts for each dossier: without the corrections made since its receipt that nobody has approved
    yet. What was received after a correction was promised by it."""

    def __init__(self) -> None:
        self.now = load_calendar()
        self.open = [one for one in waiting_corrections() if one.approved_at is None]
        self.made: dict[int, WorkCalendar] = {}

    def of(self, application: Application) -> WorkCalendar:
        received_at = application.received_at or application.started_at
        later = [one for one in self.open if one.corrected_at > received_at]
        # Corrections are made one after another: how many are later says which.
        if len(later) not in self.made:
            self.made[len(later)] = self.now.without((one.date, one.before) for one in later)
        return self.made[len(later)]


def moving(
    rows: Iterable[Application], at: datetime, calendar_of: Callable[[Application], WorkCalendar]
) -> Iterator[Moved]:
    """Those of these dossiers that their calendar gives another day. An earlier day that is over already is nobody's: what
    was promised stays."""
    for application in rows:
        due = counted_again(application, calendar_of(application))
        if application.due_at is None or due.at <= at:
            continue
        if clock.local_day(due.at) != clock.local_day(application.due_at):
            yield Moved(application, due)


def page_of(rows: ApplicationQuerySet, after: str, size: int, at: datetime) -> tuple[list[Moved], str]:
    """So many that move, from a place on; and the place where the next page begins, empty at the end."""
    found: list[Moved] = []
    calendar = load_calendar()
    looked = list(behind(rows, after)[:LOOKED_AT])
    for place, application in enumerate(looked):
        found += moving([application], at, lambda _dossier: calendar)
        if len(found) == size and place + 1 < len(looked):
            return found, place_of(application)
    return found, place_of(looked[-1]) if len(looked) == LOOKED_AT else ""
