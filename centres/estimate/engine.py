"""Many possible continuations of one day, played at once: each row of every array is one of them.

The rules are those of ``centres.order``, written for whole columns of possible worlds instead of one person at a time; a
property test plays both against each other. Moments are seconds from now.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from centres.enums import Priority
from centres.estimate.records import Ids, Numbers

NEVER = np.inf
# Beyond every place in time: a class outweighs any moment.
CLASS = 1e7
# Behind everybody: called already, or not to be called by this desk.
LAST = np.int16(32767)
RETURNING, ORDINARY = int(Priority.RETURNING), int(Priority.ORDINARY)
Bits = NDArray[np.bool_]


@dataclass(frozen=True)
class People:
    """Those who wait and those who may come: columns. ``ready``, ``place``: by run and column."""

    service: Ids
    rank: Ids
    place: Numbers
    ready: Numbers
    home: Ids
    """The desk (by its column) they come back to; -1 for none."""


@dataclass(frozen=True)
class Desks:
    """Counters: columns. ``opens``, ``closes``: by run, desk and spell; ``free``: by run and desk, when first free."""

    skills: Bits
    opens: Numbers
    closes: Numbers
    free: Numbers
    since_overtaking: Ids
    """Calls since the last that overtook, as far as the cap looks."""


@dataclass(frozen=True)
class Pace:
    """``level``: seconds a call keeps a desk by desk, service and hour; ``turn``: by desk and hour.

    ``today``: factor by run and service; ``left_over``, ``turn_left``: factors by run and person; ``reaction``: seconds.
    """

    level: Numbers
    turn: Numbers
    today: Numbers
    left_over: Numbers
    turn_left: Numbers
    reaction: Numbers
    second_of_day: float


def play(people: People, desks: Desks, pace: Pace, cap: int | None, wanted: Bits | None = None) -> Numbers:
    """When each person is called, by run and column; ``NEVER`` where not at all. Ends once all ``wanted`` are called."""
    return _Game(people, desks, pace, cap).run(wanted)


class _Game:
    def __init__(self, people: People, desks: Desks, pace: Pace, cap: int | None) -> None:
        self.people, self.desks, self.pace, self.cap = people, desks, pace, cap
        count = people.ready.shape[0]
        self.runs = np.arange(count)
        self.called = np.full(people.ready.shape, NEVER)
        back = people.rank == RETURNING
        by_class = people.rank * CLASS + people.place
        in_time = np.where(back, people.rank * CLASS, ORDINARY * CLASS) + people.place
        # The order as whole numbers: small, so that a step looks through them quickly. Called people are put last.
        self.keys = np.stack([_order(in_time), _order(by_class)])
        self.can = desks.skills[:, people.service]
        self.homes = np.flatnonzero(people.home >= 0)
        self.soon = np.flatnonzero((people.ready > 0).any(axis=0))
        self.ready = people.ready[:, self.soon].copy()
        self.can_soon = self.can[:, self.soon].copy()
        self.soon_at = np.full(len(people.service), -1)
        self.soon_at[self.soon] = np.arange(len(self.soon))
        self.free = self._open_from(desks.free)
        self.since = np.tile(desks.since_overtaking, (count, 1))

    def run(self, wanted: Bits | None) -> Numbers:
        runs, free = self.runs, self.free
        left = None if wanted is None else len(runs) * int(wanted.sum())
        while left is None or left > 0:
            desk = free.argmin(axis=1)
            now = free[runs, desk]
            going = now < NEVER
            if not going.any():
                break
            choice, found = self._choose(desk, now)
            rows = np.flatnonzero(found & going)
            if len(rows):
                self._call(rows, desk[rows], choice[rows], now[rows])
                if left is not None and wanted is not None:
                    left -= int(np.count_nonzero(wanted[choice[rows]]))
            if len(rows) < len(runs):
                idle = np.flatnonzero(going & ~found)
                self._wait_for_somebody(idle, desk[idle], now[idle])
        return self.called

    def _choose(self, desk: Ids, now: Numbers) -> tuple[Ids, Bits]:
        able = self.can[desk]
        if len(self.soon):
            able[:, self.soon] &= self.ready <= now[:, None]
        if len(self.homes):
            able[:, self.homes] &= self._home_lets(desk, now)
        self.able = able
        if self.cap is None:
            key = self.keys[1]
        else:
            key = self.keys[(self.since[self.runs, desk] >= self.cap - 1).astype(np.intp), self.runs]
        key = np.where(able, key, LAST)
        choice = key.argmin(axis=1)
        return choice, key[self.runs, choice] < LAST

    def _home_lets(self, desk: Ids, now: Numbers) -> Bits:
        """Kept for another desk only as long as that is open."""
        home = self.people.home[self.homes]
        opens, closes = self.desks.opens[:, home], self.desks.closes[:, home]
        is_open = ((opens <= now[:, None, None]) & (closes > now[:, None, None])).any(axis=2)
        result: Bits = (home[None, :] == desk[:, None]) | ~is_open
        return result

    def _call(self, rows: Ids, desk: Ids, who: Ids, now: Numbers) -> None:
        people, pace = self.people, self.pace
        self.called[rows, who] = now
        self._remember(rows, desk, who)
        self.keys[:, rows, who] = LAST
        newcomer = self.soon_at[who]
        there = np.flatnonzero(newcomer >= 0)
        self.ready[rows[there], newcomer[there]] = NEVER
        service = people.service[who]
        hour = ((pace.second_of_day + now) // 3600).astype(np.intp) % 24
        took = pace.level[desk, service, hour] * pace.today[rows, service] * pace.left_over[rows, who]
        turn = pace.turn[desk, hour] * pace.turn_left[rows, who]
        self.free[rows, desk] = self._open_from_at(rows, desk, now + took + turn)

    def _remember(self, rows: Ids, desk: Ids, who: Ids) -> None:
        """Whether each call passed by somebody of a lower class who came earlier."""
        if self.cap is None:
            return
        people = self.people
        rank = people.rank[who]
        self.since[rows, desk] += rank != RETURNING
        first = np.flatnonzero((rank != RETURNING) & (rank < ORDINARY))
        if not len(first):
            return
        rows, desk, who, rank = rows[first], desk[first], who[first], rank[first]
        place = people.place[rows, who]
        passed = self.able[rows] & (self.keys[0, rows] < LAST) & (people.rank[None, :] > rank[:, None])
        overtook = (passed & (people.place[rows] < place[:, None])).any(axis=1)
        self.since[rows[overtook], desk[overtook]] = 0

    def _wait_for_somebody(self, rows: Ids, desk: Ids, now: Numbers) -> None:
        """A desk with nobody to call sleeps until the next person it can serve comes."""
        if not len(self.soon) or not len(rows):
            self.free[rows, desk] = NEVER
            return
        ready = self.ready[rows]
        ready = np.where(self.can_soon[desk] & (ready > now[:, None]), ready, NEVER)
        when = ready.min(axis=1) + self.pace.reaction[rows, desk]
        self.free[rows, desk] = self._open_from_at(rows, desk, when)

    def _open_from(self, when: Numbers) -> Numbers:
        result = when.copy()
        for desk in range(when.shape[1]):
            result[:, desk] = self._open_from_at(self.runs, np.full(len(self.runs), desk), when[:, desk])
        return result

    def _open_from_at(self, rows: Ids, desk: Ids, when: Numbers) -> Numbers:
        """The first moment from then on at which the desk is open."""
        later = self.desks.closes[rows, desk] > when[:, None]
        at = later.argmax(axis=1)
        start = np.maximum(when, self.desks.opens[rows, desk, at])
        result: Numbers = np.where(later.any(axis=1), start, NEVER)
        return result


def _order(keys: Numbers) -> NDArray[np.int16]:
    """Each row's places in ascending order: 0 for whoever is first."""
    result = np.empty(keys.shape, dtype=np.int16)
    np.put_along_axis(result, keys.argsort(axis=1), np.arange(keys.shape[1], dtype=np.int16)[None, :], axis=1)
    return result
