"""Pass a visit on to another service."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_fsm import can_proceed

from centres.enums import TicketEventKind
from centres.models import Service, Ticket
from centres.moves import guard, keep, reason_of, write_down, wrong_state
from citizens.models import User
from portal.errors import RuleBroken

REASON_LIMIT = 200


@transaction.atomic
def transfer(*, ticket: Ticket, service: Service, reason: str = "", at: datetime, acting_user: User) -> Ticket:
    """The person keeps number and place in time and waits for another service of the same centre.

    Raises ``NotAllowed``, ``BadInput``, ``RuleBroken`` (``wrong_state``, ``other_centre``, ``service_closed``).
    """
    guard(ticket, acting_user)
    reason = reason_of(reason, REASON_LIMIT)
    if service.centre_id != ticket.centre_id:
        raise RuleBroken(_("Choose a service of this centre."), code="other_centre", field="service")
    if not service.is_open:
        raise RuleBroken(_("This service is closed today. Choose another one."), code="service_closed", field="service")
    if not can_proceed(ticket.transfer):
        raise wrong_state(ticket)
    from_counter = ticket.counter_id
    ticket.transfer(service)
    keep(ticket, ["service", "counter"])
    write_down(ticket, TicketEventKind.TRANSFERRED, at, acting_user, reason, counter_id=from_counter)
    return ticket
