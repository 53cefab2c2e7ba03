"""An officer or helper sees that somebody goes first, or that nobody should have said so."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from centres.enums import SEEN_GROUNDS, Priority, PriorityGround, TicketEventKind, TicketState
from centres.models import Ticket
from centres.moves import guard, keep, reason_of, write_down, wrong_state
from centres.permissions import STAFF
from centres.policy import policy_on
from citizens.models import User
from portal.errors import BadInput

REASON_LIMIT = 200


@transaction.atomic
def change_priority(*, ticket: Ticket, ground: str, reason: str, at: datetime, acting_user: User) -> Ticket:
    """Give somebody who waits the class of this ground; the reason and who saw it are kept.

    A look or the card is proof enough. Whoever comes back to a counter keeps that place.
    Raises ``NotAllowed``, ``BadInput`` (``bad_ground``, ``reason_missing``), ``RuleBroken`` (``wrong_state``).
    """
    guard(ticket, acting_user, STAFF)
    reason = reason_of(reason, REASON_LIMIT)
    if ground not in [PriorityGround.NONE, *SEEN_GROUNDS]:
        raise BadInput(_("Please choose one of the answers."), code="bad_ground", field="ground")
    if not reason:
        raise BadInput(_("Write what you saw."), code="reason_missing", field="reason")
    if ticket.state not in (TicketState.WAITING, TicketState.PARKED):
        raise wrong_state(ticket)
    ticket.priority_ground = ground
    if ticket.priority != Priority.RETURNING:
        ticket.priority = policy_on(ticket.centre_id, ticket.day).rank_of(ground)
    keep(ticket, ["priority", "priority_ground"])
    write_down(ticket, TicketEventKind.CLASSED, at, acting_user, reason)
    return ticket
