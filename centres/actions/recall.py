"""Call the same number again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django_fsm import can_proceed

from centres.enums import TicketEventKind
from centres.models import Ticket
from centres.moves import guard, keep, write_down, wrong_state
from citizens.models import User


@transaction.atomic
def recall(*, ticket: Ticket, at: datetime, acting_user: User) -> Ticket:
    """Show and say a called number once more. Raises ``NotAllowed``, ``RuleBroken`` (``wrong_state``)."""
    guard(ticket, acting_user)
    if not can_proceed(ticket.recall):
        raise wrong_state(ticket)
    # Two presses at once are two calls, each counted.
    locked = Ticket.objects.select_for_update(of=("self",), no_key=True)
    ticket.refresh_from_db(fields=["called_at", "calls", "recalls"], from_queryset=locked)
    ticket.recall(at)
    keep(ticket, ["called_at", "calls", "recalls"])
    write_down(ticket, TicketEventKind.RECALLED, at, acting_user)
    return ticket
