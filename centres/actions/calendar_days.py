"""A centre's own exceptional days: made, changed and taken away, and those told whose appointments fall out of them."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from centres import booking, hours
from centres.appointments import write_down
from centres.enums import AppointmentEventKind, AppointmentState
from centres.messages import CentreClosed, OpenAgain, tell
from centres.models import Appointment, CalendarChange, CalendarDay, Centre
from centres.moves import reason_of
from centres.permissions import MANAGERS, has_role
from citizens.models import User
from portal import clock, live
from portal.errors import BadInput, NotAllowed

REASON_LIMIT = 200
# What somebody with an appointment was told of their day, as it changed.
_TURNS = (AppointmentEventKind.TOLD_CLOSED, AppointmentEventKind.TOLD_OPEN)
MOST_SPANS = 4


@transaction.atomic
def set_calendar_day(
    *, centre: Centre, day: date, opening: hours.Hours, reason: str, at: datetime, acting_user: User
) -> int:
    """These hours on this day instead of the week's; no hours means closed. Slots follow at once.

    Whoever has an appointment that falls out of the hours is told, with the way to another time, and whoever was told so
    before and is in them again. Returns how many.
    Raises ``NotAllowed``, ``BadInput`` (``day``, ``opening``, ``reason``).
    """
    _guard(centre, acting_user)
    _refuse_past(day, at)
    last = clock.local_day(at) + hours.PLANS_AHEAD
    if day > last:
        raise BadInput(
            _("That is too far ahead. Choose a day until %(last)s.") % {"last": f"{last:%d/%m/%Y}"},
            code="too_far",
            field="day",
        )
    reason = reason_of(reason, REASON_LIMIT)
    if not reason:
        raise BadInput(_("Write the reason in a few words; citizens read it."), code="no_reason", field="reason")
    stored = _checked(opening)
    CalendarDay.objects.update_or_create(centre=centre, day=day, defaults={"hours": stored, "reason": reason})
    CalendarChange.objects.create(centre=centre, day=day, hours=stored, reason=reason, at=at, actor=acting_user)
    live.bump(f"queue:{centre.pk}")
    return _tell(centre, day, sorted(opening), reason, at, acting_user)


@transaction.atomic
def clear_calendar_day(*, centre: Centre, day: date, at: datetime, acting_user: User) -> int:
    """The day is again as the week and the nation's calendar have it. Doing it again changes nothing.

    Returns how many people were told of it, as above. Raises ``NotAllowed``, ``BadInput``.
    """
    _guard(centre, acting_user)
    _refuse_past(day, at)
    exception = CalendarDay.objects.select_for_update().filter(centre=centre, day=day).first()
    if exception is None:
        return 0
    exception.delete()
    CalendarChange.objects.create(centre=centre, day=day, removed=True, at=at, actor=acting_user)
    live.bump(f"queue:{centre.pk}")
    usual = hours.usual_hours(centre, day)
    return _tell(centre, day, usual, _("opening hours changed"), at, acting_user)


def _tell(centre: Centre, day: date, opening: hours.Hours, why: str, at: datetime, user: User) -> int:
    """Who falls out of the hours, and who was told so before and falls into them again: each change once."""
    booked = Appointment.objects.filter(centre=centre, day=day, state=AppointmentState.BOOKED, ends_at__gt=at)
    told = 0
    for appointment in booked.select_related("centre", "service").prefetch_related("events"):
        turns = [event.kind for event in appointment.events.all() if event.kind in _TURNS]
        stands, was_told = booking.stands(appointment, opening), bool(turns) and turns[-1] == _TURNS[0]
        if stands != was_told:  # told already, or nothing to tell
            continue
        occasion = str(len(turns))
        if stands:
            reached = tell(OpenAgain, appointment, occasion=occasion, at=at)
        else:
            reached = tell(CentreClosed, appointment, occasion=occasion, at=at, why=why)
        if reached:
            write_down(appointment, _TURNS[stands], at, user, why)
            told += 1
    return told


def _checked(opening: hours.Hours) -> list[list[str]]:
    """As it is stored. Raises ``BadInput`` for spans that overlap or end before they begin."""
    spans = sorted(opening)
    before = time.min
    for start, end in spans:
        if start < before or end <= start:
            raise BadInput(
                _("Each span of hours must end after it begins, and they must not overlap."),
                code="bad_hours",
                field="opening",
            )
        before = end
    if len(spans) > MOST_SPANS:
        raise BadInput(
            _("Write at most %(count)d spans of hours.") % {"count": MOST_SPANS}, code="bad_hours", field="opening"
        )
    return [[f"{start:%H:%M}", f"{end:%H:%M}"] for start, end in spans]


def _guard(centre: Centre, user: User) -> None:
    if not has_role(user, MANAGERS, centre.pk):
        raise NotAllowed(_("Only a manager of the centre can do this."), code="not_manager_here")


def _refuse_past(day: date, at: datetime) -> None:
    if day < clock.local_day(at):
        raise BadInput(_("This day is over. Choose today or a later day."), code="day_over", field="day")
