"""How many are called before somebody, the same on every page that says it: the rule of the queue played on from now.

The hall is counted once for everybody, and again when it has changed: what is kept names the version of the queue that it
was counted at. A handful of statements for the first page after a change, none for the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from centres.enums import Priority, TicketState
from centres.estimate.hall import Hall
from centres.estimate.seen import hall_now
from centres.models import Centre, Ticket
from centres.order import Place
from centres.soon import ahead_of_each, ahead_of_newcomer
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


@dataclass(frozen=True)
class Coming:
    """What an ordinary newcomer of a service would find: how many are called before, and whether a counter that does it
    is open and has nobody."""

    ahead: int
    has_free_counter: bool


def with_coming(services: list[Any], centre: Centre, at: datetime) -> list[Any]:
    """The same services, each with ``coming``; the hall is counted again only when the queue has changed."""
    mark = (live.version(f"queue:{centre.pk}"), clock.local_day(at))
    kept: tuple[object, dict[int, Coming]] | None = shared.recall(_key_of_coming(centre.pk))
    if kept is None or kept[0] != mark or any(service.pk not in kept[1] for service in services):
        hall = hall_now(centre, at)
        kept = mark, {service.pk: _coming(hall, service.pk) for service in services}
        shared.keep(_key_of_coming(centre.pk), kept, SECONDS)
    for service in services:
        service.coming = kept[1][service.pk]
    return services


def _coming(hall: Hall, service_id: int) -> Coming:
    last = max((place.ticket_id for place in hall.waiting), default=0)
    newcomer = Place(last + 1, service_id, Priority.ORDINARY, hall.at)
    free = any(desk.is_open and desk.serving is None and service_id in desk.services for desk in hall.desks)
    return Coming(ahead_of_newcomer(hall, newcomer) or 0, free)


def _key(centre_id: int) -> str:
    return f"ahead:{centre_id}"


def _key_of_coming(centre_id: int) -> str:
    return f"ahead.coming:{centre_id}"
