"""A centre's day counted in full from its tickets: what the summaries keep, and what the live page shows of today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from centres.enums import TicketState
from centres.models import Service, Ticket
from centres.summaries.tally import Tally
from portal import clock

LAST_HOUR = 23


@dataclass(frozen=True)
class Visit:
    """What is read of a ticket to count it. Times in seconds, ``None`` until they are known; ``jumped``: its last call."""

    service_id: int
    letter: str
    ground: str
    state: str
    issued_at: datetime
    first_called_at: datetime | None
    finished_at: datetime | None
    jumped: bool = False
    waited: int | None = None
    walked: int | None = None
    served: int | None = None
    parked: int | None = None
    called_at: datetime | None = None

    COLUMNS: ClassVar = (
        "service_id", "letter", "priority_ground", "state", "issued_at", "first_called_at", "finished_at", "jumped",
        "waited_s", "walked_s", "served_s", "parked_s", "called_at",
    )  # fmt: skip


@dataclass
class DayCount:
    """By (hour, service), and the whole day. What each counter did is counted apart (``centres.summaries.turns``)."""

    hours: dict[tuple[int, int], Tally] = field(default_factory=lambda: defaultdict(Tally))
    whole: Tally = field(default_factory=Tally)


def count_day(centre_id: int, day: date) -> DayCount:
    """Two statements, however many tickets the other days have."""
    return add_up(visits_of(centre_id, day), day, letters_of(centre_id))


def letters_of(centre_id: int) -> dict[str, int]:
    """The service that each letter of the centre stands for."""
    return dict(Service.objects.filter(centre=centre_id).values_list("letter", "pk"))


def visits_of(centre_id: int, day: date) -> list[Visit]:
    """Every number of the day. One statement."""
    rows = Ticket.objects.filter(centre=centre_id, day=day).order_by().values_list(*Visit.COLUMNS)
    return [Visit(*row) for row in rows]


def add_up(visits: Iterable[Visit], day: date, drawn_for: dict[str, int]) -> DayCount:
    """Pure: the same visits give the same count. ``drawn_for`` names the service of each letter.

    A number counts as drawn in its hour and for the service of its letter; a call with its wait and its walk in the
    hour of the first call, and for the same service, which is what was waited for; the end with service and parking in
    the hour of the end and for the service it ended at.
    """
    count = DayCount()
    for visit in visits:
        first_service = drawn_for.get(visit.letter, visit.service_id)
        drawn = count.hours[_hour(visit.issued_at, day), first_service]
        for tally in (drawn, count.whole):
            tally.draw(visit.ground)
        if visit.first_called_at is not None:
            in_hour = count.hours[_hour(visit.first_called_at, day), first_service]
            for tally in (in_hour, count.whole):
                _add_call(tally, visit)
        if visit.finished_at is not None:
            in_hour = count.hours[_hour_of_end(visit, visit.finished_at, day), visit.service_id]
            for tally in (in_hour, count.whole):
                _add_end(tally, visit)
    return count


def _add_call(tally: Tally, visit: Visit) -> None:
    tally.called += 1
    tally.jumped += visit.jumped
    if visit.waited is not None:
        tally.waiting.add(visit.waited)
    if visit.walked is not None:
        tally.walking.add(visit.walked)


def _add_end(tally: Tally, visit: Visit) -> None:
    if visit.state == TicketState.DONE:
        tally.served += 1
        if visit.served is not None:
            tally.service.add(visit.served)
        if visit.parked:
            tally.parked.add(visit.parked)
    elif visit.state == TicketState.NO_SHOW:
        tally.no_show += 1
    elif visit.state == TicketState.LEFT:
        tally.left += 1


def _hour_of_end(visit: Visit, ended_at: datetime, day: date) -> int:
    """What nobody ended is closed by a job after midnight, when nobody was there: it belongs to the hour in which it was
    last heard of, its last call or its drawing."""
    known = ended_at if clock.local_day(ended_at) == day else visit.called_at or visit.issued_at
    return _hour(known, day)


def _hour(at: datetime, day: date) -> int:
    local = clock.local(at)
    return local.hour if local.date() == day else LAST_HOUR
