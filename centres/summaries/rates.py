"""What the days before teach about the rest of this one: who comes when, and how long a call keeps a counter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from centres.models import HourSummary, Ticket
from centres.policy import policy_on
from centres.summaries.tally import COUNTS, Tally, together
from portal import clock

DAYS_BACK = 28
# A weekday has its own pace where so many of its days are known; else all days count.
ENOUGH_WEEKDAYS = 2
# With fewer people served nothing is said of a centre; with fewer of one service, all its services count.
FEWEST_SERVED, FEWEST_OF_SERVICE = 30, 10
# As many people as the belief counts that today is as busy as other days.
BELIEF = 60.0
EQUAL_PARTS = 100
HOUR = 3600.0


@dataclass(frozen=True)
class Rates:
    """``arrivals``: people an hour, by service and hour in Hanoi. ``spells``: seconds that a call keeps a counter, by
    service, each as likely as the next. ``classes``: priority classes with how many drew a number in each."""

    arrivals: Mapping[tuple[int, int], float]
    spells: Mapping[int, Sequence[float]]
    classes: Sequence[tuple[int, int]]


def rates_of(centre_id: int, at: datetime) -> Rates | None:
    """From the last four weeks; arrivals are scaled by how busy this day has been so far. ``None``: too little is known.

    Two statements.
    """
    day = clock.local_day(at)
    rows = HourSummary.objects.filter(centre=centre_id, day__gte=day - timedelta(days=DAYS_BACK), day__lt=day)
    known = [
        (row["day"], row["service_id"], row["hour"], Tally.from_stored(row))
        for row in rows.values("day", "service_id", "hour", *COUNTS, "grounds", "times")
    ]
    whole = together(tally for *_where, tally in known)
    if whole.served < FEWEST_SERVED:
        return None
    by_service: dict[int, Tally] = defaultdict(Tally)
    for _day, service_id, _hour, tally in known:
        by_service[service_id].merge(tally)
    usual = _arrivals(known, day)
    busy = _busyness(centre_id, usual, at)
    policy = policy_on(centre_id, day)
    return Rates(
        arrivals={where: people * busy for where, people in usual.items()},
        spells={pk: _spells(tally if tally.served >= FEWEST_OF_SERVICE else whole) for pk, tally in by_service.items()},
        classes=[(int(policy.rank_of(ground)), number) for ground, number in sorted(whole.grounds.items())],
    )


def _arrivals(known: Iterable[tuple[date, int, int, Tally]], day: date) -> dict[tuple[int, int], float]:
    days = {each for each, *_rest in known}
    alike = {each for each in days if each.weekday() == day.weekday()}
    counted = alike if len(alike) >= ENOUGH_WEEKDAYS else days
    found: dict[tuple[int, int], float] = defaultdict(float)
    for each, service_id, hour, tally in known:
        if each in counted and tally.drawn:
            found[service_id, hour] += tally.drawn / len(counted)
    return dict(found)


def _busyness(centre_id: int, usual: Mapping[tuple[int, int], float], at: datetime) -> float:
    local = clock.local(at)
    passed = local.hour + local.minute / 60
    expected = sum(people * min(1.0, max(0.0, passed - hour)) for (_service, hour), people in usual.items())
    drawn = Ticket.objects.filter(centre=centre_id, day=local.date(), issued_at__lte=at).count()
    return (drawn + BELIEF) / (expected + BELIEF)


def _spells(tally: Tally) -> list[float]:
    """Walk and service of those who were served; those who did not come keep the counter as long as a slow walk."""
    walk, in_vain = tally.walking.mean or 0.0, tally.walking.p90 or 0.0
    missed = round(EQUAL_PARTS * tally.no_show / max(1, tally.no_show + tally.served))
    parts = EQUAL_PARTS - missed
    served = (tally.service.quantile((part + 0.5) / parts) or 0.0 for part in range(parts))
    return [in_vain] * missed + [walk + seconds for seconds in served]
