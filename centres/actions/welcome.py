"""Knowing who stands at the counter."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from centres.actions.arrive import arrive
from centres.enums import AT_COUNTER, TicketState
from centres.models import Ticket
from centres.moves import guard, wrong_state
from citizens.models import Citizen, User
from portal import live


@transaction.atomic
def welcome(*, ticket: Ticket, citizen: Citizen, at: datetime, acting_user: User) -> Ticket:
    """Name the person who is served; they have come to the counter. Raises ``NotAllowed``, ``RuleBroken``."""
    guard(ticket, acting_user)
    if ticket.state not in AT_COUNTER:
        raise wrong_state(ticket)
    ticket.citizen = citizen
    ticket.save(update_fields=["citizen"])
    if ticket.state == TicketState.CALLED:
        arrive(ticket=ticket, at=at, acting_user=acting_user)
    live.bump(f"ticket:{ticket.pk}")
    return ticket
