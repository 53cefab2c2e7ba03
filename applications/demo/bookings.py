"""Appointments of the demo: some for today, the first for the next half hour, and some for the next day that is worked."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from applications.demo.centres import Place
from applications.demo.people import Crowd
from centres import booking, hours
from centres.actions.book import book
from centres.actions.cancel_appointment import cancel_appointment
from centres.actions.sweep_appointments import close_missed
from centres.models import Appointment, BookingRules, Service
from centres.slots import Slot
from portal import clock
from procedures.models import Procedure

BOOKED_BEFORE = timedelta(days=2)
# Letter of the service, the procedure, and how many half hours from now (or from the next day's opening).
TODAY = (("A", "land_change_info", 0), ("B", "birth", 1), ("C", "certified_copy", 2), ("B", "marriage", 3))
NEXT_DAY = (("A", "land_change_info", 0), ("B", "birth", 1), ("D", None, 2), ("B", "marriage", 4), ("C", None, 5))
# Their person did not come, or cancelled: this many half hours ago, and the next day.
MISSED, CANCELLED = ("B", "birth", 3), ("A", "land_change_info", 6)


def seed_bookings(place: Place, crowd: Crowd, at: datetime) -> int:
    """Book some visits as their people would have; returns how many. A slot that is full is left out."""
    if not BookingRules.objects.exists():
        return 0
    midnight = datetime.combine(clock.local_day(at) + timedelta(days=1), time.min, tzinfo=clock.HANOI)
    morning = hours.next_opening(place.centre, midnight) or midnight
    half = timedelta(minutes=30)
    made = [_book(place, crowd, letter, key, at + half * count, at) for letter, key, count in TODAY]
    made += [_book(place, crowd, letter, key, morning + half * count, at) for letter, key, count in NEXT_DAY]
    letter, key, count = CANCELLED
    if cancelled := _book(place, crowd, letter, key, morning + half * count, at):
        cancel_appointment(appointment=cancelled, at=at - timedelta(hours=3))
    letter, key, count = MISSED
    if at - half * count >= datetime.combine(clock.local_day(at), time.min, tzinfo=clock.HANOI):
        made.append(_book(place, crowd, letter, key, at - half * count, at))
        close_missed(at=at)
    return sum(each is not None for each in made)


def _book(
    place: Place, crowd: Crowd, letter: str, key: str | None, wanted: datetime, at: datetime
) -> Appointment | None:
    person = crowd.next()
    then = min(wanted, at) - BOOKED_BEFORE
    service = place.services[letter]
    slot = _free(service, wanted, then)
    if slot is None:
        return None
    return book(
        service=service,
        starts_at=slot.starts_at,
        client_key=f"demo-booking-{person.number}",
        full_name=person.full_name,
        phone=person.phone,
        email=person.email,
        procedure=Procedure.objects.filter(key=key).first() if key else None,
        at=then,
    )


def _free(service: Service, wanted: datetime, then: datetime) -> Slot | None:
    """The free slot that begins next after this moment, on its day."""
    offer = booking.offer_on(service, clock.local_day(wanted), then)
    later = [slot for slot in offer.free_slots if slot.starts_at >= wanted] if offer else []
    return later[0] if later else None
