"""Pass a visit on to another service."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_fsm import can_proceed

from centres.enums import CounterState, TicketEventKind
from centres.models import Counter, Service, Ticket
from centres.moves import guard, keep, reason_of, write_down, wrong_state
from centres.notice_rules import tell_again
from centres.policy import policy_on
from citizens.models import User
from portal.errors import RuleBroken

REASON_LIMIT = 200


@transaction.atomic
def transfer(
    *,
    ticket: Ticket,
    service: Service | None = None,
    counter: Counter | None = None,
    reason: str = "",
    at: datetime,
    acting_user: User,
) -> Ticket:
    """The person keeps number, class and place in time and waits for another service of the same centre, or for one
    counter of it, or both. Without a service, the counter gives theirs.

    Raises ``NotAllowed``, ``BadInput``, ``RuleBroken`` (``wrong_state``, ``other_centre``, ``service_closed``,
    ``counter_closed``, ``counter_cannot``, ``nowhere``).
    """
    guard(ticket, acting_user)
    reason = reason_of(reason, REASON_LIMIT)
    if service is None and counter is None:
        raise RuleBroken(_("Choose a service or a counter."), code="nowhere", field="service")
    service = service or ticket.service
    _check_service(service, ticket)
    if counter is not None:
        _check_counter(counter, service, ticket)
    if not can_proceed(ticket.transfer):
        raise wrong_state(ticket)
    counter_left = ticket.counter_id
    priority = policy_on(ticket.centre_id, ticket.day).rank_of(ticket.priority_ground)
    ticket.transfer(service, counter, priority, at)
    keep(ticket, ["service", "counter", "priority", "served_s"])
    tell_again(ticket)
    # As with every way to leave a counter, the row names the one that was left; a second one, as with every return to a
    # counter, names the one they are kept for.
    write_down(ticket, TicketEventKind.TRANSFERRED, at, acting_user, reason, counter_id=counter_left)
    if counter is not None:
        write_down(ticket, TicketEventKind.RETURNED, at, acting_user)
    return ticket


def _check_service(service: Service, ticket: Ticket) -> None:
    if service.centre_id != ticket.centre_id:
        raise RuleBroken(_("Choose a service of this centre."), code="other_centre", field="service")
    if not service.is_open:
        raise RuleBroken(_("This service is closed today. Choose another one."), code="service_closed", field="service")


def _check_counter(counter: Counter, service: Service, ticket: Ticket) -> None:
    if counter.centre_id != ticket.centre_id:
        raise RuleBroken(_("Choose a counter of this centre."), code="other_centre", field="counter")
    if counter.state == CounterState.CLOSED:
        raise RuleBroken(
            _("Counter %(number)s is closed. Choose another one.") % {"number": counter.number},
            code="counter_closed",
            field="counter",
        )
    if not counter.services.filter(pk=service.pk).exists():
        raise RuleBroken(
            _("Counter %(number)s does not do this. Choose another one.") % {"number": counter.number},
            code="counter_cannot",
            field="counter",
        )
