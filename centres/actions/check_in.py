"""The person with an appointment has come: a number for them."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from centres import hours
from centres.actions.draw import draw
from centres.appointments import guard, keep, locked, write_down, wrong_state
from centres.enums import SEEN_GROUNDS, AppointmentEventKind, AppointmentState, PriorityGround
from centres.models import Appointment, Device, Ticket
from centres.policy import policy_on
from citizens.models import User
from portal import clock
from portal.errors import BadInput, NotAllowed, RuleBroken


@transaction.atomic
def check_in(
    *,
    appointment: Appointment,
    ordinary: bool = False,
    ground: str = PriorityGround.NONE,
    device: Device | None = None,
    at: datetime,
    acting_user: User | None = None,
) -> Ticket:
    """On time, the number goes before those in turn; at another time it is an ordinary one, if that is what is wanted.

    ``ordinary`` says that the person, told of being early or late, takes an ordinary number all the same; ``ground``
    is then theirs to claim as anybody's. Checking in again gives the same number.
    Raises ``BadInput`` (ground), ``NotAllowed``, ``RuleBroken`` (``too_early``, ``too_late``, ``centre_closed``, ``wrong_state``,
    those of ``draw``).
    """
    guard(appointment, acting_user)
    if ground not in (PriorityGround.NONE, *SEEN_GROUNDS):
        raise BadInput(_("Please choose one of the answers."), code="bad_ground", field="ground")
    if device is not None and device.centre_id != appointment.centre_id:
        raise NotAllowed(
            _("This appointment is at another place: %(centre)s.") % {"centre": appointment.centre}, code="other_centre"
        )
    row = locked(appointment)
    if row.state == AppointmentState.CHECKED_IN and row.ticket is not None:
        return row.ticket
    if row.state != AppointmentState.BOOKED:
        raise wrong_state(row)
    on_time = row.on_time_from <= at <= row.on_time_until
    if on_time or (not ordinary and at < row.on_time_from):
        _refuse_when_closed(row, at)
    if not on_time and not ordinary:
        raise not_on_time(row, at)
    ticket = draw(
        service=row.service,
        client_key=f"booking-{row.token}",
        ground=_ground_on_time(row, ground) if on_time else ground,
        appointment=row if on_time else None,
        device=device,
        language=row.language,
        at=at,
        acting_user=acting_user,
    )
    row.check_in(ticket, at)
    keep(row, ["ticket", "ended_at"])
    kind = AppointmentEventKind.CHECKED_IN if on_time else AppointmentEventKind.CHECKED_IN_ORDINARY
    write_down(row, kind, at, acting_user, "" if on_time else str(not_on_time(row, at)))
    return ticket


def _refuse_when_closed(row: Appointment, at: datetime) -> None:
    """Raises ``RuleBroken`` (``centre_closed``) where the doors neither are open now nor will be during the slot.

    A centre that keeps no hours gives numbers at any.
    """
    if not row.centre.keeps_hours:
        return
    since, until = clock.local(max(at, row.starts_at)), clock.local(row.ends_at)
    opening = hours.hours_on(row.centre, row.day)
    if clock.local_day(at) == row.day and hours.is_open(row.centre, at):
        return
    if any(start < until.time() and since.time() < end for start, end in opening):
        return
    again = hours.next_opening(row.centre, max(at, row.starts_at))
    if again is None:
        sentence = _(
            "The centre is closed at the time of your appointment. Please ask the hotline when it opens, and choose another "
            "time on the page of your appointment."
        )
    else:
        sentence = _(
            "The centre is closed at the time of your appointment. It opens again at %(time)s on %(day)s: please choose "
            "another time on the page of your appointment."
        ) % {"time": f"{again:%H:%M}", "day": f"{again:%d/%m/%Y}"}
    raise RuleBroken(sentence, code="centre_closed")


def _ground_on_time(appointment: Appointment, ground: str) -> str:
    """Booked, unless the law calls this person even earlier."""
    policy = policy_on(appointment.centre_id, appointment.day)
    return ground if policy.rank_of(ground) < policy.rank_of(PriorityGround.BOOKED) else PriorityGround.BOOKED


def earlier_than_booked(centre_id: int, day: date) -> list[PriorityGround]:
    """The grounds a person may say of themselves that go before a booking (facts §10)."""
    policy = policy_on(centre_id, day)
    return [ground for ground in SEEN_GROUNDS if policy.rank_of(ground) < policy.rank_of(PriorityGround.BOOKED)]


def not_on_time(appointment: Appointment, at: datetime) -> RuleBroken:
    """Why the person does not go first now, and what they can do."""
    begins = clock.local(appointment.starts_at)
    from_, until = clock.local(appointment.on_time_from), clock.local(appointment.on_time_until)
    details = {"from": from_.isoformat(), "until": until.isoformat()}
    if at > appointment.on_time_until:
        return RuleBroken(
            _("Your appointment was at %(time)s and held until %(until)s. You can still take an ordinary number.")
            % {"time": f"{begins:%H:%M}", "until": f"{until:%H:%M}"},
            code="too_late",
            details=details,
        )
    if appointment.day != clock.local_day(at):
        return RuleBroken(
            _("Your appointment is on %(day)s at %(time)s. Please come back then, or take an ordinary number today.")
            % {"day": f"{begins:%d/%m/%Y}", "time": f"{begins:%H:%M}"},
            code="too_early",
            details=details,
        )
    return RuleBroken(
        _("Your appointment is at %(time)s. Please come back here from %(from)s, or take an ordinary number now.")
        % {"time": f"{begins:%H:%M}", "from": f"{from_:%H:%M}"},
        code="too_early",
        details=details,
    )
