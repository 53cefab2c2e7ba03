"""The rules of the queue on a day, as each process has them in memory: no SQL once warm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from centres.enums import Priority, PriorityGround
from centres.models import QueuePolicy
from centres.models.policy import MARK
from centres.policy_file import read_policies
from procedures.revisions import Memory

_memory = Memory(MARK)


@dataclass(frozen=True)
class Policy:
    """One row in force. ``cap`` 3: of three calls running at a counter at most one overtakes; ``None``: no limit."""

    classes: Mapping[str, int]
    cap: int | None
    recalls: int
    walk: timedelta  # to come after the last call
    grace: timedelta
    hold: timedelta
    closing: timedelta
    calls_itself: bool
    holds: Sequence[timedelta]  # that are offered, shortest first; ``hold`` may be less
    long_wait: timedelta  # waited or foreseen: one meaning everywhere
    soon: timedelta  # a long wait within this is urgent
    ahead: timedelta  # how far long waits are looked for
    pace: timedelta  # time before now in which comings and calls are counted, to look ahead
    idle: timedelta  # a counter free for so long while people wait

    def rank_of(self, ground: str) -> Priority:
        """The class that a ground gives; in turn where the policy does not name it."""
        return Priority(self.classes.get(PriorityGround(ground).value, Priority.ORDINARY))


def policy_on(centre_id: int | None, day: date) -> Policy:
    """The centre's own policy on this day, else the city's (``centre_id`` ``None`` asks for that one).

    A city that has no row for the day goes by the file that comes with the portal.
    """
    policies: dict[tuple[int | None, date], Policy] = _memory.get("policies", dict)
    found = policies.get((centre_id, day))
    if found is None:
        found = policies[centre_id, day] = _find(_memory.get("rows", _read), centre_id, day)
    return found


def _read() -> list[QueuePolicy]:
    return list(QueuePolicy.objects.all())


def _find(rows: Iterable[QueuePolicy], centre_id: int | None, day: date) -> Policy:
    in_force = [row for row in rows if row.valid_from <= day and (row.valid_to is None or row.valid_to >= day)]
    own = next((row for row in in_force if row.centre_id == centre_id), None)
    city = own or next((row for row in in_force if row.centre_id is None), None)
    if city is None:
        shipped = [row for row in read_policies() if row.centre_id is None]
        city = next((row for row in reversed(shipped) if row.valid_from <= day), shipped[0])
    return Policy(
        classes=city.classes,
        cap=city.cap if city.cap > 1 else None,
        recalls=city.recalls,
        walk=timedelta(seconds=city.walk_seconds),
        grace=timedelta(minutes=city.grace_minutes),
        hold=timedelta(minutes=city.hold_minutes),
        closing=timedelta(minutes=city.closing_minutes),
        calls_itself=city.calls_itself,
        holds=[timedelta(minutes=minutes) for minutes in sorted(city.hold_choices)],
        long_wait=timedelta(minutes=city.long_wait_minutes),
        soon=timedelta(minutes=city.soon_minutes),
        ahead=timedelta(minutes=city.ahead_minutes),
        pace=timedelta(minutes=city.pace_minutes),
        idle=timedelta(minutes=city.idle_minutes),
    )
