"""Who is next, as a rule without a database: what ``call_next`` asks in SQL, simulations ask here.

People are called by class, then by their place in time. A cap keeps ordinary people moving: of so many calls running at
one counter, at most one goes to somebody who overtakes a person who came before them. Whoever was already at a counter
and comes back to it (a certified copy is ready) is called there first and counts for nothing in the cap.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from centres.enums import Priority


@dataclass(frozen=True)
class Place:
    """Somebody who waits. ``rank`` is a ``Priority``; ``counter_id`` the counter they come back to, if any."""

    ticket_id: int
    service_id: int
    rank: int
    queue_at: datetime
    counter_id: int | None = None

    @property
    def is_return(self) -> bool:
        return self.rank == Priority.RETURNING

    @property
    def in_time(self) -> tuple[datetime, int]:
        return self.queue_at, self.ticket_id


def may_overtake(recent: Sequence[bool], cap: int | None) -> bool:
    """Whether a counter's next call may overtake. ``recent`` says of its calls, newest first and without returns, whether
    each overtook; ``cap`` 3 means at most one in three, ``None`` no cap."""
    return cap is None or not any(recent[: cap - 1])


def reachable(
    waiting: Iterable[Place], counter_id: int, services: Collection[int], open_counters: Collection[int]
) -> list[Place]:
    """Those whom this counter may call: of its services, and not kept for another counter that is open."""
    return [
        place
        for place in waiting
        if place.service_id in services
        and (place.counter_id is None or place.counter_id == counter_id or place.counter_id not in open_counters)
    ]


def next_in_line(reachable: Iterable[Place], *, overtaking: bool) -> Place | None:
    """The person to be called. Without ``overtaking`` everybody but those who come back is called in time."""

    def order(place: Place) -> tuple[int, datetime, int]:
        rank = place.rank if overtaking or place.is_return else Priority.ORDINARY
        return rank, *place.in_time

    return min(reachable, key=order, default=None)


def overtakes(chosen: Place, reachable: Iterable[Place]) -> bool:
    """Whether this call passes by somebody of a lower class who came earlier; a return never does."""
    return not chosen.is_return and any(
        other.rank > chosen.rank and other.in_time < chosen.in_time for other in reachable
    )
