"""Set a visit aside."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_fsm import can_proceed

from centres.enums import ParkKind, TicketEventKind
from centres.models import Ticket
from centres.moves import ASIDE, guard, keep, reason_of, write_down, wrong_state
from citizens.models import User
from portal.errors import BadInput

REASON_LIMIT = 120
# A held place has an end: ``hold``.
KINDS = [ParkKind.FETCHING, ParkKind.JOB]


@transaction.atomic
def park(*, ticket: Ticket, kind: str = ParkKind.FETCHING, reason: str = "", at: datetime, acting_user: User) -> Ticket:
    """Free the counter while the person fetches a paper or fills in a form, or while something is made for them here.

    The counter is remembered: ``unpark`` brings them back to its front.
    Raises ``NotAllowed``, ``BadInput`` (``bad_kind``, reason), ``RuleBroken`` (``wrong_state``).
    """
    guard(ticket, acting_user)
    reason = reason_of(reason, REASON_LIMIT)
    if kind not in KINDS:
        raise BadInput(_("Choose why the visit is set aside."), code="bad_kind", field="kind")
    if not can_proceed(ticket.park):
        raise wrong_state(ticket)
    ticket.park(kind, reason, at)
    keep(ticket, ["priority", *ASIDE])
    write_down(ticket, TicketEventKind.PARKED, at, acting_user, reason)
    return ticket
