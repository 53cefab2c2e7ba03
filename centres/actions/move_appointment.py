"""Move an appointment to another time."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from centres.actions.draw import CLIENT_KEY
from centres.appointments import Who, guard, keep, locked, place, spoken, write_down, wrong_state
from centres.enums import AppointmentEventKind
from centres.messages import Moved, tell
from centres.models import Appointment
from citizens.models import User
from portal.errors import BadInput


@transaction.atomic
def move_appointment(
    *, appointment: Appointment, starts_at: datetime, client_key: str, at: datetime, acting_user: User | None = None
) -> Appointment:
    """A new appointment of the same person for the same service at another time; the old one is ended by it.

    Both or neither: where the new time has no place, the old one stands. The same key gives the same new one.
    Raises ``NotAllowed``, ``BadInput`` (key, ``no_such_slot``), ``RuleBroken`` (``wrong_state``, ``slot_full``,
    ``field_booked``, ``day_booked``, ``busy``).
    """
    guard(appointment, acting_user)
    if not CLIENT_KEY.fullmatch(client_key):
        raise BadInput(_("This page is out of date. Please begin again."), code="bad_client_key")
    row = locked(appointment)
    known = (
        Appointment.objects.filter(moved_from=row, client_key=client_key).select_related("centre", "service").first()
    )
    if known:
        return known
    if not can_proceed(row.move):
        raise wrong_state(row)
    row.move(at)
    keep(row, ["ended_at"])
    who = Who(row.phone, row.full_name, row.email, row.identity_digest, row.language)
    try:
        made = place(
            row.service, starts_at, client_key, who, at, procedure=row.procedure, device=row.device, moved_from=row
        )
    except IntegrityError:
        raise BadInput(_("This page is out of date. Please begin again."), code="bad_client_key") from None
    write_down(row, AppointmentEventKind.MOVED, at, acting_user, spoken(starts_at))
    write_down(made, AppointmentEventKind.BOOKED, at, acting_user)
    tell(Moved, made, at=at)
    return made
