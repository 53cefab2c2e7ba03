"""Today as it stands: the count of this day's own numbers beside what is kept of the same weekday before."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from centres.figures import ServiceQueue, queues
from centres.models import Centre, Service
from centres.summaries.counting import DayCount, count_day
from centres.summaries.reading import hours_of_day, same_weekday_before
from centres.summaries.tally import Tally, together
from portal import clock


@dataclass(frozen=True)
class HourLine:
    """One hour in Hanoi, today and on the day compared with (None where there is none)."""

    hour: int
    tally: Tally
    before: Tally | None


@dataclass(frozen=True)
class ServiceLine:
    """One service today; ``queue`` says who waits for it now, None when nobody does."""

    service: Service
    queue: ServiceQueue | None
    tally: Tally


@dataclass(frozen=True)
class LiveDay:
    whole: Tally
    hours: list[HourLine]
    services: list[ServiceLine]
    before_day: date | None
    before: Tally | None


def live_day(centre: Centre, at: datetime) -> LiveDay:
    """A fixed number of statements over this day's rows."""
    day = clock.local_day(at)
    count = count_day(centre.pk, day)
    earlier = same_weekday_before(centre.pk, day)
    former = hours_of_day(centre.pk, earlier[0]) if earlier else None
    return LiveDay(
        whole=count.whole,
        hours=_hour_lines(count, former, clock.local(at).hour),
        services=_service_lines(centre, count, at),
        before_day=earlier[0] if earlier else None,
        before=earlier[1] if earlier else None,
    )


def hour_lines(centre: Centre, at: datetime) -> tuple[list[HourLine], date | None]:
    """What the plot shows, and the day it compares with."""
    day = clock.local_day(at)
    earlier = same_weekday_before(centre.pk, day)
    former = hours_of_day(centre.pk, earlier[0]) if earlier else None
    return _hour_lines(count_day(centre.pk, day), former, clock.local(at).hour), earlier[0] if earlier else None


def _hour_lines(count: DayCount, former: dict[int, Tally] | None, hour: int) -> list[HourLine]:
    """From the first hour with anything to the present one, and on to the last of the day before; none for nothing."""
    today: dict[int, list[Tally]] = defaultdict(list)
    for (of_hour, _service), tally in count.hours.items():
        today[of_hour].append(tally)
    if not today and not former:
        return []
    known = {*today, *(former or {})}
    return [
        HourLine(each, together(today.get(each, [])), former.get(each, Tally()) if former is not None else None)
        for each in range(min(known), max(known | {hour}) + 1)
    ]


def _service_lines(centre: Centre, count: DayCount, at: datetime) -> list[ServiceLine]:
    """Open services, and closed ones that somebody came for, in their order."""
    waiting = {queue.service.pk: queue for queue in queues(centre, at)}
    tallies: dict[int, list[Tally]] = defaultdict(list)
    for (_hour, service_id), tally in count.hours.items():
        tallies[service_id].append(tally)
    return [
        ServiceLine(service, waiting.get(service.pk), together(tallies.get(service.pk, [])))
        for service in Service.objects.filter(centre=centre)
        if service.is_open or service.pk in tallies or service.pk in waiting
    ]
