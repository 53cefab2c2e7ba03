"""Many book at once, on PostgreSQL: no slot over its capacity, no person over the limit, no booking twice."""

from __future__ import annotations

from collections import Counter as Tally
from datetime import timedelta
from uuid import uuid4

import pytest

from centres.actions.book import book
from centres.actions.cancel_appointment import cancel_appointment
from centres.actions.check_in import check_in
from centres.actions.move_appointment import move_appointment
from centres.enums import HOLDING, AppointmentState
from centres.models import Appointment, Ticket
from notifications.models import Message
from portal.errors import RuleBroken
from tests.centres.actions.test_storm import at_once
from tests.factories import centres as make
from tests.factories.centres import MORNING
from tests.moments import hanoi

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres, pytest.mark.usefixtures("rules")]
TOMORROW = hanoi("2026-11-24 09:00")
CLIENTS = 12


@pytest.fixture
def seats(centre, service) -> int:
    """Four counters, slots of half an hour, 15 minutes a visit, half of it to be booked."""
    for number in range(1, 5):
        make.CounterFactory(centre=centre, number=number, services=[service])
    return 4


def job(service, phone, key=None, starts_at=TOMORROW):
    return lambda: book(
        service=service,
        starts_at=starts_at,
        client_key=key or uuid4().hex,
        phone=phone,
        full_name="Nguyễn Văn Thử",
        at=MORNING,
    )


def test_a_slot_of_four_places_takes_four_of_twelve(service, seats):
    results = at_once(*[job(service, f"09123456{n:02}") for n in range(CLIENTS)])
    made = [each for each in results if isinstance(each, Appointment)]
    assert sorted(each.seat for each in made) == [1, 2, 3, 4]
    assert {each.code for each in results if isinstance(each, RuleBroken)} == {"slot_full"}
    assert Appointment.objects.count() == seats == Message.objects.count()


def test_one_form_sent_twelve_times_is_one_booking(service, seats):
    results = at_once(*[job(service, "0912345678", key="one-form-0123456789")] * CLIENTS)
    assert len({each.pk for each in results}) == 1
    assert Appointment.objects.count() == Message.objects.count() == 1


def test_one_person_booking_twelve_times_has_one_a_field_and_two_a_day(centre, service, seats):
    others = [make.ServiceFactory(centre=centre, letter=letter) for letter in "EFG"]
    for number, other in enumerate(others, start=50):
        for more in range(4):
            make.CounterFactory(centre=centre, number=number * 10 + more, services=[other])
    hours = enumerate([service, *others])
    at_once(
        *[job(each, "0912345678", starts_at=TOMORROW + timedelta(hours=n)) for n, each in hours for _time in range(3)]
    )
    held = Appointment.objects.filter(state__in=HOLDING)
    assert held.count() == 2
    assert len({each.field_key for each in held}) == 2


def test_one_person_booking_several_services_at_one_time_at_once_has_one(centre, service, seats):
    others = [make.ServiceFactory(centre=centre, letter=letter) for letter in "EFG"]
    for number, other in enumerate(others, start=50):
        make.CounterFactory(centre=centre, number=number, services=[other])
    results = at_once(*[job(each, "0912345678") for each in [service, *others]])
    assert len([each for each in results if isinstance(each, Appointment)]) == 1
    assert {each.code for each in results if isinstance(each, RuleBroken)} == {"same_time"}


def test_moving_into_one_slot_at_once_leaves_everybody_with_one_appointment(service, seats):
    hours = [TOMORROW + timedelta(hours=n) for n in (1, 5)]
    old = [job(service, f"09123456{n:02}", starts_at=hours[n % 2])() for n in range(8)]
    at_once(
        *[
            lambda row=row: move_appointment(appointment=row, starts_at=TOMORROW, client_key=uuid4().hex, at=MORNING)
            for row in old
        ]
    )
    held = Appointment.objects.filter(state=AppointmentState.BOOKED)
    assert held.count() == 8
    assert Tally(held.values_list("starts_at", flat=True))[TOMORROW] == seats
    assert len(set(held.values_list("phone", flat=True))) == 8


def test_two_swapping_their_slots_end_without_a_deadlock(service, seats):
    later = TOMORROW + timedelta(hours=1)
    rows = [job(service, f"09123456{n:02}", starts_at=TOMORROW if n % 2 else later)() for n in range(6)]
    results = at_once(
        *[
            lambda row=row: move_appointment(
                appointment=row,
                starts_at=later if row.starts_at == TOMORROW else TOMORROW,
                client_key=uuid4().hex,
                at=MORNING,
            )
            for row in rows
        ]
    )
    assert all(isinstance(each, Appointment | RuleBroken) for each in results)
    assert Appointment.objects.filter(state=AppointmentState.BOOKED).count() == 6


def test_checked_in_twelve_times_at_once_is_one_number(service, seats):
    made = job(service, "0912345678")()
    tickets = at_once(*[lambda: check_in(appointment=made, at=TOMORROW)] * CLIENTS)
    assert len({ticket.pk for ticket in tickets}) == Ticket.objects.count() == 1


def test_cancelled_and_checked_in_at_once_is_one_of_both(service, seats):
    made = job(service, "0912345678")()
    at_once(
        *[lambda: check_in(appointment=made, at=TOMORROW), lambda: cancel_appointment(appointment=made, at=TOMORROW)]
        * 3
    )
    made.refresh_from_db()
    assert (made.state == AppointmentState.CHECKED_IN) == Ticket.objects.exists()
