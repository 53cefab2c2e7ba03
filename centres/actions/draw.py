"""Draw a number."""

from __future__ import annotations

import re
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import CharField
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from centres import booking, hours
from centres.enums import PriorityGround, Role, TicketEventKind
from centres.last_numbers import DayIsFull, full_now
from centres.models import Appointment, Counter, Device, Service, Ticket
from centres.moves import reason_of, write_down
from centres.numbers import next_number
from centres.permissions import DESK, MANAGERS, STAFF, has_role
from centres.policy import policy_on
from citizens.models import User
from portal import clock
from portal.errors import BadInput, NotAllowed, RuleBroken
from portal.prepared import Given, Prepared
from portal.vn.dates import format_moment

CLIENT_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
LANGUAGES = {code for code, _name in settings.LANGUAGES}
REASON_LIMIT = 200
_BY_CLIENT_KEY = Prepared(lambda: Ticket.objects.filter(client_key=Given("client_key", CharField())))


def draw(
    *,
    service: Service,
    client_key: str,
    ground: str = PriorityGround.NONE,
    device: Device | None = None,
    language: str = "vi",
    reason: str = "",
    appointment: Appointment | None = None,
    at: datetime,
    acting_user: User | None = None,
) -> Ticket:
    """Give the next number of this service's letter for the day in Hanoi.

    The client makes the key: the same key gives the same ticket, however often and however many at once.
    ``appointment`` is the one its owner has come for on time: only ``check_in`` knows. An officer or a manager may give a
    number after the day is full, with a ``reason`` that stays in its history.
    Raises ``BadInput`` (key, ground, reason), ``NotAllowed`` (a device or a person of another centre), ``RuleBroken``
    (``service_closed``, ``centre_closed``, ``day_is_full``, ``key_used``).
    """
    _check(service, client_key, ground, device, acting_user)
    reason = reason_of(reason, REASON_LIMIT)
    try:
        _refuse_when_closed(service, at, appointment)
        if appointment is None and not (reason and _may_overrule(service, acting_user)):
            refuse_when_full(service, at)
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
            write_down(ticket, TicketEventKind.ISSUED, at, acting_user, reason)
    except IntegrityError:
        # The same key before: its number stands, and ours was given back with the transaction.
        known = _drawn_before(client_key, service)
        if known is None:
            raise
        return known
    return ticket


def refuse_when_full(service: Service, at: datetime) -> None:
    """Raises ``RuleBroken`` (``day_is_full``) when those waiting need what is left of the day.

    The sentence says why, and when there is a free time to book; ``details`` has ``next_slot`` (ISO, or ``None``).
    """
    full = full_now(service, at)
    if full is None:
        return
    free = booking.next_free(service, at)
    if free:
        when = format_moment(free.starts_at, get_language() or "vi")
        way = str(_("The next free time is %(time)s: book it here.") % {"time": when})
    else:
        way = str(_("Please come on another day, or ask a member of staff."))
    raise RuleBroken(
        f"{why_full(full)} {way}",
        code="day_is_full",
        details={"waiting": full.people, "next_slot": free.starts_at.isoformat() if free else None},
    )


def why_full(full: DayIsFull) -> str:
    """Who needs the time that is left, in the language of now."""
    sentence = (
        ngettext(
            "The time until closing at %(closes)s is needed for the %(count)d person already waiting or booked.",
            "The time until closing at %(closes)s is needed for the %(count)d people already waiting or booked.",
            full.people,
        )
        if full.people
        else str(_("Until closing at %(closes)s there is not enough time for one more visit."))
    )
    return sentence % {"closes": f"{full.closes_at:%H:%M}", "count": full.people}


def _may_overrule(service: Service, user: User | None) -> bool:
    return user is not None and has_role(user, {*DESK, *MANAGERS}, service.centre_id)


def _check(service: Service, client_key: str, ground: str, device: Device | None, user: User | None) -> None:
    if not CLIENT_KEY.fullmatch(client_key):
        raise BadInput(_("This screen is out of date. Please go back to the start."), code="bad_client_key")
    if ground not in PriorityGround.values:
        raise BadInput(_("Please choose one of the answers."), code="bad_ground", field="ground")
    if device is not None and device.centre_id != service.centre_id:
        raise NotAllowed(_("This screen belongs to another centre."), code="other_centre")
    if user is not None and not has_role(user, STAFF | {Role.HELPER}, service.centre_id):
        raise NotAllowed(_("Only staff of this centre can give out its numbers."), code="not_staff_here")


def _drawn_before(client_key: str, service: Service) -> Ticket | None:
    ticket = _BY_CLIENT_KEY.first(client_key=client_key)
    if ticket is None:
        return None
    if ticket.centre_id != service.centre_id:
        raise RuleBroken(_("This screen is out of date. Please go back to the start."), code="key_used")
    ticket.centre = service.centre
    return ticket


def _is_given(service: Service, appointment: Appointment | None) -> bool:
    """Also when no more are given to walk-ins, who has booked is served as long as a counter can do it."""
    return service.is_open or (appointment is not None and Counter.objects.filter(services=service).exists())


def _refuse_when_closed(service: Service, at: datetime, appointment: Appointment | None) -> None:
    if not service.centre.takes_people or not _is_given(service, appointment):
        raise RuleBroken(_("No numbers are given for this today. Please ask a member of staff."), code="service_closed")
    # The first to have booked come a little before the doors open; whether those open at all, ``check_in`` asks.
    if appointment is not None or hours.gives_numbers(service.centre, at):
        return
    opening = hours.next_opening(service.centre, at)
    if opening is None:
        raise RuleBroken(_("The centre is closed now. Please ask the hotline when it opens."), code="centre_closed")
    raise RuleBroken(
        _("The centre is closed now. It opens again at %(time)s on %(day)s.")
        % {"time": f"{opening:%H:%M}", "day": f"{opening:%d/%m/%Y}"},
        code="centre_closed",
    )
