"""The visit is over."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django_fsm import can_proceed

from centres.enums import TicketEventKind
from centres.models import Ticket
from centres.moves import ENDING, guard, keep, write_down, wrong_state
from citizens.models import User


@transaction.atomic
def finish(*, ticket: Ticket, at: datetime, acting_user: User) -> Ticket:
    """End a visit at the counter; the counter is free. Raises ``NotAllowed``, ``RuleBroken`` (``wrong_state``)."""
    guard(ticket, acting_user)
    if not can_proceed(ticket.finish):
        raise wrong_state(ticket)
    ticket.finish(at)
    keep(ticket, ENDING)
    write_down(ticket, TicketEventKind.DONE, at, acting_user)
    return ticket
