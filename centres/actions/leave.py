"""The person has gone before being served."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django_fsm import can_proceed

from centres.enums import TicketEventKind
from centres.models import Ticket
from centres.moves import ENDING, guard, keep, reason_of, write_down, wrong_state
from citizens.models import User

REASON_LIMIT = 200


@transaction.atomic
def leave(*, ticket: Ticket, reason: str = "", at: datetime, acting_user: User) -> Ticket:
    """Take somebody who has gone out of the queue. Raises ``NotAllowed``, ``BadInput``, ``RuleBroken``."""
    guard(ticket, acting_user)
    reason = reason_of(reason, REASON_LIMIT)
    if not can_proceed(ticket.leave):
        raise wrong_state(ticket)
    ticket.leave(at)
    keep(ticket, ENDING)
    write_down(ticket, TicketEventKind.LEFT, at, acting_user, reason)
    return ticket
