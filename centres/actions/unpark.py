"""Bring a visit that was set aside back to the front of its counter's queue."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django_fsm import can_proceed

from centres.enums import TicketEventKind, TicketState
from centres.models import Ticket
from centres.moves import guard, keep, write_down, wrong_state
from citizens.models import User


@transaction.atomic
def unpark(*, ticket: Ticket, at: datetime, acting_user: User | None = None) -> Ticket:
    """Back into the queue at the old place in time, for the same counter as long as that is open.

    A job that has finished calls this without a user; then a ticket that is no longer set aside stays as it is.
    Raises ``NotAllowed``, ``RuleBroken`` (``wrong_state``).
    """
    if acting_user is not None:
        guard(ticket, acting_user)
    elif ticket.state != TicketState.PARKED:
        return ticket
    if not can_proceed(ticket.unpark):
        raise wrong_state(ticket)
    ticket.unpark()
    keep(ticket, ["park_reason"])
    write_down(ticket, TicketEventKind.RETURNED, at, acting_user)
    return ticket
