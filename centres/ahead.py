"""How many are called before somebody, the same on every page that says it: the rule of the queue played on from now.

The hall is counted once for everybody, and again when it has changed: what is kept names the version of the queue that it
was counted at. A handful of statements for the first page after a change, none for the others.
"""

from __future__ import annotations

from datetime import datetime

from centres.enums import TicketState
from centres.estimate.seen import hall_now
from centres.models import Centre, Ticket
from centres.soon import ahead_of_each
from portal import clock, live, shared

# A version is new after a minute anyway.
SECONDS = 60


def people_ahead(ticket: Ticket, at: datetime) -> int:
    """How many are called before this ticket at counters that could call it; 0 for one that does not wait today."""
    if ticket.state != TicketState.WAITING or ticket.day != clock.local_day(at):
        return 0
    # Read before the count: what changes meanwhile is counted again.
    mark = (live.version(f"queue:{ticket.centre_id}"), ticket.day)
    kept: tuple[object, dict[int, int]] | None = shared.recall(_key(ticket.centre_id))
    # A number just drawn may be missing while its change is not told yet.
    if kept is None or kept[0] != mark or ticket.pk not in kept[1]:
        kept = mark, everybody_ahead(ticket.centre, at)
        shared.keep(_key(ticket.centre_id), kept, SECONDS)
    return kept[1].get(ticket.pk, 0)


def everybody_ahead(centre: Centre, at: datetime) -> dict[int, int]:
    """By ticket of everybody who waits."""
    hall = hall_now(centre, at)
    return ahead_of_each(hall, {place.service_id for place in hall.waiting}, len(hall.waiting))


def _key(centre_id: int) -> str:
    return f"ahead:{centre_id}"
