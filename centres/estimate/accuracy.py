"""How often the waits that people were told came true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet

from centres.models import Centre, Estimate
from portal import clock

WEEK = timedelta(days=7)
# Fewer than this say nothing.
ENOUGH = 20


@dataclass(frozen=True)
class Accuracy:
    """Of the seven days before today: waits that were told at the drawing and have come, and those inside."""

    first: date
    last: date
    count: int
    inside: int

    @property
    def percent(self) -> int | None:
        """``None`` where there are too few."""
        return round(100 * self.inside / self.count) if self.count >= ENOUGH else None


def last_week(centre: Centre, at: datetime) -> Accuracy:
    """One statement over an index."""
    today = clock.local_day(at)
    first, last = today - WEEK, today - timedelta(days=1)
    counts = settled(centre, first, last).aggregate(count=Count("pk"), inside=Count("pk", filter=Q(is_inside=True)))
    return Accuracy(first, last, counts["count"], counts["inside"])


def by_service(centre: Centre, first: date, last: date) -> list[tuple[int, int, float]]:
    """(service id, waits told and come, share inside) of these days, for reports. One statement."""
    rows = (
        settled(centre, first, last)
        .values("ticket__service")
        .annotate(count=Count("pk"), inside=Count("pk", filter=Q(is_inside=True)))
        .order_by("ticket__service__order", "ticket__service__letter")
    )
    return [(row["ticket__service"], row["count"], row["inside"] / row["count"]) for row in rows]


def settled(centre: Centre, first: date, last: date) -> QuerySet[Estimate]:
    """What was told at the drawing on these days, where it is known what came."""
    return Estimate.objects.filter(centre=centre, day__gte=first, day__lte=last, is_first=True, came_s__isnull=False)
