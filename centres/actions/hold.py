"""Leave the hall for a while without losing the place."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_fsm import can_proceed

from centres.actions.park import REASON_LIMIT
from centres.actions.unpark import back_in_line
from centres.enums import ParkKind, TicketEventKind, TicketState
from centres.hours import closing_times
from centres.models import Ticket
from centres.moves import ASIDE, guard, keep, reason_of, write_down, wrong_state
from centres.policy import policy_on
from citizens.models import User
from portal import clock
from portal.errors import BadInput, RuleBroken

# Whoever holds the slip may bring these back; a job brings its own person back.
_BY_SLIP = [ParkKind.HELD, ParkKind.FETCHING]


@transaction.atomic
def hold(
    *, ticket: Ticket, back_by: datetime, reason: str = "", at: datetime, acting_user: User | None = None
) -> Ticket:
    """Keep the place in time until ``back_by``; who is not back by then becomes a no-show (``miss_held``).

    Without a user it is whoever holds the slip, and only while they wait; staff may hold it for somebody at the counter.
    Raises ``NotAllowed``, ``BadInput`` (``bad_time``, reason), ``RuleBroken`` (``wrong_state``, ``other_day``).
    """
    if acting_user is not None:
        guard(ticket, acting_user)
    reason = reason_of(reason, REASON_LIMIT)
    check_day(ticket, at)
    _check_time(ticket, back_by, at)
    if ticket.state == TicketState.WAITING:
        ticket.hold(reason, at, back_by)
        keep(ticket, ASIDE)
        ticket.refresh_from_db(fields=["priority"])  # somebody may have changed it since this was read
    elif acting_user is not None and can_proceed(ticket.park):
        ticket.park(ParkKind.HELD, reason, at, back_by)
        keep(ticket, ["priority", *ASIDE])
    else:
        raise wrong_state(ticket)
    write_down(ticket, TicketEventKind.PARKED, at, acting_user, reason)
    return ticket


@transaction.atomic
def come_back(*, ticket: Ticket, at: datetime, acting_user: User | None = None) -> Ticket:
    """Back in the line with the place that was kept. Without a user it is whoever holds the slip.

    Raises ``NotAllowed``, ``RuleBroken`` (``wrong_state``, ``job_running``, ``other_day``).
    """
    if acting_user is not None:
        guard(ticket, acting_user)
    check_day(ticket, at)
    if acting_user is None and ticket.state == TicketState.PARKED and ticket.park_kind not in _BY_SLIP:
        raise RuleBroken(
            _("What you wait for is still being made. You are called as soon as it is ready."), code="job_running"
        )
    return back_in_line(ticket, at, acting_user)


def latest_return(ticket: Ticket, at: datetime) -> datetime:
    """Until when a place can be held from now: as long as the policy says, and not past the closing hour or the day."""
    end = at + policy_on(ticket.centre_id, ticket.day).hold
    midnight = datetime.combine(ticket.day + timedelta(days=1), datetime.min.time(), tzinfo=clock.HANOI)
    closes = closing_times(ticket.centre)(ticket.day) if ticket.centre.keeps_hours else None
    closing = datetime.combine(ticket.day, closes, tzinfo=clock.HANOI) if closes else midnight
    return min(end, closing if closing > at else midnight)


def hold_choices(ticket: Ticket, at: datetime) -> list[tuple[int, datetime]]:
    """(minutes, until when) for which the place can be held from now, as the policy offers them."""
    latest = latest_return(ticket, at)
    ends = [(away // timedelta(minutes=1), at + away) for away in policy_on(ticket.centre_id, ticket.day).holds]
    return [(minutes, until) for minutes, until in ends if until <= latest]


def check_day(ticket: Ticket, at: datetime) -> None:
    """Raises ``RuleBroken`` for a number of another day."""
    if ticket.day != clock.local_day(at):
        raise RuleBroken(
            _("Number %(label)s was for another day. Please take a new number.") % {"label": ticket.label},
            code="other_day",
        )


def _check_time(ticket: Ticket, back_by: datetime, at: datetime) -> None:
    latest = latest_return(ticket, at)
    if not at < back_by <= latest:
        raise BadInput(
            _("Choose a time before %(latest)s.") % {"latest": f"{clock.local(latest):%H:%M}"},
            code="bad_time",
            field="back_by",
        )
