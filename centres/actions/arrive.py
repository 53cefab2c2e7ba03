"""The person has come to the counter."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django_fsm import can_proceed

from centres.enums import TicketEventKind
from centres.models import Ticket
from centres.moves import guard, keep, write_down, wrong_state
from citizens.models import User


@transaction.atomic
def arrive(*, ticket: Ticket, at: datetime, acting_user: User) -> Ticket:
    """Service begins here; the walk from the seat ends. Raises ``NotAllowed``, ``RuleBroken`` (``wrong_state``)."""
    guard(ticket, acting_user)
    if not can_proceed(ticket.arrive):
        raise wrong_state(ticket)
    ticket.arrive(at)
    keep(ticket, ["arrived_at", "walked_s"])
    write_down(ticket, TicketEventKind.ARRIVED, at, acting_user)
    return ticket
