"""Whether the range of a wait is worth what it says: a generated month, estimated as each number is drawn.

``coverage_pct``: how many of 100 waits lay in the range given when the number was drawn (60 are meant to);
``coverage_worst_hour_pct``: the same in the hour of the day that is farthest from 60; ``error_gain_pct``: by how much the
median absolute error is smaller than that of the static formula (people ahead × mean service ÷ open counters).

The first ``LEARNING`` days are only learned from; of the ``MEASURED`` days after them every ``EVERY``-th number is
estimated, which takes two minutes on two quiet cores; BENCH_EVERY=4 takes five and is finer. An hour counts by when the
number was drawn, and counts where at least ``FEWEST`` waits began in it: 60 % of 100 is 60 ± 5 in two of three tries by
chance alone, were they independent, and the waits of one hour of one day are not.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import mean, median
from time import perf_counter

from bench.hall_month import CAP, OPENING, Branch, Day, Event
from bench.report import chance, figure
from centres import order
from centres.enums import Priority
from centres.estimate.calibrate import Calibration, Score, score
from centres.estimate.hall import Desk, Hall
from centres.estimate.learn import learn, with_today
from centres.estimate.records import Call, DayRecord, Drawn
from centres.estimate.waits import Range, ranges
from centres.order import Place
from portal.clock import HANOI

LEARNING = int(os.environ.get("BENCH_LEARNING", "10"))
MEASURED = int(os.environ.get("BENCH_MEASURED", "22"))
EVERY = int(os.environ.get("BENCH_EVERY", "10"))
FEWEST = int(os.environ.get("BENCH_FEWEST", "100"))
# How often today's pace is looked at anew.
PACE_SECONDS = 300
# Days whose calls are learned from.
REMEMBERED = 20
RANKS = {-1: Priority.RETURNING, 0: Priority.FIRST, 1: Priority.PRIORITY, 2: Priority.ORDINARY}
FIRST_DAY = datetime(2026, 3, 2, tzinfo=HANOI)


@dataclass
class Seat:
    """A counter as the portal knows it."""

    services: frozenset[int]
    is_open: bool = False
    since: float | None = None
    ticket: int = 0
    service: int = 0
    called_at: float = 0.0
    ready_at: float = 0.0
    freed_at: float | None = None
    recent: list[bool] = field(default_factory=list)
    spells: list[tuple[float, float]] = field(default_factory=list)


@dataclass
class Given:
    """An estimate, and what came: when the person was called, and how long after the drawing."""

    day: int
    at: float
    played: Range
    static: float
    came: float
    shown: Range | None = None

    @property
    def hour(self) -> int:
        return int(self.at // 3600)

    @property
    def score(self) -> Score:
        return Score(self.day, self.hour, score(self.played, self.came), self.is_inside)

    @property
    def is_inside(self) -> bool:
        return self.shown is not None and self.shown.low <= self.came <= self.shown.high


class Portal:
    """One day as the portal sees it, event by event."""

    def __init__(self, day: int, skills: dict[int, list[int]]) -> None:
        self.day = day
        self.midnight = FIRST_DAY + timedelta(days=day // 5 * 7 + day % 5)
        self.seats = {counter: Seat(frozenset(services)) for counter, services in skills.items()}
        self.waiting: dict[int, Place] = {}
        self.ready: dict[int, float] = {}
        self.place: dict[int, tuple[float, Priority]] = {}
        self.calls: list[Call] = []
        self.drawn: list[Drawn] = []

    def see(self, event: Event) -> None:
        getattr(self, f"_{event.kind}")(event)

    def hall(self, at: float) -> Hall:
        desks = tuple(
            Desk(
                counter,
                seat.services,
                seat.is_open,
                since=self.moment(seat.since) if seat.since is not None else None,
                who=counter,
                serving=seat.service if seat.ticket else None,
                called_at=self.moment(seat.called_at) if seat.ticket else None,
                freed_at=self.moment(seat.freed_at) if seat.freed_at is not None and not seat.ticket else None,
                calm=next((calls for calls, overtook in enumerate(reversed(seat.recent)) if overtook), None),
            )
            for counter, seat in self.seats.items()
        )
        hours = tuple((self.moment(start), self.moment(end)) for start, end in OPENING)
        return Hall(self.moment(at), tuple(self.waiting.values()), desks, CAP, hours)

    def record(self) -> DayRecord:
        spells = {counter: tuple(seat.spells) for counter, seat in self.seats.items()}
        return DayRecord(self.day, self.calls, self.drawn, spells)

    def moment(self, at: float) -> datetime:
        return self.midnight + timedelta(seconds=at)

    def static(self, ticket: int, service_time: float) -> float:
        """People ahead × mean service ÷ open counters."""
        mine = self.waiting[ticket]
        ahead = sum(
            place.service_id == mine.service_id and (place.rank, *place.in_time) < (mine.rank, *mine.in_time)
            for place in self.waiting.values()
        )
        return (
            ahead * service_time / max(1, sum(s.is_open and mine.service_id in s.services for s in self.seats.values()))
        )

    def _wait(self, event: Event, rank: Priority, place: float, counter: int | None = None) -> None:
        self.place[event.ticket] = (place, rank)
        self.ready[event.ticket] = event.at
        self.waiting[event.ticket] = Place(event.ticket, event.service, rank, self.moment(place), counter)

    def _draw(self, event: Event) -> None:
        rank = RANKS[event.rank]
        self.drawn.append(Drawn(event.service, rank, event.at))
        self._wait(event, rank, event.at)

    def _back(self, event: Event) -> None:
        self._wait(event, Priority.RETURNING, self.place[event.ticket][0], event.counter)

    def _transfer(self, event: Event) -> None:
        self._freed(event)
        self._wait(event, RANKS[event.rank], self.place[event.ticket][0])

    def _leave(self, event: Event) -> None:
        self.waiting.pop(event.ticket, None)

    def _call(self, event: Event) -> None:
        seat = self.seats[event.counter]
        opened = [counter for counter, each in self.seats.items() if each.is_open]
        there = order.reachable(self.waiting.values(), event.counter, seat.services, opened)
        place = self.waiting.pop(event.ticket)
        if not place.is_return:
            seat.recent.append(order.overtakes(place, there))
        seat.ticket, seat.service, seat.called_at = event.ticket, event.service, event.at
        seat.ready_at = self.ready[event.ticket]

    def _arrive(self, event: Event) -> None:
        pass

    def _freed(self, event: Event) -> None:
        seat = self.seats[event.counter]
        self.calls.append(Call(seat.service, event.counter, event.counter, seat.ready_at, seat.called_at, event.at))
        seat.ticket, seat.freed_at = 0, event.at

    _finish = _no_show = _park = _freed

    def _open(self, event: Event) -> None:
        seat = self.seats[event.counter]
        seat.is_open, seat.since = True, event.at

    def _close(self, event: Event) -> None:
        seat = self.seats[event.counter]
        if seat.is_open and seat.since is not None:
            seat.spells.append((seat.since, event.at))
        seat.is_open, seat.since = False, event.at

    _pause = _close


@dataclass
class Played:
    """The ranges of a day as played, before anything is known of what earlier ones were worth."""

    given: list[Given]
    seconds: list[float]
    waiting: list[int]


def play_day(day: Day, skills: dict[int, list[int]], records: list[DayRecord]) -> Played:
    """Every ``EVERY``-th number of the day, estimated as it is drawn from what was known then."""
    portal = Portal(day.number, skills)
    learned, looked = learn(records), -float(PACE_SECONDS)
    services = {service: _mean_seconds(records, service) for service in learned.services}
    played = Played([], [], [])
    for event in day.events:
        portal.see(event)
        if event.kind != "draw" or event.ticket % EVERY or event.service not in learned.services:
            continue
        if event.at - looked > PACE_SECONDS:
            learned, looked = replace(learned, pace=with_today(learned, portal.calls)), event.at
        began = perf_counter()
        found = ranges(portal.hall(event.at), learned, {event.ticket}, seed=event.ticket)[event.ticket]
        played.seconds.append(perf_counter() - began)
        played.waiting.append(len(portal.waiting))
        came = day.waits.get(event.ticket)
        if found is not None and came is not None:
            static = portal.static(event.ticket, services[event.service])
            played.given.append(Given(day.number, event.at, found, static, came))
    return played


def show(given: list[Given], scores: list[Score]) -> None:
    """One day's ranges as people saw them: each with the scores of those that had come true by then."""
    coming = sorted(given, key=lambda each: each.at + each.came)
    calibration, looked, settled = Calibration(scores), -float(PACE_SECONDS), 0
    for each in given:
        if each.at - looked > PACE_SECONDS:
            while settled < len(coming) and coming[settled].at + coming[settled].came < each.at:
                done = coming[settled]
                scores.append(done.score)
                settled += 1
            calibration, looked = Calibration(scores), each.at
        each.shown = calibration.apply(each.played, each.day, each.hour)
    scores += [each.score for each in coming[settled:]]


def _mean_seconds(records: list[DayRecord], service: int) -> float:
    return mean(c.freed_at - c.called_at for record in records for c in record.calls if c.service == service)


def main() -> None:
    given, played = play_month()
    hours = coverage_by_hour(given)
    worst = max(hours.values(), key=lambda value: abs(value - 60), default=0.0)
    error, static = errors(given)
    print(
        f"{len(given)} waits estimated on {MEASURED} days. By hour: {hours}. Median absolute error {error:.0f} s,"
        f" of the static formula {static:.0f} s. One estimate takes {median(played.seconds) * 1000:.0f} ms with"
        f" {median(played.waiting):.0f} people waiting.", file=sys.stderr
    )  # fmt: skip
    figure("estimate", "coverage_pct", 100 * mean(each.is_inside for each in given), "%")
    figure("estimate", "coverage_worst_hour_pct", worst, "%")
    figure("estimate", "error_gain_pct", 100 * (1 - error / static), "%")


def play_month() -> tuple[list[Given], Played]:
    """The measured estimates; the days are played side by side, for what is learned of a day needs no estimate."""
    branch = Branch(chance())
    days = list(branch.days(LEARNING + MEASURED))
    records = [_record(day, branch.skills()) for day in days]
    # Before that nobody would show a range: see ``learn.ENOUGH`` and what the first days are worth.
    tasks = [(day, branch.skills(), records[max(0, day.number - REMEMBERED) : day.number]) for day in days[2:]]
    with multiprocessing.get_context("fork").Pool(min(2, os.cpu_count() or 1)) as pool:
        played = pool.starmap(play_day, tasks, chunksize=1)
    scores: list[Score] = []
    for each in played:
        show(each.given, scores)
    given = [each for day in played for each in day.given if each.day >= LEARNING]
    seconds = [taken for day in played for taken in day.seconds]
    return given, Played(given, seconds, [count for day in played for count in day.waiting])


def _record(day: Day, skills: dict[int, list[int]]) -> DayRecord:
    portal = Portal(day.number, skills)
    for event in day.events:
        portal.see(event)
    return portal.record()


def errors(given: list[Given]) -> tuple[float, float]:
    """Median absolute errors in seconds: of the middle of the range, and of the static formula."""
    mine = median(abs((each.shown.low + each.shown.high) / 2 - each.came) for each in given if each.shown)
    return mine, median(abs(each.static - each.came) for each in given)


def coverage_by_hour(given: list[Given]) -> dict[int, float]:
    """Per cent inside, of every hour with enough waits."""
    hours: dict[int, list[bool]] = defaultdict(list)
    for each in given:
        hours[each.hour].append(each.is_inside)
    return {hour: round(100 * mean(inside), 1) for hour, inside in sorted(hours.items()) if len(inside) >= FEWEST}
