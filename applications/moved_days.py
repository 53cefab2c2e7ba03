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


def in_reach(rows: ApplicationQuerySet, corrections: Sequence[DayCorrection]) -> ApplicationQuerySet:
    """Dossiers in hand whose time runs over one of these days, by due date; whether their date moves is to be counted."""
    if not corrections:
        return rows.none()
    reach = reduce(or_, (_over(one) for one in corrections))
    return (
        rows.filter(reach, state__in=IN_HAND)
        .select_related("applicant", "competent")
        .prefetch_related("pauses", "extensions", "parts__pauses")
        .order_by("due_at", "id")
    )


def _over(correction: DayCorrection) -> Q:
    start = datetime.combine(correction.date, time.min, tzinfo=clock.HANOI)
    return Q(received_at__lt=start + ONE_DAY, due_at__gte=start)


def moving(
    rows: Iterable[Application], at: datetime, calendar_of: Callable[[Application], WorkCalendar]
) -> Iterator[Moved]:
    """Those of these dossiers that their calendar gives another day. A day that is over already is nobody's: what was promised
    stays."""
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
