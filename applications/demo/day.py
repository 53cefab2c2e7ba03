"""The demo's day up to now: some seventy people in two and a half hours, some served, some waiting, some at a counter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from random import Random

from applications.demo import asides, visits
from applications.demo.bookings import seed_bookings
from applications.demo.centres import Place, set_up
from applications.demo.certify import leave_at_signer, sign_earlier
from applications.demo.declared import seed_declaration
from applications.demo.filed import seed_filed
from applications.demo.hall import Hall, Seat
from applications.demo.handling import Fate, carry_on, finish_earlier
from applications.demo.originals import hand_over_originals
from applications.demo.people import Crowd, old_wards
from applications.demo.support import seed_support
from applications.demo.tills import close_earlier
from applications.demo.visits import Errand, Visit
from applications.demo.week import seed_week
from centres.actions.close_day import close_day
from centres.actions.counters import open_counter, pause_counter
from centres.actions.learn_days import learn_days
from centres.actions.rate import rate
from centres.actions.summarise import summarise
from centres.enums import PriorityGround, Score, TicketState
from centres.models import Ticket
from portal import clock

MORNING = timedelta(minutes=150)
# How many come for what. Land has more visitors than its counters can serve: that is what the day's page warns of.
ERRANDS = {
    Errand.LAND: 22,
    Errand.LAND_JOINT: 4,
    Errand.LAND_DECLINED: 3,
    Errand.LAND_FILLS_IN: 1,
    Errand.LAND_CERTIFY: 1,
    Errand.BIRTH: 16,
    Errand.MARRIAGE: 10,
    Errand.GONE: 2,
    Errand.COPY: 7,
    Errand.COLLECT: 6,
    Errand.ASK: 2,
    Errand.PASSED_ON: 1,
}
# Below 1, more people come towards the end.
_RUSH = 0.65
# These come early enough to be over, or to be where they should be, by now.
_EARLY = (Errand.LAND_CERTIFY, Errand.LAND_FILLS_IN, Errand.PASSED_ON, Errand.GONE)
_LAST_EARLY = 0.5
# Somebody comes so far into the day that their missed call is a few minutes old now, and they are back (``asides``).
_MISSES_AND_RETURNS = 0.63
# Who goes first; nobody of 75 or more comes late, so that a visitor who draws such a number is the next one called.
_GROUNDS = (
    PriorityGround.AGE_60,
    PriorityGround.PREGNANT_OR_CHILD,
    PriorityGround.DISABLED,
    PriorityGround.MERITORIOUS,
)
_GROUND_EVERY, _AGE_75_EVERY = 7, 16
# So near the end that they still wait: counted from the last to come.
_LATE_GROUNDS = {2: PriorityGround.AGE_60, 5: PriorityGround.PREGNANT_OR_CHILD}
# Minutes before now: counters 1 and 6 are free, so that their officers can press "next"; the printer of 2 broke down.
_FREE, _PRINTER_BROKE = {1: 1.0, 6: 1.5}, {2: 40.0}
# Of the requests for certification one lies before its signer, and one of several papers waits to be fetched.
_REACH = {Errand.SIGNATURE: Fate.ACCEPTED, Errand.COPIES: Fate.SIGNED}
_PAUSE_REASON = "Máy in hỏng, đang chờ sửa"
_SCORES = (Score.GOOD, Score.GOOD, Score.GOOD, Score.FAIR, Score.GOOD, Score.GOOD, Score.BAD)
_COMMENTS = {Score.GOOD: "Cán bộ hướng dẫn rõ ràng.", Score.BAD: "Chờ hơi lâu."}
_LANGUAGES = {5: "en", 23: "ko"}


def seed(at: datetime) -> str:
    """Make branch no. 3, its last week and its day up to this moment; a day that has begun is left as it is.

    Returns one sentence on what was done. The same day gives the same people.
    """
    today = clock.local_day(at)
    place = set_up(at, today)
    if Ticket.objects.filter(centre=place.centre, day=today).exists():
        return "The day has begun already; nothing was added."
    close_day(before=today, at=at)
    sign_earlier(place.centre, datetime.combine(today, time.min, tzinfo=clock.HANOI))
    finish_earlier(place, at)
    rng = Random(f"demo {today:%Y-%m-%d}")  # noqa: S311 - the same day, the same people
    crowd = Crowd(rng, old_wards(), today)
    ready = seed_week(place, crowd, rng, today)
    learn_days(before=today, at=at)
    close_earlier(place, at)
    planned = _seed_day(place, crowd, rng, at, ready)
    seed_bookings(place, crowd, at)
    seed_declaration(at)
    seed_filed(place, at)
    seed_support(place, at)
    summarise(at=at)
    return f"{len(planned)} people came to {place.centre} today."


def _seed_day(place: Place, crowd: Crowd, rng: Random, at: datetime, ready: Sequence[Visit]) -> list[Visit]:
    start = max(at - MORNING, datetime.combine(clock.local_day(at), time.min, tzinfo=clock.HANOI))
    pace = (at - start) / MORNING
    planned = _planned(crowd, rng, start, at, ready)
    seats = []
    for counter, officer in zip(place.counters, place.officers, strict=True):
        open_counter(counter=counter, at=start, acting_user=officer)
        before = (_FREE | _PRINTER_BROKE).get(counter.number)
        seats.append(Seat(counter, officer, None if before is None else at - timedelta(minutes=before * pace)))
    Hall(place, seats, rng, pace).run(planned, at, asides.plan(place, place.officers[0], at, pace))
    for seat in seats:
        if seat.counter.number in _PRINTER_BROKE and seat.free_by is not None:
            pause_counter(counter=seat.counter, reason=_PAUSE_REASON, at=seat.free_by, acting_user=seat.officer)
    leave_at_signer(place.centre, at)
    _handle(planned, place, at, pace)
    hand_over_originals(place, at)
    _rate(place, at, pace)
    return planned


def _planned(crowd: Crowd, rng: Random, start: datetime, end: datetime, ready: Sequence[Visit]) -> list[Visit]:
    errands = [errand for errand, count in ERRANDS.items() for _n in range(count)]
    rng.shuffle(errands)
    _move_early(errands)
    for errand in (Errand.COPIES, Errand.SIGNATURE):  # the first who come for a copy bring more, or something to sign
        errands[errands.index(Errand.COPY)] = errand
    errands.insert(int(len(errands) * _MISSES_AND_RETURNS), Errand.GONE)
    collected = iter(ready)
    planned = []
    for number, errand in enumerate(errands):
        share = ((number + rng.uniform(0.1, 0.9)) / len(errands)) ** _RUSH
        ground = _LATE_GROUNDS.get(len(errands) - number) or _ground(number, errand, share)
        visit = visits.plan(errand, start + (end - start) * share, crowd, rng, ground)
        visit.key = f"demo-{clock.local_day(end):%y%m%d}-{number + 1:03}"
        visit.language = _LANGUAGES.get(number, visit.language)
        if errand == Errand.COLLECT and (known := next(collected, None)):
            visit.person, visit.collects, visit.ground = known.person, known.dossier, PriorityGround.NONE
        planned.append(visit)
    return planned


def _move_early(errands: list[Errand]) -> None:
    """Swap those that must be early from the second half into the first, in place."""
    half = int(len(errands) * _LAST_EARLY)
    free = iter([place for place in range(4, half) if errands[place] not in _EARLY])
    for place in range(half, len(errands)):
        if errands[place] in _EARLY:
            other = next(free)
            errands[place], errands[other] = errands[other], errands[place]


def _ground(number: int, errand: Errand, share: float) -> PriorityGround:
    if errand in (Errand.BIRTH, Errand.MARRIAGE):
        return PriorityGround.PREGNANT_OR_CHILD if number % _GROUND_EVERY == 0 else PriorityGround.NONE
    if number % _AGE_75_EVERY == 0 and share < _LAST_EARLY:
        return PriorityGround.AGE_75
    if number % _GROUND_EVERY == 0:
        return _GROUNDS[number // _GROUND_EVERY % len(_GROUNDS)]
    return PriorityGround.NONE


def _handle(planned: Sequence[Visit], place: Place, at: datetime, pace: float) -> None:
    """Same-day matters go on at once and are given out while the citizen waits; of the land dossiers two are taken."""
    waits = [timedelta(minutes=minutes * pace) for minutes in (8, 16, 24, 32)]
    land = 0
    for visit in planned:
        dossier = visit.dossier
        if dossier is None or dossier.received_at is None:
            continue
        moments = [dossier.received_at + wait for wait in waits]
        reached = sum(moment <= at for moment in moments)
        if visit.letter == "A":
            land += 1
            fate = Fate.TAKEN if land <= 2 and reached else Fate.ACCEPTED
        else:
            fate = Fate(min(reached, _REACH.get(visit.errand, Fate.RETURNED)))
        carry_on(dossier, fate, moments, place)


def _rate(place: Place, at: datetime, pace: float) -> None:
    """Two of three who were served say what it was like, a minute later."""
    done = Ticket.objects.filter(centre=place.centre, day=clock.local_day(at), state=TicketState.DONE)
    for number, ticket in enumerate(done.order_by("finished_at", "id")):
        if number % 3 == 2 or ticket.finished_at is None:
            continue
        score = _SCORES[number % len(_SCORES)]
        comment = _COMMENTS.get(score, "") if number % 4 == 0 else ""
        moment = min(ticket.finished_at + timedelta(minutes=pace), at)
        rate(ticket=ticket, score=score, comment=comment, at=moment)
