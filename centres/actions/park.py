"""Set a visit aside."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django_fsm import can_proceed

from centres.enums import TicketEventKind
from centres.models import Ticket
from centres.moves import guard, keep, reason_of, write_down, wrong_state
from citizens.models import User

REASON_LIMIT = 120


@transaction.atomic
def park(*, ticket: Ticket, reason: str, at: datetime, acting_user: User) -> Ticket:
    """Free the counter while the person does something else: fills in a form, waits for a certified copy.

    The counter is remembered for the return. Raises ``NotAllowed``, ``BadInput``, ``RuleBroken`` (``wrong_state``).
    """
    guard(ticket, acting_user)
    reason = reason_of(reason, REASON_LIMIT)
    if not can_proceed(ticket.park):
        raise wrong_state(ticket)
    ticket.park(reason)
    keep(ticket, ["park_reason"])
    write_down(ticket, TicketEventKind.PARKED, at, acting_user, reason)
    return ticket
