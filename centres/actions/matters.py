"""What a visit is about, one matter at a time."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_fsm import can_proceed

from centres.actions.finish import end
from centres.enums import AT_COUNTER, TicketState
from centres.models import Matter, Ticket
from centres.moves import guard, wrong_state
from citizens.models import User
from portal import live
from portal.errors import RuleBroken
from procedures.models import Procedure


@transaction.atomic
def add_matter(*, ticket: Ticket, procedure: Procedure, at: datetime, acting_user: User) -> Matter:
    """One more thing this visit is about; the ticket stays locked, so that matters are added one after another.

    Raises ``NotAllowed``, ``RuleBroken`` (``wrong_state``).
    """
    guard(ticket, acting_user)
    ticket = Ticket.objects.select_for_update().get(pk=ticket.pk)
    if ticket.state not in [*AT_COUNTER, TicketState.PARKED]:
        raise wrong_state(ticket)
    matter = Matter.objects.create(ticket=ticket, procedure=procedure, created_at=at)
    live.bump(f"ticket:{ticket.pk}")
    return matter


@transaction.atomic
def finish_matter(*, matter: Matter, at: datetime, acting_user: User) -> Ticket:
    """End one matter; the visit ends with its last one. Returns the ticket as it stands afterwards.

    A ticket that is set aside stays so: its person still has to come back.
    Raises ``NotAllowed``, ``RuleBroken`` (``matter_done``).
    """
    # Locked, so that two matters ended at once do not each take the other for still open.
    ticket = Ticket.objects.select_for_update().get(pk=matter.ticket_id)
    guard(ticket, acting_user)
    if not Matter.objects.filter(pk=matter.pk, done_at__isnull=True).update(done_at=at):
        raise RuleBroken(_("This matter has been finished already."), code="matter_done")
    matter.done_at = at
    matter.ticket = ticket
    live.bump(f"ticket:{ticket.pk}")
    if can_proceed(ticket.finish) and not ticket.matters.filter(done_at__isnull=True).exists():
        end(ticket, at, acting_user)
    return ticket
