"""What this process remembers of each centre: learned anew every half hour, today's pace every few minutes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from centres.estimate.calibrate import Calibration, Score, score
from centres.estimate.learn import Learned, learn, with_today
from centres.estimate.records import DayRecord
from centres.estimate.seen import calls_since
from centres.estimate.waits import Range
from centres.models import Centre, Estimate, LearnedDay
from portal import clock

# Days that are read: four weeks of working days and a little more.
DAYS = 24
LEARN_AFTER = timedelta(minutes=30)
LOOK_AFTER = timedelta(minutes=5)
# Today's pace is that of the last hours: a slow morning says little about the late afternoon.
PACE_OF = timedelta(hours=2)


@dataclass(frozen=True)
class Known:
    """What a centre's estimates are made from now."""

    learned: Learned
    calibration: Calibration
    scores: tuple[Score, ...]
    learned_at: datetime
    looked_at: datetime


_known: dict[int, Known] = {}


def forget() -> None:
    """For tests and for a day that has just been learned."""
    _known.clear()


def known(centre: Centre, at: datetime) -> Known:
    """Past days at most half an hour old, today at most five minutes. One to three statements, most often none."""
    before = _known.get(centre.pk)
    if before is None or not before.learned_at <= at < before.learned_at + LEARN_AFTER or _new_day(before, at):
        before = _learn(centre, at)
    elif at < before.looked_at + LOOK_AFTER:
        return before
    now = replace(
        before,
        learned=replace(before.learned, pace=_pace(centre, before.learned, at)),
        calibration=Calibration([*before.scores, *_scores_of_today(centre, at)]),
        looked_at=at,
    )
    _known[centre.pk] = now
    return now


def _new_day(before: Known, at: datetime) -> bool:
    return clock.local_day(before.learned_at) != clock.local_day(at)


def _learn(centre: Centre, at: datetime) -> Known:
    rows = list(LearnedDay.objects.filter(centre=centre, day__lt=clock.local_day(at)).order_by("-day")[:DAYS])
    learned = learn([DayRecord.from_json(row.day.toordinal(), row.record) for row in rows])
    scores = tuple(Score(row.day.toordinal(), hour, value, held) for row in rows for hour, value, held in row.scores)
    return Known(learned, Calibration(scores), scores, at, at)


def _pace(centre: Centre, learned: Learned, at: datetime) -> dict[int, tuple[float, float]]:
    if not learned.services:
        return {}
    return with_today(learned, calls_since(centre, clock.local_day(at), at - PACE_OF))


def _scores_of_today(centre: Centre, at: datetime) -> list[Score]:
    return scores_of(Estimate.objects.filter(centre=centre, day=clock.local_day(at), came_s__isnull=False))


def scores_of(estimates: object) -> list[Score]:
    """The scores of the first estimates among these (a queryset) that have come true."""
    rows = estimates.filter(is_first=True).values_list(  # type: ignore[attr-defined]
        "day", "at", "played_low_s", "played_middle_s", "played_high_s", "came_s", "is_inside"
    )
    return [
        Score(day.toordinal(), clock.local(at).hour, score(Range(low, middle, high), came), held)
        for day, at, low, middle, high, came, held in rows
    ]
