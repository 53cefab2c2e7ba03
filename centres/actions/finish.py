"""The visit is over."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import BigAutoField
from django.utils.translation import gettext_lazy as _
from django_fsm import can_proceed

from centres.enums import TicketEventKind
from centres.models import Matter, Ticket
from centres.moves import ENDING, guard, keep, write_down, wrong_state
from citizens.models import User
from portal.errors import RuleBroken
from portal.prepared import Given, Prepared

_OPEN_MATTER = Prepared(
    lambda: (
        Matter.objects.filter(ticket=Given("ticket", BigAutoField()), done_at__isnull=True)
        .order_by()
        .values_list("pk")[:1]
    )
)


@transaction.atomic
def finish(*, ticket: Ticket, at: datetime, acting_user: User) -> Ticket:
    """End a visit at the counter; the counter is free. Raises ``NotAllowed``, ``RuleBroken`` (``wrong_state``,
    ``matters_open``)."""
    guard(ticket, acting_user)
    if not can_proceed(ticket.finish):
        raise wrong_state(ticket)
    if _OPEN_MATTER.first(ticket=ticket.pk):
        raise RuleBroken(
            _("Something is still open for number %(label)s. Receive it or take it back first.")
            % {"label": ticket.label},
            code="matters_open",
        )
    return end(ticket, at, acting_user)


def end(ticket: Ticket, at: datetime, acting_user: User) -> Ticket:
    """The change itself, for callers inside a transaction that have seen that nothing is open."""
    ticket.finish(at)
    keep(ticket, ENDING)
    write_down(ticket, TicketEventKind.DONE, at, acting_user)
    return ticket
