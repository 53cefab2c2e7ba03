"""Bring a visit that was set aside back to the front of its counter's queue."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django_fsm import can_proceed

from centres.enums import ParkKind, TicketEventKind, TicketState
from centres.models import Ticket
from centres.moves import ASIDE, guard, keep, write_down, wrong_state
from centres.notice_rules import tell_again
from citizens.models import User


@transaction.atomic
def unpark(*, ticket: Ticket, at: datetime, acting_user: User | None = None) -> Ticket:
    """Back into the queue: who was at a counter, to its front as long as it is open (``Priority.RETURNING``), and a
    held place where it was in time.

    A job that has ended, well or badly, calls this without a user: only somebody who waits for a job is brought back,
    anybody else stays as they are. Raises ``NotAllowed``, ``RuleBroken`` (``wrong_state``).
    """
    if acting_user is not None:
        guard(ticket, acting_user)
    elif ticket.state != TicketState.PARKED or ticket.park_kind != ParkKind.JOB:
        return ticket
    return back_in_line(ticket, at, acting_user)


def back_in_line(ticket: Ticket, at: datetime, user: User | None) -> Ticket:
    """The return itself, for whoever may do it. Raises ``RuleBroken`` (``wrong_state``)."""
    if not can_proceed(ticket.unpark):
        raise wrong_state(ticket)
    ticket.unpark(at)
    keep(ticket, ASIDE)
    ticket.refresh_from_db(fields=["priority"])  # somebody may have changed it since this was read
    tell_again(ticket)
    write_down(ticket, TicketEventKind.RETURNED, at, user)
    return ticket
