"""The working days before the demo's day: what was received then, and how far it has come by now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from applications.demo import visits
from applications.demo.centres import Place
from applications.demo.hall import Hall, Seat
from applications.demo.handling import Fate, carry_on
from applications.demo.people import KNOWN_HERE, Crowd
from applications.demo.visits import Errand, Visit
from centres.actions.counters import close_counter, open_counter
from centres.enums import PriorityGround
from centres.models import Ticket
from portal import clock
from procedures.catalogue_cache import load_calendar

_OPENS, _FIRST, _CLOSES = time(8, 0), time(8, 5), time(16, 45)
_APART = timedelta(minutes=14)
# What became of the land dossiers of each day, the oldest day first. Their limit is four working days: what is still
# in hand of the first two days is overdue, and of the third is due today, where today is a working day.
_LAND = (
    (Fate.RETURNED, Fate.RETURNED, Fate.RETURNED, Fate.TAKEN, Fate.RETURNED),
    (Fate.RETURNED, Fate.RETURNED, Fate.SUPPLEMENT, Fate.TAKEN, Fate.SIGNED),
    (Fate.PROPOSED, Fate.SIGNED, Fate.RETURNED, Fate.PROPOSED, Fate.TAKEN),
    (Fate.SIGNED, Fate.PROPOSED, Fate.SUPPLEMENT, Fate.TAKEN, Fate.ACCEPTED),
    (Fate.TAKEN, Fate.SIGNED, Fate.TAKEN, Fate.ACCEPTED, Fate.ACCEPTED),
    (Fate.ACCEPTED, Fate.TAKEN, Fate.ACCEPTED, Fate.ACCEPTED, Fate.ACCEPTED),
)
# What is decided on the day itself; the last days' marriages wait to be collected.
_OTHERS = (Errand.BIRTH, Errand.COPY, Errand.MARRIAGE, Errand.BIRTH, Errand.COPY)
_UNCOLLECTED_FROM = 3
_SAME_DAY = [timedelta(minutes=minutes) for minutes in (20, 45, 70, 95)]
# The day on which somebody had a copy certified that lies on file since.
_CERTIFIED_DAY = 1


def seed_week(place: Place, crowd: Crowd, rng: Random, today: date) -> list[Visit]:
    """Ten visits on each of the last working days that had none; returns those whose result can be collected."""
    days = _working_days_before(today)
    seen = set(Ticket.objects.filter(centre=place.centre, day__in=days).values_list("day", flat=True))
    ready = []
    for index, day in enumerate(days):
        if day in seen:
            continue
        planned = _planned(index, day, crowd, rng)
        _receive(place, rng, day, [visit for visit, _fate in planned])
        for visit, fate in planned:
            if visit.dossier is None or visit.dossier.received_at is None:
                raise ValueError(f"the visit {visit.key} came to no dossier")
            moments = (
                _moments(days, index) if visit.letter == "A" else [visit.dossier.received_at + n for n in _SAME_DAY]
            )
            visit.dossier = carry_on(visit.dossier, fate, moments, place)
            if fate == Fate.SIGNED:
                ready.append(visit)
    return ready


def _working_days_before(today: date) -> list[date]:
    """As many as the fates are planned for, the oldest first."""
    calendar, day = load_calendar(), today
    days: list[date] = []
    while len(days) < len(_LAND):
        day -= timedelta(days=1)
        if calendar.is_working_day(day):
            days.append(day)
    return days[::-1]


def _planned(index: int, day: date, crowd: Crowd, rng: Random) -> list[tuple[Visit, Fate]]:
    """Land and other matters in turn."""
    planned: list[tuple[Visit, Fate]] = []
    for number, (fate, other) in enumerate(zip(_LAND[index], _OTHERS, strict=True)):
        land = Errand.LAND_JOINT if number == 1 else Errand.LAND
        if (index, number) == (_CERTIFIED_DAY, 0):
            land = Errand.LAND_CERTIFY
        uncollected = other == Errand.MARRIAGE and index >= _UNCOLLECTED_FROM
        for errand, its_fate in ((land, fate), (other, Fate.SIGNED if uncollected else Fate.RETURNED)):
            arrives = _at(day, _FIRST) + _APART * len(planned)
            visit = visits.plan(errand, arrives, crowd, rng, PriorityGround.NONE)
            visit.key = f"demo-{day:%y%m%d}-{len(planned) + 1:03}"
            if errand == Errand.LAND_CERTIFY:
                visit.person = KNOWN_HERE
            planned.append((visit, its_fate))
    return planned


def _receive(place: Place, rng: Random, day: date, planned: Sequence[Visit]) -> None:
    opens, closes = _at(day, _OPENS), _at(day, _CLOSES)
    seats = [Seat(counter, officer) for counter, officer in zip(place.counters, place.officers, strict=True)]
    for seat in seats:
        open_counter(counter=seat.counter, at=opens, acting_user=seat.officer)
    Hall(place, seats, rng).run(planned, closes)
    for seat in seats:
        close_counter(counter=seat.counter, at=closes, acting_user=seat.officer)


def _moments(days: Sequence[date], index: int) -> list[datetime]:
    """Taken in the afternoon, decided and signed on the next working day, collected on the one after."""

    def later(count: int) -> date:
        return days[min(index + count, len(days) - 1)]

    return [
        _at(days[index], time(15, 30)),
        _at(later(1), time(10, 0)),
        _at(later(1), time(16, 0)),
        _at(later(2), time(9, 30)),
    ]


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=clock.HANOI)
