"""Draw a number."""

from __future__ import annotations

import re
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import CharField
from django.utils.translation import gettext_lazy as _

from centres import hours
from centres.enums import PriorityGround, TicketEventKind
from centres.models import Device, Service, Ticket
from centres.moves import write_down
from centres.numbers import next_number
from centres.permissions import STAFF, has_role
from centres.policy import policy_on
from citizens.models import User
from portal import clock
from portal.errors import BadInput, NotAllowed, RuleBroken
from portal.prepared import Given, Prepared

CLIENT_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
LANGUAGES = {code for code, _name in settings.LANGUAGES}
_BY_CLIENT_KEY = Prepared(lambda: Ticket.objects.filter(client_key=Given("client_key", CharField())))


def draw(
    *,
    service: Service,
    client_key: str,
    ground: str = PriorityGround.NONE,
    device: Device | None = None,
    language: str = "vi",
    at: datetime,
    acting_user: User | None = None,
) -> Ticket:
    """Give the next number of this service's letter for the day in Hanoi.

    The client makes the key: the same key gives the same ticket, however often and however many at once.
    Raises ``BadInput`` (key, ground), ``NotAllowed`` (a device or a person of another centre), ``RuleBroken``
    (``service_closed``, ``centre_closed``, ``key_used``).
    """
    _check(service, client_key, ground, device, acting_user)
    try:
        _refuse_when_closed(service, at)
    except RuleBroken:
        known = _drawn_before(client_key, service)
        if known is None:
            raise
        return known
    day = clock.local_day(at)
    try:
        with transaction.atomic():
            ticket = Ticket.objects.create(
                centre=service.centre,
                service=service,
                day=day,
                letter=service.letter,
                number=next_number(service.centre_id, day, service.letter),
                client_key=client_key,
                language=language if language in LANGUAGES else settings.LANGUAGE_CODE,
                priority=policy_on(service.centre_id, day).rank_of(ground),
                priority_ground=ground,
                device=device,
                issued_at=at,
                queue_at=at,
            )
            write_down(ticket, TicketEventKind.ISSUED, at, acting_user)
    except IntegrityError:
        # The same key before: its number stands, and ours was given back with the transaction.
        known = _drawn_before(client_key, service)
        if known is None:
            raise
        return known
    return ticket


def _check(service: Service, client_key: str, ground: str, device: Device | None, user: User | None) -> None:
    if not CLIENT_KEY.fullmatch(client_key):
        raise BadInput(_("This screen is out of date. Please go back to the start."), code="bad_client_key")
    if ground not in PriorityGround.values:
        raise BadInput(_("Please choose one of the answers."), code="bad_ground", field="ground")
    if device is not None and device.centre_id != service.centre_id:
        raise NotAllowed(_("This screen belongs to another centre."), code="other_centre")
    if user is not None and not has_role(user, STAFF, service.centre_id):
        raise NotAllowed(_("Only staff of this centre can give out its numbers."), code="not_staff_here")


def _drawn_before(client_key: str, service: Service) -> Ticket | None:
    ticket = _BY_CLIENT_KEY.first(client_key=client_key)
    if ticket is None:
        return None
    if ticket.centre_id != service.centre_id:
        raise RuleBroken(_("This screen is out of date. Please go back to the start."), code="key_used")
    ticket.centre = service.centre
    return ticket


def _refuse_when_closed(service: Service, at: datetime) -> None:
    if not service.is_open or not service.centre.is_active:
        raise RuleBroken(_("No numbers are given for this today. Please ask a member of staff."), code="service_closed")
    if hours.gives_numbers(service.centre, at):
        return
    opening = hours.next_opening(service.centre, at)
    if opening is None:
        raise RuleBroken(_("The centre is closed now. Please ask the hotline when it opens."), code="centre_closed")
    raise RuleBroken(
        _("The centre is closed now. It opens again at %(time)s on %(day)s.")
        % {"time": f"{opening:%H:%M}", "day": f"{opening:%d/%m/%Y}"},
        code="centre_closed",
    )
