"""The citizen gives the number back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django_fsm import can_proceed

from centres.enums import TicketEventKind, TicketState
from centres.models import Ticket
from centres.moves import ENDING, keep, write_down, wrong_state


@transaction.atomic
def cancel(*, ticket: Ticket, at: datetime) -> Ticket:
    """Whoever holds the slip leaves the queue; not any more while they are being served.

    Cancelled again, it stays so. Raises ``RuleBroken`` (``wrong_state``).
    """
    if ticket.state == TicketState.LEFT:
        return ticket
    if ticket.state == TicketState.SERVING or not can_proceed(ticket.leave):
        raise wrong_state(ticket)
    ticket.leave(at)
    keep(ticket, ENDING)
    write_down(ticket, TicketEventKind.LEFT, at, None)
    return ticket
