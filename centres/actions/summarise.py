"""Keep the summaries of the days."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from centres.counter_times import counter_times
from centres.enums import IN_HALL
from centres.models import (
    Centre,
    CounterHours,
    CounterSummary,
    DaySummary,
    HourSummary,
    SummaryMark,
    Ticket,
    TicketEvent,
)
from centres.summaries.counting import count_day
from centres.summaries.turns import count_counters
from portal import clock

BATCH = 20_000
# A row is written under the next number but seen only after its commit, perhaps after rows with higher numbers. So what
# is young enough to have had such company is looked at again; a request or a job lives for five minutes at most.
OVERLAP = timedelta(minutes=10)
OVERLAP_ROWS = 5_000
# Past days that are counted a last time in one run.
SEALED_AT_ONCE = 50


def summarise(*, at: datetime) -> int:
    """Count the days anew that something happened on since the last run. Returns how many.

    A day is always counted whole and replaces its rows together with the mark, so running again, or a crash anywhere,
    neither counts twice nor loses. A second job that runs meanwhile does nothing. A day that is over is counted once
    more when its last number is closed, whatever was seen of it before.
    """
    counted = 0
    while True:
        days, is_last = _some(at)
        counted += days
        if is_last:
            return counted


@transaction.atomic
def _some(at: datetime) -> tuple[int, bool]:
    """(days counted, whether nothing is left)."""
    SummaryMark.objects.get_or_create(pk=1)
    mark = SummaryMark.objects.select_for_update(skip_locked=True).filter(pk=1).first()
    if mark is None:
        return 0, True
    fresh = list(TicketEvent.objects.filter(pk__gt=mark.event_id).order_by("pk").values_list("pk", flat=True)[:BATCH])
    last = fresh[-1] if fresh else mark.event_id
    days = _touched(mark.event_id, last, at) | _unsealed(at)
    for centre_id, day in sorted(days):
        count_again(centre_id=centre_id, day=day, at=at)
    mark.event_id, mark.at = last, at
    mark.save(update_fields=["event_id", "at"])
    return len(days), len(fresh) < BATCH


def _touched(after: int, last: int, at: datetime) -> set[tuple[int, date]]:
    again = Q(pk__gt=after - OVERLAP_ROWS, at__gt=at - OVERLAP)
    events = TicketEvent.objects.filter(again | Q(pk__gt=after), pk__gt=after - OVERLAP_ROWS, pk__lte=last)
    return set(events.order_by().values_list("ticket__centre_id", "ticket__day").distinct())


def _unsealed(at: datetime) -> set[tuple[int, date]]:
    """Days that are over, have nobody left in the hall, and have not been counted since."""
    rows = DaySummary.objects.filter(day__lt=clock.local_day(at), sealed=False).order_by("day", "id")
    return set(rows.values_list("centre_id", "day")[:SEALED_AT_ONCE])


@transaction.atomic
def count_again(*, centre_id: int, day: date, at: datetime) -> None:
    """Replace what is kept of one centre's day by a full count."""
    is_over = day < clock.local_day(at)
    sealed = is_over and not Ticket.objects.filter(centre=centre_id, day=day, state__in=IN_HALL).exists()
    count = count_day(centre_id, day)
    hours = counter_times(Centre.objects.get(pk=centre_id), day, at)
    for model in (DaySummary, HourSummary, CounterSummary, CounterHours):
        model.objects.filter(centre=centre_id, day=day).delete()
    part = {"centre_id": centre_id, "day": day}
    DaySummary.objects.create(**part, built_at=at, sealed=sealed, **count.whole.stored())
    HourSummary.objects.bulk_create(
        HourSummary(**part, hour=hour, service_id=service_id, **tally.stored())
        for (hour, service_id), tally in sorted(count.hours.items())
    )
    CounterSummary.objects.bulk_create(
        CounterSummary(**part, counter_id=counter_id, service_id=service_id, **tally.stored())
        for (counter_id, service_id), tally in sorted(count_counters(centre_id, day).items())
    )
    CounterHours.objects.bulk_create(
        CounterHours(**part, counter_id=counter_id, open_s=times.open_s, paused_s=times.paused_s, idle_s=times.idle_s)
        for counter_id, times in sorted(hours.items())
    )
