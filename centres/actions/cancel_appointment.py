"""Cancel an appointment."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django_fsm import can_proceed

from centres.appointments import guard, keep, locked, write_down, wrong_state
from centres.enums import AppointmentEventKind, AppointmentState
from centres.messages import Cancelled, tell
from centres.models import Appointment
from centres.moves import reason_of
from citizens.models import User

REASON_LIMIT = 200


@transaction.atomic
def cancel_appointment(
    *, appointment: Appointment, reason: str = "", at: datetime, acting_user: User | None = None
) -> Appointment:
    """Give the place back. Cancelling again changes nothing.

    Raises ``NotAllowed``, ``BadInput`` (reason), ``RuleBroken`` (``wrong_state``: used, missed or moved).
    """
    guard(appointment, acting_user)
    reason = reason_of(reason, REASON_LIMIT)
    row = locked(appointment)
    if row.state == AppointmentState.CANCELLED:
        return row
    if not can_proceed(row.cancel):
        raise wrong_state(row)
    row.cancel(at)
    keep(row, ["ended_at"])
    write_down(row, AppointmentEventKind.CANCELLED, at, acting_user, reason)
    tell(Cancelled, row, at=at)
    return row
