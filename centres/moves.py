"""What every change of a ticket shares: who may, whether the state allows it, and what is written down."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransition

from centres.enums import TicketEventKind, TicketState
from centres.models import Ticket, TicketEvent
from centres.permissions import DESK, has_role
from centres.policy import policy_on
from citizens.models import User
from portal import clock, live
from portal.errors import BadInput, NotAllowed, RuleBroken
from portal.jobs import wake

_WHERE_IT_STANDS = {
    TicketState.WAITING: _("Number %(label)s is waiting. Call it first."),
    TicketState.CALLED: _("Number %(label)s has been called and has not come to the counter yet."),
    TicketState.SERVING: _("Number %(label)s is being served at a counter."),
    TicketState.PARKED: _("Number %(label)s is set aside. Bring it back to the queue first."),
    TicketState.NO_SHOW: _(
        "Number %(label)s was called and did not come. If the person is here now, bring the number back."
    ),
    TicketState.DONE: _("The visit with number %(label)s has ended. Please give a new number."),
    TicketState.LEFT: _("The visit with number %(label)s was closed. Please give a new number."),
}


def guard(ticket: Ticket, user: User, roles: Iterable[str] = DESK) -> None:
    """Raises ``NotAllowed`` unless the user holds one of the roles at the ticket's centre."""
    if not has_role(user, roles, ticket.centre_id):
        raise NotAllowed(
            _("Only staff of this counter hall can do this. Please sign in with your own account."),
            code="not_staff_here",
        )


def wrong_state(ticket: Ticket) -> RuleBroken:
    """The sentence for a change that this ticket's state does not allow."""
    sentence = _WHERE_IT_STANDS[TicketState(ticket.state)]
    return RuleBroken(sentence % {"label": ticket.label}, code="wrong_state", details={"state": ticket.state})


def changed_meanwhile(ticket: Ticket) -> RuleBroken:
    return RuleBroken(
        _("Somebody else has just changed number %(label)s. Please look again.") % {"label": ticket.label},
        code="changed_meanwhile",
    )


def reason_of(text: str, limit: int) -> str:
    """A reason without spaces around it. Raises ``BadInput`` when it is longer than the column."""
    reason = text.strip()
    if len(reason) > limit:
        raise BadInput(
            _("Please write the reason in at most %(limit)s characters.") % {"limit": limit},
            code="reason_too_long",
            field="reason",
        )
    return reason


# What a ticket's transitions change, by the group of them.
ENDING = ["finished_at", "served_s", "parked_s", "park_kind", "park_reason", "parked_at", "back_by"]
ASIDE = ["served_s", "park_kind", "park_reason", "parked_at", "back_by", "parked_s"]
CALLING = ["counter", "called_at", "first_called_at", "waited_s", "calls", "recalls", "jumped"]


# Somebody waits, or a counter is free.
_MAKES_A_CALL_POSSIBLE = {
    TicketEventKind.ISSUED,
    TicketEventKind.PARKED,
    TicketEventKind.RETURNED,
    TicketEventKind.TRANSFERRED,
    TicketEventKind.NO_SHOW,
    TicketEventKind.DONE,
    TicketEventKind.LEFT,
}


def wake_calls(centre_id: int, at: datetime) -> None:
    """Where the portal calls by itself: look at once, after the commit, whether a free counter can call somebody now."""
    if policy_on(centre_id, clock.local_day(at)).calls_itself:
        wake("centres.tasks.call_at_centre", centre_id)


def keep(ticket: Ticket, fields: list[str]) -> None:
    """Save these fields and the state. Raises ``RuleBroken`` when somebody else changed the state meanwhile."""
    try:
        ticket.save(update_fields=["state", *fields])
    except ConcurrentTransition:
        raise changed_meanwhile(ticket) from None


def write_down(ticket: Ticket, kind: str, at: datetime, actor: User | None, reason: str = "", **event: Any) -> None:
    """The history row, and word to every page that shows this ticket or its queue."""
    counter_id = event.pop("counter_id", ticket.counter_id)
    TicketEvent.objects.create(
        ticket=ticket,
        kind=kind,
        at=at,
        actor=actor,
        counter_id=counter_id,
        reason=reason,
        service_id=ticket.service_id,
        priority=ticket.priority,
        queue_at=ticket.queue_at,
        **event,
    )
    if kind in _MAKES_A_CALL_POSSIBLE:
        wake_calls(ticket.centre_id, at)
    live.bump(f"queue:{ticket.centre_id}")
    if kind != TicketEventKind.ISSUED:  # nobody has seen a number that was not there
        live.bump(f"ticket:{ticket.pk}")
