"""What will go wrong soon if nothing changes: a rule over what just happened, without a database.

How far it looks, over what time it counts and which wait is long are the centre's policy (``centres.policy``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

# Bounds of the sum, not of the service: fewer calls say nothing about the pace, and more counters are not asked for.
FEWEST_CALLS = 3
MOST_MORE = 5


@dataclass(frozen=True)
class Flow:
    """One service now: who waits, and who came and was called in the ``window`` before.

    ``counter_time``: for how long its counters were open in the window with somebody to serve, added up; ``None`` says
    that those open now were so all the while. Before the doors opened, over noon, at a counter that was closed and while
    nobody waited nobody could be called.
    """

    waiting: int
    arrivals: int
    calls: int
    open_counters: int
    window: timedelta
    counter_time: timedelta | None = None

    @property
    def pace(self) -> float | None:
        """Calls a second of the counters that are open now, each as quick as one was in the window."""
        spent = self.window * self.open_counters if self.counter_time is None else self.counter_time
        return self.calls * self.open_counters / spent.total_seconds() if spent else None


@dataclass(frozen=True)
class Foresight:
    """Somebody who comes ``in_time`` from now will wait too long, unless ``more`` counters are opened."""

    in_time: timedelta
    more: int


def foresee(flow: Flow, long_wait: timedelta, ahead: timedelta) -> Foresight | None:
    """When the wait of a newcomer passes ``long_wait``, if people go on coming and being called as in the window.

    A newcomer waits for the queue divided by the pace of calls; the queue changes by arrivals less calls. None when
    that does not happen within ``ahead``, and where the pace is not known (nobody there, or too few calls).
    """
    coming, leaving = flow.arrivals / flow.window.total_seconds(), flow.pace
    if not flow.open_counters or flow.calls < FEWEST_CALLS or leaving is None:
        return None
    limit = long_wait.total_seconds()
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
