"""A matter that begins and ends in one request, for counters whose own program does the work in between."""

from __future__ import annotations

from datetime import datetime

from django_fsm import can_proceed

from centres.enums import AT_COUNTER, TicketEventKind
from centres.models import Matter, Ticket
from centres.moves import ENDING, guard, keep, write_down, wrong_state
from citizens.models import Citizen, User
from portal import live
from procedures.models import Procedure


def settle_matter(
    *,
    ticket: Ticket,
    procedure: Procedure,
    citizen: Citizen,
    finish: bool,
    at: datetime,
    acting_user: User,
) -> Matter:
    """Note the matter as done and whose visit it was; with ``finish`` the visit ends too.

    The caller holds the ticket's row lock and has seen that no other matter is open when it asks to finish.
    Raises ``NotAllowed``, ``RuleBroken`` (``wrong_state``).
    """
    guard(ticket, acting_user)
    if ticket.state not in AT_COUNTER:
        raise wrong_state(ticket)
    matter = Matter.objects.create(ticket=ticket, procedure=procedure, created_at=at, done_at=at)
    ticket.citizen = citizen
    if finish and can_proceed(ticket.finish):
        ticket.finish(at)
        keep(ticket, ["citizen", *ENDING])
        write_down(ticket, TicketEventKind.DONE, at, acting_user)
    else:
        keep(ticket, ["citizen"])
        live.bump(f"ticket:{ticket.pk}")
    return matter
