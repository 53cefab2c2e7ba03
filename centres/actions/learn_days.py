"""Put past days into the form from which waits are learned."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from centres.estimate.memory import DAYS, forget, scores_of
from centres.estimate.seen import day_record
from centres.models import Centre, DailyNumber, Estimate, LearnedDay

# Days further back are not learned from any more.
LOOK_BACK = timedelta(days=2 * DAYS)


def learn_days(*, before: date, at: datetime) -> int:
    """Every day of the last weeks before this one on which numbers were drawn, once. Returns how many were new.

    Which days those are is read from the daily numbers, a few rows a day; each day's tickets are read once in its life.
    Running it again, or twice at once, does nothing more.
    """
    wanted = DailyNumber.objects.filter(day__lt=before, day__gte=before - LOOK_BACK)
    done = set(LearnedDay.objects.filter(day__gte=before - LOOK_BACK).values_list("centre", "day"))
    missing = sorted(set(wanted.values_list("centre", "day")) - done, key=lambda each: each[1])
    centres = Centre.objects.in_bulk({centre for centre, _day in missing})
    for centre, day in missing:
        record = day_record(centres[centre], day).to_json()
        scores = [
            [each.hour, round(each.value, 3), each.held]
            for each in scores_of(Estimate.objects.filter(centre=centre, day=day, came_s__isnull=False))
        ]
        LearnedDay.objects.bulk_create(
            [LearnedDay(centre=centres[centre], day=day, record=record, scores=scores, built_at=at)],
            ignore_conflicts=True,
        )
    if missing:
        forget()
    return len(missing)
