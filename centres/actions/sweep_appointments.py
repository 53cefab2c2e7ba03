"""What the clock does to appointments: those that were missed are ended, tomorrow's are remembered, old ones forgotten."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext

from centres import booking, hours
from centres.appointments import keep, write_down
from centres.enums import AppointmentEventKind, AppointmentState
from centres.messages import Reminder, occasion_of, tell
from centres.models import Appointment, BookingRules, Centre
from notifications.actions.forget import forget_occasion
from portal import clock

BATCH = 200
# Nobody's telephone rings at night.
TELL_FROM, TELL_UNTIL = time(9, 0), time(20, 0)
# For those booked under rules that were taken away since.
LONGEST_KEPT = timedelta(days=30)


def close_missed(*, at: datetime) -> int:
    """End the appointments whose slot and whose minutes of grace are over. Returns how many."""
    closed = 0
    while count := _close_some(at):
        closed += count
    return closed


@transaction.atomic
def _close_some(at: datetime) -> int:
    due = Appointment.objects.select_for_update(skip_locked=True).filter(
        state=AppointmentState.BOOKED, day__lte=clock.local_day(at), ends_at__lt=at, on_time_until__lt=at
    )
    rows = list(due.order_by("day", "id")[:BATCH])
    for row in rows:
        row.miss(at)
        keep(row, ["ended_at"])
        write_down(row, AppointmentEventKind.MISSED, at, None, gettext("Nobody came."))
    return len(rows)


def remind(*, at: datetime) -> int:
    """Tell those booked for tomorrow, once, by day; who booked today has just been told. Returns how many."""
    if not TELL_FROM <= clock.local(at).time() < TELL_UNTIL:
        return 0
    told = 0
    while count := _remind_some(at):
        told += count
    return told


@transaction.atomic
def _remind_some(at: datetime) -> int:
    today = clock.local_day(at)
    tomorrow = today + timedelta(days=1)
    midnight = datetime.combine(today, time.min, tzinfo=clock.HANOI)
    due = Appointment.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state=AppointmentState.BOOKED, day=tomorrow, reminded_at__isnull=True, created_at__lt=midnight
    )
    rows = list(due.select_related("centre", "service").order_by("id")[:BATCH])
    opening: dict[Centre, hours.Hours] = {
        centre: hours.hours_on(centre, tomorrow) for centre in {r.centre for r in rows}
    }
    for row in rows:
        row.reminded_at = at
        row.save(update_fields=["reminded_at"])
        if booking.stands(row, opening[row.centre]):
            tell(Reminder, row, not_after=midnight + timedelta(days=1), at=at)  # then "tomorrow" has come
    return len(rows)


def erase(*, at: datetime) -> int:
    """Blank name, phone and the rest of what names a person, also in what was written to them, when nobody needs it any
    more (Law 91/2025 art. 14.1c)."""
    days = BookingRules.objects.aggregate(longest=Max("kept_days"))["longest"]
    before = clock.local_day(at) - (timedelta(days=days) if days is not None else LONGEST_KEPT)
    erased = 0
    while count := _erase_some(before, at):
        erased += count
    return erased


@transaction.atomic
def _erase_some(before: date, at: datetime) -> int:
    old = Appointment.objects.select_for_update(skip_locked=True).filter(day__lt=before).exclude(phone="")
    rows = list(old.exclude(state=AppointmentState.BOOKED).order_by("day", "id")[:BATCH])
    for row in rows:
        row.full_name = row.phone = row.email = row.identity_digest = ""
        row.save(update_fields=["full_name", "phone", "email", "identity_digest"])
        forget_occasion(occasion=occasion_of(row))
        write_down(row, AppointmentEventKind.ERASED, at, None)
    return len(rows)
