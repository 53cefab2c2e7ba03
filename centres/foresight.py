"""What will go wrong soon if nothing changes: a rule over the last half hour, without a database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

# House rules; the law names none. A wait past this is to be prevented, and this far ahead is soon enough to act.
TOO_LONG = timedelta(minutes=45)
AHEAD = timedelta(minutes=60)
WINDOW = timedelta(minutes=30)
# Fewer calls than this in the window say nothing about the pace.
FEWEST_CALLS = 3
MOST_MORE = 5


@dataclass(frozen=True)
class Flow:
    """One service now: who waits, and who came and was called in the last ``WINDOW``."""

    waiting: int
    arrivals: int
    calls: int
    open_counters: int


@dataclass(frozen=True)
class Foresight:
    """Somebody who comes ``in_time`` from now will wait too long, unless ``more`` counters are opened."""

    in_time: timedelta
    more: int


def foresee(flow: Flow, too_long: timedelta = TOO_LONG, ahead: timedelta = AHEAD) -> Foresight | None:
    """When the wait of a newcomer passes ``too_long``, if people go on coming and being called as in the window.

    A newcomer waits for the queue divided by the pace of calls; the queue changes by arrivals less calls. None when
    that does not happen within ``ahead``, and where the pace is not known (nobody there, or too few calls).
    """
    if not flow.open_counters or flow.calls < FEWEST_CALLS:
        return None
    coming, leaving = flow.arrivals / WINDOW.total_seconds(), flow.calls / WINDOW.total_seconds()
    limit = too_long.total_seconds()
    short_of = limit * leaving - flow.waiting
    if short_of <= 0:
        seconds = 0.0
    elif coming > leaving:
        seconds = short_of / (coming - leaving)
    else:
        return None
    if seconds > ahead.total_seconds():
        return None
    return Foresight(timedelta(seconds=seconds), _more(flow, coming, leaving, limit, ahead.total_seconds()))


def _more(flow: Flow, coming: float, leaving: float, limit: float, ahead: float) -> int:
    """The fewest further counters, each as quick as those open, with which the wait is short enough in the end."""
    for more in range(1, MOST_MORE):
        pace = leaving * (1 + more / flow.open_counters)
        if flow.waiting + (coming - pace) * ahead <= limit * pace:
            return more
    return MOST_MORE
