"""End the wait for those whose held place was not taken."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from centres.enums import ParkKind, TicketEventKind, TicketState
from centres.models import Ticket
from centres.moves import ENDING, keep, write_down
from portal import clock

BATCH = 200


def miss_held(*, at: datetime) -> int:
    """Held places whose time is over become no-shows, with that as their reason. Returns how many.

    Safe to run again and beside the desk: a row that somebody is changing is left for the next run.
    """
    missed = 0
    while count := _miss_some(at):
        missed += count
    return missed


@transaction.atomic
def _miss_some(at: datetime) -> int:
    over = Ticket.objects.select_for_update(skip_locked=True).filter(
        state=TicketState.PARKED, park_kind=ParkKind.HELD, back_by__lt=at
    )
    tickets = list(over.order_by("back_by", "id")[:BATCH])
    for ticket in tickets:
        until = f"{clock.local(ticket.back_by):%H:%M}" if ticket.back_by else ""
        ticket.miss(at)
        keep(ticket, ENDING)
        reason = gettext("Not back by %(time)s.") % {"time": until}
        write_down(ticket, TicketEventKind.NO_SHOW, at, None, reason)
    return len(tickets)
