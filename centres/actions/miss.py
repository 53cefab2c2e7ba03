"""A called person did not come."""

from __future__ import annotations

from datetime import datetime
from math import ceil

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

    The last call must be long enough ago for somebody to have heard it and walked over. They can come back
    (``return_missed``). Raises ``NotAllowed``, ``RuleBroken`` (``wrong_state``, ``call_again_first``, ``on_the_way``).
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
    if seconds := seconds_to_come(ticket, at):
        raise RuleBroken(
            ngettext(
                "Number %(label)s was called a moment ago. Please give the person %(seconds)d second more to come.",
                "Number %(label)s was called a moment ago. Please give the person %(seconds)d seconds more to come.",
                seconds,
            )
            % {"label": ticket.label, "seconds": seconds},
            code="on_the_way",
        )
    ticket.miss(at)
    keep(ticket, ENDING)
    write_down(ticket, TicketEventKind.NO_SHOW, at, acting_user)
    return ticket


def recalls_left(ticket: Ticket) -> int:
    """How often a called number has to be called again before it may be a no-show."""
    return max(0, policy_on(ticket.centre_id, ticket.day).recalls - ticket.recalls)


def seconds_to_come(ticket: Ticket, at: datetime) -> int:
    """How long a called person may still be on the way: the last call takes its time to be said and to be followed."""
    if ticket.called_at is None:
        return 0
    walk = policy_on(ticket.centre_id, ticket.day).walk
    return max(0, ceil((ticket.called_at + walk - at).total_seconds()))
