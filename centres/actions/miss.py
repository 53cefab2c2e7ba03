"""A called person did not come."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import ngettext
from django_fsm import can_proceed

from centres.enums import TicketEventKind, TicketState
from centres.models import Ticket
from centres.moves import ENDING, guard, keep, write_down, wrong_state
from centres.policy import policy_on
from citizens.models import User
from portal.errors import RuleBroken


@transaction.atomic
def miss(*, ticket: Ticket, at: datetime, acting_user: User) -> Ticket:
    """End the visit of somebody who was called, and called again as often as the policy says, and did not come.

    They can come back (``return_missed``). Raises ``NotAllowed``, ``RuleBroken`` (``wrong_state``, ``call_again_first``).
    """
    guard(ticket, acting_user)
    if ticket.state != TicketState.CALLED or not can_proceed(ticket.miss):
        raise wrong_state(ticket)
    if left := recalls_left(ticket):
        raise RuleBroken(
            ngettext(
                "Please call number %(label)s once more first. If nobody comes then, it is a no-show.",
                "Please call number %(label)s %(left)d times more first. If nobody comes then, it is a no-show.",
                left,
            )
            % {"label": ticket.label, "left": left},
            code="call_again_first",
        )
    ticket.miss(at)
    keep(ticket, ENDING)
    write_down(ticket, TicketEventKind.NO_SHOW, at, acting_user)
    return ticket


def recalls_left(ticket: Ticket) -> int:
    """How often a called number has to be called again before it may be a no-show."""
    return max(0, policy_on(ticket.centre_id, ticket.day).recalls - ticket.recalls)
