"""Move an appointment to another time."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_fsm import can_proceed

from centres import booking, hours
from centres.actions.draw import CLIENT_KEY
from centres.appointments import Who, guard, keep, locked, place, spoken, write_down, wrong_state
from centres.enums import AppointmentEventKind
from centres.messages import Moved, tell
from centres.models import Appointment
from citizens.models import User
from portal import clock
from portal.errors import BadInput, RuleBroken


@transaction.atomic
def move_appointment(
    *, appointment: Appointment, starts_at: datetime, client_key: str, at: datetime, acting_user: User | None = None
) -> Appointment:
    """A new appointment of the same person for the same service at another time; the old one is ended by it.

    Both or neither: where the new time has no place, the old one stands. The same key with the same time gives the same new one.
    Raises ``NotAllowed``, ``BadInput`` (key, ``no_such_slot``), ``RuleBroken`` (``wrong_state``, ``slot_full``,
    ``moved_enough``, ``field_booked``, ``day_booked``, ``same_time``, ``busy``).
    """
    guard(appointment, acting_user)
    if not CLIENT_KEY.fullmatch(client_key):
        raise BadInput(_("This page is out of date. Please begin again."), code="bad_client_key")
    row = locked(appointment)
    known = (
        Appointment.objects.filter(moved_from=row, client_key=client_key).select_related("centre", "service").first()
    )
    if known and known.starts_at == starts_at:
        return known
    if not can_proceed(row.move):
        raise wrong_state(row)
    if acting_user is None:
        _refuse_another_move(row, at)
    row.move(at)
    keep(row, ["ended_at"])
    who = Who(row.phone, row.full_name, row.email, row.identity_digest, row.language)
    try:
        made = place(
            row.service, starts_at, client_key, who, at, procedure=row.procedure, device=row.device, moved_from=row,
            moves=row.moves + 1,
        )  # fmt: skip
    except IntegrityError:
        raise BadInput(_("This page is out of date. Please begin again."), code="bad_client_key") from None
    write_down(row, AppointmentEventKind.MOVED, at, acting_user, spoken(starts_at))
    write_down(made, AppointmentEventKind.BOOKED, at, acting_user)
    tell(Moved, made, at=at)
    return made


def _refuse_another_move(row: Appointment, at: datetime) -> None:
    """Raises ``RuleBroken`` (``moved_enough``) past the rules' number of moves, unless the centre is closed at its time."""
    rules = booking.rules_on(row.service, clock.local_day(at))
    if rules is None or row.moves < rules.most_moves or not booking.stands(row, hours.hours_on(row.centre, row.day)):
        return
    raise RuleBroken(
        ngettext(
            "This appointment has been moved %(count)d time and cannot be moved again. Please keep this time, or cancel it.",
            "This appointment has been moved %(count)d times and cannot be moved again. Please keep this time, or cancel it.",
            row.moves,
        )
        % {"count": row.moves},
        code="moved_enough",
    )
