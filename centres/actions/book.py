"""Book a visit."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from centres.actions.draw import CLIENT_KEY, LANGUAGES
from centres.appointments import Who, digest_of, place, spoken, write_down
from centres.enums import AppointmentEventKind
from centres.messages import Booked, tell
from centres.models import Appointment, Device, Service
from centres.permissions import STAFF, has_role
from citizens.models import User
from portal.errors import BadInput, NotAllowed, RuleBroken
from portal.vn.identity import parse_identity_number
from portal.vn.names import validate_name
from portal.vn.phones import parse_mobile
from portal.vn.problems import InvalidValue
from procedures.models import Procedure


def book(
    *,
    service: Service,
    starts_at: datetime,
    client_key: str,
    phone: str,
    full_name: str = "",
    email: str = "",
    identity_number: str = "",
    procedure: Procedure | None = None,
    device: Device | None = None,
    language: str = "vi",
    at: datetime,
    acting_user: User | None = None,
) -> Appointment:
    """Book the slot of this service that begins at ``starts_at``, and tell the person.

    The client makes the key: sent again, it gives the same booking. A name is needed except at a kiosk (``device``). The
    identity number, which may be left out, is kept as a keyed hash for the limits only (iHanoi's practice, facts §7: at
    most two bookings a person a day, one a field a day).
    Raises ``BadInput`` (with the field), ``NotAllowed``, ``RuleBroken`` (``service_closed``, ``slot_full``,
    ``field_booked``, ``day_booked``, ``same_time``, ``key_used``, ``busy``).
    """
    _check(service, client_key, device, acting_user)
    if procedure is not None and procedure.field_id != service.field_id:
        raise BadInput(
            _("This matter is not handled there. Please choose what the visit is for."),
            code="other_field",
            field="procedure",
        )
    who = checked_person(
        phone=phone,
        full_name=full_name,
        email=email,
        identity_number=identity_number,
        language=language,
        name_needed=device is None,
    )
    known = _booked_before(client_key, service, starts_at, who)
    if known:
        return known
    try:
        with transaction.atomic():
            made = place(service, starts_at, client_key, who, at, procedure=procedure, device=device)
            write_down(made, AppointmentEventKind.BOOKED, at, acting_user)
            tell(Booked, made, at=at)
    except (IntegrityError, RuleBroken):
        # The same request a moment earlier: its booking stands, and is what stood in the way of this one.
        known = _booked_before(client_key, service, starts_at, who)
        if known is None:
            raise
        return known
    return made


def checked_person(
    *, phone: str, full_name: str, email: str, identity_number: str, language: str, name_needed: bool
) -> Who:
    """What was typed about the person, in the form it is kept. Raises ``BadInput`` with the field."""
    try:
        parsed = parse_mobile(phone)
    except InvalidValue as error:
        raise BadInput(error.message, code=error.code, field="phone") from None
    try:
        name = validate_name(full_name) if full_name.strip() or name_needed else ""
    except InvalidValue as error:
        raise BadInput(error.message, code=error.code, field="full_name") from None
    try:
        number = parse_identity_number(identity_number).number if identity_number.strip() else ""
    except InvalidValue as error:
        raise BadInput(error.message, code=error.code, field="identity_number") from None
    email = email.strip()
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise BadInput(error.messages[0], code="bad_email", field="email") from None
    return Who(parsed, name, email, digest_of(number), language if language in LANGUAGES else settings.LANGUAGE_CODE)


def _check(service: Service, client_key: str, device: Device | None, user: User | None) -> None:
    if not CLIENT_KEY.fullmatch(client_key):
        raise BadInput(_("This page is out of date. Please begin again."), code="bad_client_key")
    if device is not None and device.centre_id != service.centre_id:
        raise NotAllowed(_("This screen belongs to another centre."), code="other_centre")
    if user is not None and not has_role(user, STAFF, service.centre_id):
        raise NotAllowed(_("Only staff of this centre can do this."), code="not_staff_here")
    if not service.is_open or not service.centre.takes_people:
        raise RuleBroken(
            _("Nothing can be booked for this at the moment. Please choose something else."), code="service_closed"
        )


def _booked_before(client_key: str, service: Service, starts_at: datetime, who: Who) -> Appointment | None:
    """The booking this key made, if it asks for the same once more. Raises ``RuleBroken`` (``key_used``) otherwise."""
    known = Appointment.objects.filter(client_key=client_key).select_related("centre", "service").first()
    if known is None:
        return None
    if (known.service_id, known.starts_at, known.phone) != (service.pk, starts_at, who.phone):
        raise RuleBroken(
            _("This page has made an appointment already, at %(time)s. Please begin again for another one.")
            % {"time": spoken(known.starts_at)},
            code="key_used",
        )
    return known
