"""What people may expect now: one forecast of the whole hall, shared by every page that shows a wait.

A worker makes it twice a minute for every centre that is open; pages only read it from the cache, so that no poll, no
drawing and no call waits for it. A number drawn in between takes the wait that the forecast has for a newcomer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from centres.enums import Priority
from centres.estimate.hall import Hall
from centres.estimate.memory import Known, known
from centres.estimate.seen import hall_now
from centres.estimate.waits import Range, ranges
from centres.estimate.words import Shown
from centres.models import Centre, Ticket
from centres.order import Place
from centres.soon import ahead_of_each, ahead_of_newcomer
from portal import clock, shared

# A forecast older than this is no longer told: the worker that makes them has stopped.
OLD = timedelta(minutes=3)
# Who comes next of the classes that a newcomer can have.
CLASSES = (Priority.FIRST, Priority.PRIORITY, Priority.ORDINARY)


@dataclass(frozen=True)
class Wait:
    """A range as it is shown, and as it was played, and how many are called before one at counters that could call one."""

    shown: Range
    played: Range
    ahead: int

    def since(self, elapsed: float) -> Wait:
        """The same some seconds later, where nothing new is known."""
        left = (max(0.0, each - elapsed) for each in (self.shown.low, self.shown.middle, self.shown.high))
        return replace(self, shown=Range(*left))


@dataclass(frozen=True)
class Forecast:
    """By ticket, and by (service, class) for somebody who would come now. Who is missing has no range yet."""

    at: datetime
    tickets: dict[int, Wait]
    newcomers: dict[tuple[int, int], Wait]

    def of(self, ticket: Ticket, at: datetime) -> Wait | None:
        found = self.tickets.get(ticket.pk)
        return found.since((at - self.at).total_seconds()) if found else None

    def newcomer(self, service_id: int, rank: int = Priority.ORDINARY) -> Wait | None:
        return self.newcomers.get((service_id, rank))

    @property
    def words(self) -> tuple[dict[int, tuple[int, int]], dict[tuple[int, int], tuple[int, int]]]:
        """Everything that pages show of it, in rounded seconds: where this is the same, nobody needs to look again."""
        tickets = {key: self._read(wait) for key, wait in self.tickets.items()}
        return tickets, {key: self._read(wait) for key, wait in self.newcomers.items()}

    def _read(self, wait: Wait) -> tuple[int, int]:
        shown = Shown.of(wait.shown, self.at)
        return shown.low_s, shown.high_s

    def shown(self, service_id: int) -> Shown | None:
        """The wait of an ordinary newcomer in words."""
        found = self.newcomer(service_id)
        return Shown.of(found.shown, self.at) if found else None


def forecast(centre_id: int, at: datetime) -> Forecast:
    """The present forecast, from the cache alone; an empty one where none is young enough."""
    kept: Forecast | None = shared.recall(_key(centre_id))
    if kept is None or not kept.at <= at < kept.at + OLD:
        return Forecast(at, {}, {})
    return kept


def renew(centre: Centre, at: datetime) -> Forecast:
    """Make the forecast anew for everybody who reads it; half a minute later it is made again."""
    made = make(centre, at)
    shared.keep(_key(centre.pk), made, OLD.seconds)
    return made


def _key(centre_id: int) -> str:
    return f"waits:{centre_id}"


def make(centre: Centre, at: datetime) -> Forecast:
    """Play the hall forward, for everybody who waits and for whoever would come now."""
    memory = known(centre, at)
    hall = hall_now(centre, at)
    services = sorted({service for desk in hall.desks for service in desk.services} & memory.learned.services)
    if not services:
        return Forecast(at, {}, {})
    found: dict[int, Range | None] = {}
    last = max((place.ticket_id for place in hall.waiting), default=0)
    newcomers: dict[tuple[int, int], Place] = {}
    for rank in CLASSES:
        places = {
            (service, int(rank)): Place(last + 1 + number, service, rank, at) for number, service in enumerate(services)
        }
        newcomers |= places
        last += len(places)
        # Everybody together with the last class; the others by themselves, for they are soon called.
        together = rank == CLASSES[-1]
        asked = [place.ticket_id for place in (*places.values(), *(hall.waiting if together else ()))]
        seed = int(at.timestamp()) % 2**31
        found |= ranges(replace(hall, waiting=(*hall.waiting, *places.values())), memory.learned, asked, seed=seed)
    ahead = ahead_of_each(hall, {place.service_id for place in hall.waiting}, len(hall.waiting))
    return Forecast(
        at,
        _waits(hall, hall.waiting, found, memory, ahead),
        {
            key: wait
            for key, place in newcomers.items()
            if (wait := _waits(hall, [place], found, memory, _ahead(hall, place)).get(place.ticket_id))
        },
    )


def _waits(
    hall: Hall, places: Iterable[Place], found: dict[int, Range | None], memory: Known, ahead: dict[int, int]
) -> dict[int, Wait]:
    local = clock.local(hall.at)
    day = local.date().toordinal()
    waits = {}
    for place in places:
        played = found.get(place.ticket_id)
        if played is not None:
            shown = memory.calibration.apply(played, day, local.hour)
            waits[place.ticket_id] = Wait(shown, played, ahead.get(place.ticket_id, 0))
    return waits


def _ahead(hall: Hall, newcomer: Place) -> dict[int, int]:
    return {newcomer.ticket_id: ahead_of_newcomer(hall, newcomer) or 0}


def with_waits(services: list[Any], centre_id: int, at: datetime) -> list[Any]:
    """The same services, each with ``expected``: what somebody who comes now waits, in words; ``None`` if not known."""
    found = forecast(centre_id, at)
    for service in services:
        service.expected = found.shown(service.pk)
    return services


def shown_to(ticket: Ticket, at: datetime) -> Shown | None:
    """The wait of somebody who waits, as of now; ``None`` where it is not known. A number drawn since the forecast was made
    takes a newcomer's."""
    made = forecast(ticket.centre_id, at)
    found = made.of(ticket, at)
    if found is None and ticket.issued_at >= made.at:
        found = made.newcomer(ticket.service_id, ticket.priority)
    return Shown.of(found.shown, at) if found else None
