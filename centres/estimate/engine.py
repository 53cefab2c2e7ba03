"""Many possible continuations of one day, played at once: each row of every array is one of them.

The rules are those of ``centres.order``, written for whole columns of possible worlds instead of one person at a time; a
property test plays both against each other. Moments are seconds from now.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from centres.enums import Priority
from centres.estimate.records import Bits, Ids, Numbers

NEVER = np.inf
# Beyond every place in time: a class outweighs any moment.
CLASS = 1e7
# Behind everybody: not here, or not to be called by this desk.
LAST = np.int16(32767)
# Seconds after the quickest desk at which the others look.
AFTER = 1e-6
# Steps for which the columns stay as they are.
SWEEP = 32
RETURNING, ORDINARY = int(Priority.RETURNING), int(Priority.ORDINARY)


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
    if not people.ready.size or not desks.free.size:
        return np.full(people.ready.shape, NEVER)
    return _Game(people, desks, pace, cap).run(wanted)


class _Game:
    """Two things happen: somebody comes, or a desk looks for whoever is next.

    A step looks only at those who wait in some run, or come before the next ``_gather``.
    """

    def __init__(self, people: People, desks: Desks, pace: Pace, cap: int | None) -> None:
        self.people, self.desks, self.pace, self.cap = people, desks, pace, cap
        count = people.ready.shape[0]
        self.called = np.full(people.ready.shape, NEVER)
        by_class = people.rank * CLASS + people.place
        in_time = np.where(people.rank == RETURNING, by_class, ORDINARY * CLASS + people.place)
        # The order as whole numbers: small, so that a step looks through them quickly.
        self.order = np.stack([_order(in_time), _order(by_class)])
        self.is_here = people.ready <= 0
        newcomers = np.where(self.is_here, NEVER, people.ready)
        self.coming = newcomers.argsort(axis=1)
        self.comes_at = np.take_along_axis(newcomers, self.coming, axis=1)
        self.comes_at = np.concatenate([self.comes_at, np.full((count, 1), NEVER)], axis=1)
        self.next = np.zeros(count, dtype=np.int64)
        self.is_idle = np.zeros(desks.free.shape, dtype=bool)
        self.free = self._open_from(desks.free)
        self.since = np.tile(desks.since_overtaking, (count, 1))

    def run(self, wanted: Bits | None) -> Numbers:
        free, runs = self.free, np.arange(len(self.free))
        left = None if wanted is None else len(runs) * int(wanted.sum())
        step = 0
        while left is None or left > 0:
            if step % SWEEP == 0:
                self._gather()
            step += 1
            then = self.comes_at[runs, self.next]
            arriving = np.flatnonzero((then <= free.min(axis=1)) & (then < NEVER))
            if len(arriving):
                self._arrive(arriving, then[arriving])
                then = self.comes_at[runs, self.next]
            desk = free.argmin(axis=1)
            now = free[runs, desk]
            looking = np.flatnonzero((then > now) & (now < NEVER))
            if len(looking):
                called = self._look(looking, desk[looking], now[looking])
                if left is not None and wanted is not None:
                    left -= int(np.count_nonzero(wanted[called]))
            elif not len(arriving):
                break
        return self.called

    def _gather(self) -> None:
        """Take up the columns of those who are there, or come in the next steps."""
        soon = self.next[:, None] + np.arange(SWEEP)[None, :]
        soon = np.take_along_axis(self.coming, np.minimum(soon, self.coming.shape[1] - 1), axis=1)
        needed: Bits = np.any(self.is_here, axis=0)
        needed[soon] = True  # at least one column, so that a step has something to look at
        people = self.people
        self.column = np.flatnonzero(needed)
        self.slot = np.cumsum(needed) - 1
        self.keys = np.where(self.is_here[:, self.column], self.order[:, :, self.column], LAST)
        self.rank, self.place = people.rank[self.column], people.place[:, self.column]
        self.can = self.desks.skills[:, people.service[self.column]]
        self.homes = np.flatnonzero(people.home[self.column] >= 0)

    def _arrive(self, rows: Ids, now: Numbers) -> None:
        who = self.coming[rows, self.next[rows]]
        self.next[rows] += 1
        self.is_here[rows, who] = True
        self.keys[:, rows, self.slot[who]] = self.order[:, rows, who]
        # The desks that have nothing to do see it: of those that can, the quickest calls, and the others look after it,
        # for it may have taken somebody else who came meanwhile.
        able: Bits = self.is_idle[rows] & self.desks.skills[:, self.people.service[who]].T
        able = able & (now[:, None] < self.idle_until[rows])
        reaction = np.where(able, self.pace.reaction[rows], NEVER)
        quickest = reaction.argmin(axis=1)
        at, desk = np.nonzero(able)
        if not len(at):
            return
        soon = reaction.min(axis=1)[at] + np.where(desk == quickest[at], 0.0, AFTER)
        self.is_idle[rows[at], desk] = False
        self.free[rows[at], desk] = self._open_from_at(rows[at], desk, now[at] + soon)

    def _look(self, rows: Ids, desk: Ids, now: Numbers) -> Ids:
        """Each of these desks calls whoever is next, or has nothing to do. Returns the columns of the called."""
        able = self.can[desk]
        if len(self.homes):
            able[:, self.homes] &= self._home_lets(rows, desk, now)
        if self.cap is None:
            key = self.keys[1, rows]
        else:
            key = self.keys[(self.since[rows, desk] >= self.cap - 1).astype(np.intp), rows]
        key = np.where(able, key, LAST)
        slot = key.argmin(axis=1)
        found = key[np.arange(len(rows)), slot] < LAST
        if not found.all():
            self._idle(rows[~found], desk[~found], now[~found])
            rows, desk, now, slot, able = rows[found], desk[found], now[found], slot[found], able[found]
        if len(rows):
            self._call(rows, desk, slot, now, able)
        return self.column[slot]

    def _home_lets(self, rows: Ids, desk: Ids, now: Numbers) -> Bits:
        """Kept for another desk only as long as that is open."""
        home = self.people.home[self.column[self.homes]]
        opens, closes = self.desks.opens[rows][:, home], self.desks.closes[rows][:, home]
        is_open = ((opens <= now[:, None, None]) & (closes > now[:, None, None])).any(axis=2)
        result: Bits = (home[None, :] == desk[:, None]) | ~is_open
        return result

    def _call(self, rows: Ids, desk: Ids, slot: Ids, now: Numbers, able: Bits) -> None:
        pace, who = self.pace, self.column[slot]
        self.called[rows, who] = now
        if self.cap is not None:
            self._remember(rows, desk, slot, able, self.cap)
        self.is_here[rows, who] = False
        self.keys[:, rows, slot] = LAST
        service = self.people.service[who]
        hour = ((pace.second_of_day + now) // 3600).astype(np.intp) % 24
        took = pace.level[desk, service, hour] * pace.today[rows, service] * pace.left_over[rows, who]
        turn = pace.turn[desk, hour] * pace.turn_left[rows, who]
        self.free[rows, desk] = self._open_from_at(rows, desk, now + took + turn)

    def _remember(self, rows: Ids, desk: Ids, slot: Ids, able: Bits, cap: int) -> None:
        """Whether each call passed by somebody of a lower class who came earlier."""
        rank = self.rank[slot]
        self.since[rows, desk] += rank != RETURNING
        allowed = self.since[rows, desk] >= cap  # counted already; in turn nobody is passed by
        first = np.flatnonzero((rank != RETURNING) & (rank < ORDINARY) & allowed)
        if not len(first):
            return
        rows, desk, slot, rank = rows[first], desk[first], slot[first], rank[first]
        passed = able[first] & (self.keys[0, rows] < LAST) & (self.rank[None, :] > rank[:, None])
        overtook = (passed & (self.place[rows] < self.place[rows, slot][:, None])).any(axis=1)
        self.since[rows[overtook], desk[overtook]] = 0

    def _idle(self, rows: Ids, desk: Ids, now: Numbers) -> None:
        """Nobody to call: until somebody comes, or until the counter opens again after its next closing."""
        self.is_idle[rows, desk] = True
        self.idle_until[rows, desk] = self.until[rows, desk]
        self.free[rows, desk] = self._open_from_at(rows, desk, self.until[rows, desk])

    def _open_from(self, when: Numbers) -> Numbers:
        self.until = np.full(when.shape, -NEVER)
        self.idle_until = self.until.copy()
        result = when.copy()
        runs = np.arange(len(when))
        for desk in range(when.shape[1]):
            result[:, desk] = self._open_from_at(runs, np.full(len(runs), desk), when[:, desk])
        return result

    def _open_from_at(self, rows: Ids, desk: Ids, when: Numbers) -> Numbers:
        """The first moment from then on at which the desk is open; ``until`` remembers to when it is open from there."""
        closes = self.desks.closes[rows, desk]
        later = closes > when[:, None]
        at = later.argmax(axis=1)
        start = np.maximum(when, self.desks.opens[rows, desk, at])
        opens = later.any(axis=1)
        self.until[rows, desk] = np.where(opens, closes[np.arange(len(rows)), at], NEVER)
        result: Numbers = np.where(opens, start, NEVER)
        return result


def _order(keys: Numbers) -> NDArray[np.int16]:
    """Each row's places in ascending order: 0 for whoever is first."""
    result = np.empty(keys.shape, dtype=np.int16)
    np.put_along_axis(result, keys.argsort(axis=1), np.arange(keys.shape[1], dtype=np.int16)[None, :], axis=1)
    return result
