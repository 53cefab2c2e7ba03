"""Counters that call nobody at this moment: when they will again, as far as their own days say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from centres.enums import CounterState
from centres.estimate.records import Spells
from centres.estimate.seen import spells_on
from centres.models import Centre, Counter, DaySummary
from portal import clock

# Whoever is away stays away for as long again, and at least so long.
SHORTEST = timedelta(minutes=5)
DAYS_BACK = 28

Hours = Sequence[tuple[datetime, datetime]]


def back_at(centre: Centre, counters: Iterable[Counter], hours: Hours, at: datetime) -> dict[int, datetime]:
    """By counter id, when it is taken to call again within the ``hours`` left of today; who is missing does not.

    A pause lasts as long again as it has. A closed counter opens with the doors as it did on the latest day of this
    weekday; one that is late today is late for as long again. Closed within opening hours, it stays closed for these. Two statements where a counter is closed, else none.
    """
    away = [counter for counter in counters if counter.state != CounterState.OPEN]
    usual: dict[int, Spells] = {}
    if any(counter.state == CounterState.CLOSED for counter in away):
        usual = _usual(centre, clock.local_day(at))
    found = {}
    for counter in away:
        if counter.state == CounterState.PAUSED:
            back: datetime | None = _as_long_again(counter.state_since or at, at)
        else:
            back = _opening(counter, usual.get(counter.pk, ()), hours, at)
        if back is not None and any(back < end for _start, end in hours):
            found[counter.pk] = back
    return found


def _as_long_again(since: datetime, at: datetime) -> datetime:
    return at + max(SHORTEST, at - since)


def _opening(counter: Counter, usual: Spells, hours: Hours, at: datetime) -> datetime | None:
    """In the first of these hours in which it was open on its usual day."""
    midnight = datetime.combine(clock.local_day(at), time.min, tzinfo=clock.HANOI)
    for start, end in hours:
        opened = [
            midnight + timedelta(seconds=since)
            for since, until in usual
            if since < (end - midnight).total_seconds() and until > (start - midnight).total_seconds()
        ]
        given_up = start <= at and counter.state_since is not None and counter.state_since >= start
        if not opened or given_up:
            continue
        expected = max(start, min(opened))
        back = expected if expected > at else _as_long_again(expected, at)
        if back < end:
            return back
    return None


def _usual(centre: Centre, day: date) -> dict[int, Spells]:
    """When each counter was open on the latest day of this weekday, else on the latest day, with anybody."""
    past = DaySummary.objects.filter(
        centre=centre, day__gte=day - timedelta(days=DAYS_BACK), day__lt=day, drawn__gt=0
    ).order_by("-day")
    days = list(past.values_list("day", flat=True))
    alike = next((each for each in days if each.weekday() == day.weekday()), None) or next(iter(days), None)
    return spells_on(centre, alike) if alike else {}
