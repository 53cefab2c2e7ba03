"""The places in a hall from which somebody is asked for: a kiosk, a number, a seat, a counter."""

from __future__ import annotations

from dataclasses import dataclass

from centres.device_access import Seat
from centres.enums import AT_COUNTER, PriorityGround
from centres.models import Centre, Counter, Ticket
from support.enums_help import HELP_OPEN, HelpSource
from support.models import AssistanceRequest, HelpPoint


@dataclass(frozen=True)
class Place:
    """``key`` is the same for one place; ``name`` is what a helper reads."""

    source: HelpSource
    centre: Centre
    key: str
    name: str
    ticket: Ticket | None = None

    @property
    def open_request(self) -> AssistanceRequest | None:
        """What is asked for here and not ended yet."""
        found = AssistanceRequest.objects.filter(place_key=self.key, state__in=HELP_OPEN)
        return found.select_related("helper", "centre").first()

    @property
    def is_old(self) -> bool:
        return self.ticket is not None and self.ticket.priority_ground == PriorityGround.AGE_75


def at_kiosk(seat: Seat, centre: Centre) -> Place:
    return Place(HelpSource.KIOSK, centre, f"kiosk:{seat.device_id}", seat.name)


def of_ticket(ticket: Ticket) -> Place:
    return Place(HelpSource.TICKET, ticket.centre, f"ticket:{ticket.pk}", ticket.label, ticket)


def at_point(point: HelpPoint) -> Place:
    return Place(HelpSource.POINT, point.centre, f"point:{point.pk}", point.name)


def at_counter(counter: Counter) -> Place:
    """For the person who stands there, if somebody does."""
    person = Ticket.objects.filter(counter=counter, state__in=AT_COUNTER).first()
    return Place(HelpSource.DESK, counter.centre, f"counter:{counter.pk}", str(counter), person)
