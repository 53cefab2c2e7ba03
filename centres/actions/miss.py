"""A called person did not come."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django_fsm import can_proceed

from centres.enums import TicketEventKind
from centres.models import Ticket
from centres.moves import guard, keep, write_down, wrong_state
from citizens.models import User


@transaction.atomic
def miss(*, ticket: Ticket, at: datetime, acting_user: User) -> Ticket:
    """End the visit of somebody who was called and did not come. Raises ``NotAllowed``, ``RuleBroken``."""
    guard(ticket, acting_user)
    if not can_proceed(ticket.miss):
        raise wrong_state(ticket)
    ticket.miss(at)
    keep(ticket, ["finished_at"])
    write_down(ticket, TicketEventKind.NO_SHOW, at, acting_user)
    return ticket
