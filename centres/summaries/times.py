"""The times of one visit, kept apart: waiting, walking, service, parked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from centres.enums import TicketEventKind, TicketState

# What a person does after each kind of event, nothing more after the last ones; other kinds change nothing of it.
_THEN = {
    TicketEventKind.ISSUED.value: "waiting",
    TicketEventKind.CALLED.value: "walking",
    TicketEventKind.RECALLED.value: "walking",
    TicketEventKind.ARRIVED.value: "service",
    TicketEventKind.PARKED.value: "parked",
    TicketEventKind.RETURNED.value: "waiting",
    TicketEventKind.TRANSFERRED.value: "waiting",
    TicketEventKind.NO_SHOW.value: "",
    TicketEventKind.DONE.value: "",
    TicketEventKind.LEFT.value: "",
    TicketEventKind.CLOSED.value: "",
}


@dataclass(frozen=True)
class Moments:
    """What is read of a ticket to count it; one per row of ``centres_ticket``."""

    id: int
    service_id: int
    counter_id: int | None
    letter: str
    ground: str
    state: str
    issued_at: datetime
    called_at: datetime | None
    arrived_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True)
class Times:
    """Whole seconds of each kind, ``None`` where there was none, and the first call. ``jumped``: the call overtook."""

    first_called_at: datetime | None = None
    waiting: int | None = None
    walking: int | None = None
    service: int | None = None
    parked: int | None = None
    jumped: bool = False


def times_of(ticket: Moments, events: Sequence[tuple[str, datetime]]) -> Times:
    """The times of this visit from its events (kind, moment) in order, or from its own moments where it has none.

    Every span between two events counts for what the person did in it; waiting ends with the first call, and time set
    aside before it (a held place) is none. A time is known only once somebody was called (waiting), came (walking), or
    was served (service).
    """
    steps = list(events) or _own_moments(ticket)
    spent = {"waiting": 0.0, "walking": 0.0, "service": 0.0, "parked": 0.0}
    doing, since, first_called, came = "", ticket.issued_at, None, False
    for kind, at in steps:
        if doing and not (doing == "waiting" and first_called):
            spent[doing] += max(0.0, (at - since).total_seconds())
        if kind == TicketEventKind.CALLED and first_called is None:
            first_called = at
        came = came or kind == TicketEventKind.ARRIVED
        doing, since = _THEN.get(kind, doing), at
    served = ticket.state == TicketState.DONE
    return Times(
        first_called_at=first_called,
        waiting=round(spent["waiting"]) if first_called else None,
        walking=round(spent["walking"]) if came else None,
        service=round(spent["service"]) if served and came else None,
        parked=round(spent["parked"]) if served and spent["parked"] else None,
    )


def _own_moments(ticket: Moments) -> list[tuple[str, datetime]]:
    kinds = (
        (TicketEventKind.ISSUED, ticket.issued_at),
        (TicketEventKind.CALLED, ticket.called_at),
        (TicketEventKind.ARRIVED, ticket.arrived_at),
        (TicketEventKind.DONE, ticket.finished_at),
    )
    return [(kind, at) for kind, at in kinds if at is not None]
