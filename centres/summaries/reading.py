"""Reading what is kept: a centre's days put together, and centres beside each other.

Every function costs a fixed number of statements, and reads only rows of the days asked for: a hundred times as many
tickets on other days change nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Sum

from centres.models import CounterHours, CounterSummary, DaySummary, HourSummary
from centres.summaries.tally import COUNTS, Tally, together

_FIELDS = [*COUNTS, "grounds", "times"]
WEEKS_BACK = 4


@dataclass(frozen=True)
class Hours:
    """How long a counter was open, paused, and open with nobody called, in seconds."""

    open: int
    paused: int
    idle: int


@dataclass
class Period:
    """One centre from ``first`` to ``last``. ``counted_at``: when the youngest of its days was counted."""

    first: date
    last: date
    whole: Tally = field(default_factory=Tally)
    by_day: dict[date, Tally] = field(default_factory=dict)
    by_hour: dict[int, Tally] = field(default_factory=dict)
    by_service: dict[int, Tally] = field(default_factory=dict)
    by_counter: dict[int, Tally] = field(default_factory=dict)
    hours: dict[int, Hours] = field(default_factory=dict)
    counted_at: datetime | None = None


def read_period(centre_id: int, first: date, last: date) -> Period:
    """Four statements."""
    asked = {"centre": centre_id, "day__range": (first, last)}
    period = Period(first, last)
    for row in DaySummary.objects.filter(**asked).order_by("day").values("day", "built_at", *_FIELDS):
        period.by_day[row["day"]] = Tally.from_stored(row)
        period.counted_at = max(period.counted_at or row["built_at"], row["built_at"])
    period.whole = together(period.by_day.values())
    hours: dict[int, Tally] = defaultdict(Tally)
    services: dict[int, Tally] = defaultdict(Tally)
    for row in HourSummary.objects.filter(**asked).values("hour", "service_id", *_FIELDS):
        tally = Tally.from_stored(row)
        hours[row["hour"]].merge(tally)
        services[row["service_id"]].merge(tally)
    period.by_hour, period.by_service = dict(sorted(hours.items())), dict(services)
    period.by_counter = _by(CounterSummary.objects.filter(**asked).values("counter_id", *_FIELDS), "counter_id")
    sums = CounterHours.objects.filter(**asked).order_by().values_list("counter_id")
    for counter_id, opened, paused, idle in sums.annotate(Sum("open_s"), Sum("paused_s"), Sum("idle_s")):
        period.hours[counter_id] = Hours(opened, paused, idle)
    return period


def hours_of_day(centre_id: int, day: date) -> dict[int, Tally]:
    """By hour. One statement."""
    return _by(HourSummary.objects.filter(centre=centre_id, day=day).values("hour", *_FIELDS), "hour")


def same_weekday_before(centre_id: int, day: date) -> tuple[date, Tally] | None:
    """The latest day of this weekday in the four weeks before on which anybody came. One statement."""
    days = [day - timedelta(weeks=weeks) for weeks in range(1, WEEKS_BACK + 1)]
    row = (
        DaySummary.objects.filter(centre=centre_id, day__in=days, drawn__gt=0)
        .order_by("-day")
        .values("day", *_FIELDS)
        .first()
    )
    return (row["day"], Tally.from_stored(row)) if row else None


def centres_beside(first: date, last: date) -> tuple[dict[int, Tally], datetime | None]:
    """By centre, those with anything to tell, and when the youngest of their days was counted. One statement."""
    rows = list(DaySummary.objects.filter(day__range=(first, last)).values("centre_id", "built_at", *_FIELDS))
    return _by(rows, "centre_id"), max((row["built_at"] for row in rows), default=None)


def _by(rows: Iterable[dict[str, Any]], key: str) -> dict[int, Tally]:
    found: dict[int, Tally] = defaultdict(Tally)
    for row in rows:
        found[row[key]].merge(Tally.from_stored(row))
    return dict(sorted(found.items()))
