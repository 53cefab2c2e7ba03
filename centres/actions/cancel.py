"""The citizen gives the number back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django_fsm import can_proceed

from centres.actions.leave import REASON_LIMIT
from centres.enums import TicketEventKind, TicketState
from centres.models import Ticket
from centres.moves import ENDING, keep, reason_of, write_down, wrong_state


@transaction.atomic
def cancel(*, ticket: Ticket, reason: str = "", at: datetime) -> Ticket:
    """Whoever holds the slip leaves the queue; not any more while they are being served.

    Cancelled again, it stays so. Raises ``BadInput`` (reason), ``RuleBroken`` (``wrong_state``).
    """
    reason = reason_of(reason, REASON_LIMIT)
    if ticket.state == TicketState.LEFT:
        return ticket
    if ticket.state == TicketState.SERVING or not can_proceed(ticket.leave):
        raise wrong_state(ticket)
    ticket.leave(at)
    keep(ticket, ENDING)
    write_down(ticket, TicketEventKind.LEFT, at, None, reason)
    return ticket
