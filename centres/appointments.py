"""What every change of an appointment shares: who may, what it says when it cannot be, a place for it, its history."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django_fsm import ConcurrentTransition

from centres import booking
from centres.enums import HOLDING, AppointmentState
from centres.models import Appointment, AppointmentEvent, BookingRules, Service
from centres.permissions import STAFF, has_role
from centres.slots import Slot, free_seat
from citizens.models import User
from portal import clock, live
from portal.errors import BadInput, NotAllowed, RuleBroken
from portal.vn.dates import format_moment

# Each failed try means that somebody else has just got a place; with more than this at one instant, ask again.
TRIES = 30
CODES = 1_000_000
_SALT = "centres.appointment.identity"

_WHERE_IT_STANDS = {
    AppointmentState.CHECKED_IN: gettext_lazy("This appointment has been used: a number was given for it."),
    AppointmentState.MISSED: gettext_lazy("The time of this appointment has passed. Please book a new one."),
    AppointmentState.CANCELLED: gettext_lazy("This appointment was cancelled. Please book a new one."),
    AppointmentState.MOVED: gettext_lazy("This appointment was moved to another time. Use the new one."),
}


@dataclass(frozen=True)
class Who:
    """The person of an appointment, checked; ``phone`` in E.164."""

    phone: str
    full_name: str = ""
    email: str = ""
    identity_digest: str = ""
    language: str = "vi"


def digest_of(identity_number: str) -> str:
    """The keyed hash under which an identity number counts for the limits; nothing for none."""
    if not identity_number:
        return ""
    return salted_hmac(_SALT, identity_number, algorithm="sha256").hexdigest()


def guard(appointment: Appointment, user: User | None) -> None:
    """The citizen has the token and needs no name; a user must work at the centre. Raises ``NotAllowed``."""
    if user is not None and not has_role(user, STAFF, appointment.centre_id):
        raise NotAllowed(_("Only staff of this centre can do this."), code="not_staff_here")


def locked(appointment: Appointment) -> Appointment:
    """The row as it is once nobody else is changing it; whoever asks holds it until their transaction ends."""
    row = Appointment.objects.select_for_update().get(pk=appointment.pk)
    row.centre, row.service = appointment.centre, appointment.service
    return row


def wrong_state(appointment: Appointment) -> RuleBroken:
    """The sentence for a change that this appointment's state does not allow."""
    sentence = _WHERE_IT_STANDS[AppointmentState(appointment.state)]
    return RuleBroken(sentence, code="wrong_state", details={"state": appointment.state})


def keep(appointment: Appointment, fields: list[str]) -> None:
    """Save these fields and the state. Raises ``RuleBroken`` when somebody else changed the state meanwhile."""
    try:
        appointment.save(update_fields=["state", *fields])
    except ConcurrentTransition:
        raise RuleBroken(
            _("Somebody else has just changed this. Please look again."), code="changed_meanwhile"
        ) from None


def write_down(appointment: Appointment, kind: str, at: datetime, actor: User | None, reason: str = "") -> None:
    """The history row, and word to the pages that show the centre's queue."""
    AppointmentEvent.objects.create(appointment=appointment, kind=kind, at=at, actor=actor, reason=reason)
    live.bump(f"queue:{appointment.centre_id}")


def spoken(moment: datetime) -> str:
    """A moment as a sentence in the active language names it."""
    return format_moment(moment, get_language() or "vi")


def place(service: Service, starts_at: datetime, client_key: str, who: Who, at: datetime, **more: Any) -> Appointment:
    """Write the appointment into a free place of its slot, inside the caller's transaction.

    Two that want the same place meet at a unique constraint; the one that comes second looks again.
    Raises ``BadInput`` (``no_such_slot``), ``RuleBroken`` (``slot_full``, ``field_booked``, ``day_booked``,
    ``same_time``, ``busy``).
    """
    for _try in range(TRIES):
        try:
            with transaction.atomic():
                return _placed(service, starts_at, client_key, who, at, more)
        except IntegrityError:
            if Appointment.objects.filter(client_key=client_key).exists():
                raise  # the same request a moment earlier, which is for the caller to know
    raise RuleBroken(_("Many people are booking just now. Please try again."), code="busy")


def _placed(
    service: Service, starts_at: datetime, client_key: str, who: Who, at: datetime, more: dict[str, Any]
) -> Appointment:
    day = clock.local_day(starts_at)
    offer = booking.offer_on(service, day, at)
    slot = offer.slot_at(starts_at) if offer else None
    if offer is None or offer.rules is None or slot is None:
        raise BadInput(
            _("This time cannot be booked. Please choose one of the times shown."),
            code="no_such_slot",
            field="starts_at",
        )
    nth = _nth_of_day(service, slot, day, who, offer.rules)
    taken = Appointment.objects.filter(service=service, starts_at=starts_at, state__in=HOLDING)
    seat = free_seat(slot.seats, set(taken.values_list("seat", flat=True)))
    if seat is None:
        raise RuleBroken(
            _("Somebody has just taken the last place at %(time)s. Please choose another time.")
            % {"time": f"{clock.local(starts_at):%H:%M}"},
            code="slot_full",
            field="starts_at",
        )
    return Appointment.objects.create(
        centre=service.centre,
        service=service,
        day=day,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        on_time_from=slot.starts_at - timedelta(minutes=offer.rules.early_minutes),
        on_time_until=slot.starts_at + timedelta(minutes=offer.rules.late_minutes),
        seat=seat,
        nth=nth,
        field_key=field_key(service),
        code=_new_code(service.centre_id, day),
        client_key=client_key,
        full_name=who.full_name,
        phone=who.phone,
        email=who.email,
        identity_digest=who.identity_digest,
        language=who.language,
        created_at=at,
        **more,
    )


def field_key(service: Service) -> str:
    """What "one booking a field a day" counts by."""
    return f"field:{service.field_id}" if service.field_id else service.kind


def _nth_of_day(service: Service, slot: Slot, day: date, who: Who, rules: BookingRules) -> int:
    """Which of the person's bookings of this day it will be."""
    person = Q(phone=who.phone)
    if who.identity_digest:
        person |= Q(identity_digest=who.identity_digest)
    held = list(Appointment.objects.filter(person, day=day, state__in=HOLDING))
    if any(each.field_key == field_key(service) for each in held):
        raise RuleBroken(
            # Not when: whoever types a phone number has not shown that it is theirs.
            _(
                "There is already an appointment for this on that day. Its link was sent to the phone it was booked with: "
                "move or cancel it there, or choose another day."
            ),
            code="field_booked",
            field="phone",
        )
    if len(held) >= rules.per_day:
        raise RuleBroken(
            _("At most %(count)d appointments a day can be booked, and you have them. Please choose another day.")
            % {"count": rules.per_day},
            code="day_booked",
            field="phone",
        )
    if any(each.starts_at < slot.ends_at and slot.starts_at < each.ends_at for each in held):
        raise RuleBroken(
            _("You have another appointment at that time. Please choose another time."),
            code="same_time",
            field="starts_at",
        )
    nth = free_seat(rules.per_day, {each.nth for each in held})
    return nth or rules.per_day


def _new_code(centre_id: int, day: date) -> str:
    """Six digits that nobody else has on this day at this centre."""
    used = set(Appointment.objects.filter(centre=centre_id, day=day).values_list("code", flat=True))
    while True:
        code = f"{secrets.randbelow(CODES):06}"
        if code not in used:
            return code
