"""End what was left open on earlier days."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import transaction
from django.utils.translation import gettext

from centres.actions.counters import set_state
from centres.enums import IN_HALL, CounterState, TicketEventKind
from centres.models import Counter, Ticket
from centres.moves import ENDING, keep, write_down
from portal import clock

BATCH = 200


def close_day(*, before: date, at: datetime) -> int:
    """Tickets of days before this one leave the queue with a reason, and counters nobody closed are closed.

    Safe to run again and beside the desk: a row that somebody is changing is left for the next run.
    Returns how many tickets were closed.
    """
    _close_counters(before, at)
    closed = 0
    while count := _close_some(before, at):
        closed += count
    return closed


@transaction.atomic
def _close_some(before: date, at: datetime) -> int:
    left = Ticket.objects.select_for_update(skip_locked=True).filter(day__lt=before, state__in=IN_HALL)
    tickets = list(left.order_by("day", "id")[:BATCH])
    for ticket in tickets:
        ticket.leave(at)
        keep(ticket, ENDING)
        write_down(ticket, TicketEventKind.CLOSED, at, None, gettext("The day ended."))
    return len(tickets)


@transaction.atomic
def _close_counters(before: date, at: datetime) -> None:
    midnight = datetime.combine(before, time.min, tzinfo=clock.HANOI)
    for counter in (
        Counter.objects.select_for_update(skip_locked=True)
        .exclude(state=CounterState.CLOSED)
        .filter(state_since__lt=midnight)
    ):
        set_state(counter, CounterState.CLOSED, at, officer=None, actor=None, reason=gettext("The day ended."))
