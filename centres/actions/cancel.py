"""Whoever holds the slip gives the number back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from centres.actions.leave import REASON_LIMIT
from centres.enums import TicketEventKind, TicketState
from centres.models import Ticket
from centres.moves import keep, reason_of, write_down, wrong_state


@transaction.atomic
def cancel(*, ticket: Ticket, reason: str = "", at: datetime) -> Ticket:
    """Leave the queue before being called; nobody signs in for it. Raises ``BadInput``, ``RuleBroken``."""
    reason = reason_of(reason, REASON_LIMIT)
    if ticket.state != TicketState.WAITING:
        raise wrong_state(ticket)
    ticket.leave(at)
    keep(ticket, ["finished_at"])
    write_down(ticket, TicketEventKind.LEFT, at, None, reason)
    return ticket
