"""Somebody who missed their call is here after all."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_fsm import can_proceed

from centres.actions.hold import check_day
from centres.enums import TicketEventKind
from centres.models import Matter, Ticket
from centres.moves import guard, keep, write_down, wrong_state
from centres.notice_rules import tell_again
from centres.policy import policy_on
from citizens.models import User
from portal.errors import RuleBroken


@transaction.atomic
def return_missed(*, ticket: Ticket, at: datetime, acting_user: User | None = None) -> Ticket:
    """Within the policy's grace the old place in time, later the end of the line, by the class of the ground.

    Any counter of the service may call them, unless within the grace their matter is open at the one they missed.
    Whoever holds the slip (no user) may do it within the grace; after it they ask staff.
    Raises ``NotAllowed``, ``RuleBroken`` (``wrong_state``, ``other_day``, ``grace_over``).
    """
    if acting_user is not None:
        guard(ticket, acting_user)
    check_day(ticket, at)
    if not can_proceed(ticket.come_again):
        raise wrong_state(ticket)
    begun = False
    if in_grace(ticket, at):
        ticket.come_again(ticket.queue_at)
        begun = Matter.objects.filter(ticket=ticket, done_at__isnull=True).exists()
    elif acting_user is None:
        raise RuleBroken(
            _("Number %(label)s was called some time ago. Please ask a member of staff.") % {"label": ticket.label},
            code="grace_over",
        )
    else:
        ticket.come_again(at)
    if not begun:
        ticket.counter = None
        ticket.priority = policy_on(ticket.centre_id, ticket.day).rank_of(ticket.priority_ground)
    keep(ticket, ["finished_at", "queue_at", "counter", "priority"])
    tell_again(ticket)
    write_down(ticket, TicketEventKind.RETURNED, at, acting_user)
    return ticket


def in_grace(ticket: Ticket, at: datetime) -> bool:
    """Whether a missed number still gets its old place."""
    return ticket.finished_at is not None and at <= ticket.finished_at + policy_on(ticket.centre_id, ticket.day).grace
