"""How often the waits that people were told came true."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, FloatField, Q, QuerySet, Sum
from django.db.models.functions import Abs

from centres.models import Centre, Estimate, Service
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


@dataclass(frozen=True)
class ByService:
    """Waits told at the drawing that have come; ``share`` of them inside and ``error`` (mean seconds from the middle).

    The service is that of the number's letter: the one the wait was told for, whatever it was passed on to. The two are ``None`` where there are too few.
    """

    service: int
    count: int
    share: float | None
    error: float | None


# Twice the distance from the middle of what was told.
_TWICE_OFF = Abs(2 * F("came_s") - F("low_s") - F("high_s"), output_field=FloatField())


def last_week(centre: Centre, at: datetime) -> Accuracy:
    """One statement over an index."""
    today = clock.local_day(at)
    first, last = today - WEEK, today - timedelta(days=1)
    counts = settled(centre, first, last).aggregate(count=Count("pk"), inside=Count("pk", filter=Q(is_inside=True)))
    return Accuracy(first, last, counts["count"], counts["inside"])


def by_service(centre: Centre, first: date, last: date) -> list[ByService]:
    """What came of the waits told on these days, for reports, in the order of the services. Two statements."""
    rows = (
        settled(centre, first, last)
        .values_list("ticket__letter", "ticket__service")
        .annotate(count=Count("pk"), inside=Count("pk", filter=Q(is_inside=True)), off=Sum(_TWICE_OFF))
        .order_by()
    )
    services = list(Service.objects.filter(centre=centre).order_by("order", "letter").values_list("pk", "letter"))
    told_for = {letter: pk for pk, letter in services}
    sums: dict[int, tuple[int, int, float]] = defaultdict(lambda: (0, 0, 0.0))
    for letter, service, *more in rows:
        pk = told_for.get(letter, service)
        count, inside, off = (before + further for before, further in zip(sums[pk], more, strict=True))
        sums[pk] = count, inside, off
    return [_of_service(pk, *sums[pk]) for pk, _letter in services if pk in sums]


def settled(centre: Centre, first: date, last: date) -> QuerySet[Estimate]:
    """What was told at the drawing on these days, where it is known what came."""
    return Estimate.objects.filter(centre=centre, day__gte=first, day__lte=last, is_first=True, came_s__isnull=False)


def _of_service(service: int, count: int, inside: int, twice_off: float) -> ByService:
    if count < ENOUGH:
        return ByService(service, count, None, None)
    return ByService(service, count, inside / count, twice_off / count / 2)
