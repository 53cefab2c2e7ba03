"""Booking, cancelling, moving and coming."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from centres.actions.calendar_days import set_calendar_day
from centres.actions.cancel_appointment import cancel_appointment
from centres.actions.check_in import check_in
from centres.actions.move_appointment import move_appointment
from centres.enums import AppointmentEventKind, AppointmentState, Priority, PriorityGround
from centres.models import Appointment, AppointmentEvent, Ticket
from notifications.models import Message
from portal.errors import BadInput, NotAllowed
from tests.centres.actions.booked import TOMORROW, booked, refused
from tests.factories import centres as make
from tests.factories.centres import MORNING
from tests.moments import hanoi

pytestmark = [pytest.mark.usefixtures("counter", "rules", "in_english")]


class TestBook:
    def test_a_slot_is_taken_the_person_told_and_the_history_written(self, service):
        made = booked(service, email="mau@example.com")
        assert (made.state, made.phone, made.day, made.seat, made.nth) == (
            "booked",
            "+84912345678",
            date(2026, 11, 24),
            1,
            1,
        )
        assert made.on_time_from == TOMORROW - timedelta(minutes=15)
        assert made.on_time_until == TOMORROW + timedelta(minutes=10)
        assert len(made.code) == 6 and made.code.isdigit()
        assert {message.channel for message in Message.objects.all()} == {"sms", "email"}
        sms = Message.objects.get(channel="sms")
        assert made.code in sms.body and made.token in sms.body and "Nguyễn" not in sms.body
        assert AppointmentEvent.objects.get().kind == AppointmentEventKind.BOOKED

    def test_the_same_key_gives_the_same_booking(self, service):
        key = uuid4().hex
        assert booked(service, client_key=key) == booked(service, client_key=key)
        assert Appointment.objects.count() == Message.objects.count() == 1

    def test_a_key_that_made_another_booking_is_refused(self, service):
        key = uuid4().hex
        booked(service, client_key=key)
        refused("key_used", booked, service, TOMORROW + timedelta(hours=1), client_key=key)

    def test_one_field_a_day_by_phone_and_by_identity_number(self, service):
        booked(service, identity_number="001190000034")
        refused("field_booked", booked, service, TOMORROW + timedelta(hours=1))
        refused("field_booked", booked, service, TOMORROW + timedelta(hours=1), phone="0987654321",
                identity_number="001 190 000 034")  # fmt: skip
        booked(service, TOMORROW + timedelta(days=1))

    def test_nobody_is_booked_at_two_counters_at_one_time(self, centre, service):
        other = make.ServiceFactory(centre=centre, letter="E")
        make.CounterFactory(centre=centre, number=90, services=[other])
        booked(service)
        problem = refused("same_time", booked, other)
        assert problem.field == "starts_at"
        moving = booked(other, TOMORROW + timedelta(hours=1))
        refused(
            "same_time", move_appointment, appointment=moving, starts_at=TOMORROW, client_key=uuid4().hex, at=MORNING
        )
        booked(other, phone="0987654321")

    def test_at_most_two_a_day(self, centre, service):
        others = [make.ServiceFactory(centre=centre, letter=letter) for letter in "EFG"]
        for number, other in enumerate(others, start=90):
            make.CounterFactory(centre=centre, number=number, services=[other])
        booked(service)
        booked(others[0], TOMORROW + timedelta(hours=1))
        problem = refused("day_booked", booked, others[1], TOMORROW + timedelta(hours=2))
        assert problem.field == "phone"

    def test_the_place_of_a_cancelled_one_and_the_day_are_free_again(self, service):
        cancel_appointment(appointment=booked(service), at=MORNING)
        assert booked(service).seat == 1

    def test_a_full_slot_is_refused(self, service):
        booked(service)
        problem = refused("slot_full", booked, service, phone="0987654321")
        assert problem.field == "starts_at"

    @pytest.mark.parametrize(
        "moment", ["2026-11-24 09:10", "2026-11-24 12:00", "2026-11-23 09:00", "2026-11-30 09:00", "2026-11-29 09:00"]
    )
    def test_a_time_that_is_no_slot_is_refused(self, service, moment):
        refused("no_such_slot", booked, service, hanoi(moment))

    @pytest.mark.parametrize(
        ("bad", "field"),
        [
            ({"phone": "12"}, "phone"),
            ({"phone": "024 3825 1234"}, "phone"),
            ({"phone": "024 3825 1234", "email": "mau@example.com"}, "phone"),
            ({"full_name": "  "}, "full_name"),
            ({"full_name": "X3"}, "full_name"),
            ({"email": "nobody"}, "email"),
            ({"identity_number": "12"}, "identity_number"),
        ],
    )
    def test_bad_input_names_its_field(self, service, bad, field):
        with pytest.raises(BadInput) as problem:
            booked(service, **bad)
        assert problem.value.field == field
        assert not Appointment.objects.exists()

    def test_a_closed_service_cannot_be_booked(self, service):
        service.is_open = False
        refused("service_closed", booked, service)

    def test_no_identity_number_is_kept_in_clear(self, service):
        made = booked(service, identity_number="001190000034")
        values = Appointment.objects.values().get(pk=made.pk)
        assert len(made.identity_digest) == 64
        assert not any("001190000034" in str(value) for value in values.values())

    def test_a_kiosk_needs_no_name_and_a_kiosk_of_another_centre_books_nothing(self, service, centre):
        booked(service, full_name="", device=make.DeviceFactory(centre=centre))
        with pytest.raises(NotAllowed):
            booked(service, device=make.DeviceFactory())


class TestConstraints:
    """What the actions forbid, the database forbids as well."""

    def made(self, service, **values):
        with transaction.atomic():
            return make.AppointmentFactory(service=service, starts_at=TOMORROW, **values)

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ({"seat": 1}, {"seat": 1}),
            ({"phone": "+84912345678"}, {"phone": "+84912345678", "nth": 2}),
            ({"phone": "+84912345678"}, {"phone": "+84912345678", "field_key": "other"}),
            ({"identity_digest": "a" * 64}, {"identity_digest": "a" * 64, "nth": 2}),
            ({"identity_digest": "a" * 64}, {"identity_digest": "a" * 64, "field_key": "other"}),
            ({"code": "123456"}, {"code": "123456"}),
        ],
    )
    def test_two_that_cannot_stand_beside_each_other(self, service, first, second):
        self.made(service, **first)
        with pytest.raises(IntegrityError):
            self.made(service, **second)

    @pytest.mark.parametrize(
        "bad", [{"seat": 0}, {"ends_at": TOMORROW}, {"state": "missed"}, {"state": "checked_in", "ended_at": MORNING}]
    )
    def test_one_that_cannot_be(self, service, bad):
        with pytest.raises(IntegrityError):
            self.made(service, **bad)


class TestMove:
    def test_the_old_one_is_ended_by_the_new_one(self, service):
        old = booked(service, identity_number="001190000034")
        new = move_appointment(
            appointment=old, starts_at=TOMORROW + timedelta(hours=1), client_key=uuid4().hex, at=MORNING
        )
        old.refresh_from_db()
        assert (old.state, new.state, new.moved_from) == (AppointmentState.MOVED, AppointmentState.BOOKED, old)
        assert (new.phone, new.full_name, new.identity_digest) == (old.phone, old.full_name, old.identity_digest)
        assert new.code != old.code and new.token != old.token
        assert Message.objects.filter(kind="appointment_moved").count() == 1

    def test_where_nothing_is_free_the_old_one_stands(self, service):
        booked(service, TOMORROW + timedelta(hours=1), phone="0987654321")
        old = booked(service)
        refused("slot_full", move_appointment, appointment=old, starts_at=TOMORROW + timedelta(hours=1),
                client_key=uuid4().hex, at=MORNING)  # fmt: skip
        old.refresh_from_db()
        assert old.state == AppointmentState.BOOKED

    def test_the_same_key_moves_once(self, service):
        old, key = booked(service), uuid4().hex
        moved = [
            move_appointment(appointment=old, starts_at=TOMORROW + timedelta(hours=1), client_key=key, at=MORNING)
            for _twice in range(2)
        ]
        assert moved[0] == moved[1]
        assert Appointment.objects.count() == 2
        refused("wrong_state", move_appointment, appointment=old, starts_at=TOMORROW + timedelta(hours=2), client_key=key,
                at=MORNING)  # fmt: skip

    def moved(self, appointment, hour, **more):
        return move_appointment(
            appointment=appointment,
            starts_at=hanoi(f"2026-11-24 {hour}:00"),
            client_key=uuid4().hex,
            at=MORNING,
            **more,
        )

    def test_its_owner_moves_it_as_often_as_the_rules_say_and_staff_once_more(self, service, rules, officer):
        made = booked(service)
        for hour in ("10", "14", "15"):
            made = self.moved(made, hour)
        problem = refused("moved_enough", self.moved, made, "16")
        assert "moved 3 times" in str(problem)
        made.refresh_from_db()
        assert made.state == AppointmentState.BOOKED
        made = self.moved(made, "16", acting_user=officer)
        rules.most_moves = 9
        rules.save()
        self.moved(made, "09")

    def test_whoever_meets_a_closed_door_moves_it_however_often_it_was_moved(self, service, centre, rules, manager):
        rules.most_moves = 0
        rules.save()
        made = booked(service)
        refused("moved_enough", self.moved, made, "10")
        hours = [(hanoi("2026-11-24 13:30").time(), hanoi("2026-11-24 17:00").time())]
        set_calendar_day(
            centre=centre, day=made.day, opening=hours, reason="power cut", at=MORNING, acting_user=manager
        )
        self.moved(made, "14")

    def test_a_cancelled_one_cannot_be_moved(self, service):
        old = cancel_appointment(appointment=booked(service), at=MORNING)
        refused("wrong_state", move_appointment, appointment=old, starts_at=TOMORROW + timedelta(hours=1),
                client_key=uuid4().hex, at=MORNING)  # fmt: skip


class TestCancel:
    def test_twice_is_once(self, service):
        made = booked(service)
        for _twice in range(2):
            assert cancel_appointment(appointment=made, at=MORNING).state == AppointmentState.CANCELLED
        assert AppointmentEvent.objects.filter(kind=AppointmentEventKind.CANCELLED).count() == 1

    def test_staff_of_another_centre_cancel_nothing(self, service, stranger):
        with pytest.raises(NotAllowed):
            cancel_appointment(appointment=booked(service), at=MORNING, acting_user=stranger)


class TestCheckIn:
    @pytest.mark.parametrize("minutes", [-15, 0, 10])
    def test_on_time_the_number_goes_before_those_in_turn(self, service, minutes):
        made = booked(service)
        ticket = check_in(appointment=made, at=TOMORROW + timedelta(minutes=minutes))
        assert (ticket.priority_ground, ticket.priority) == (PriorityGround.BOOKED, Priority.EXPECTED)
        made.refresh_from_db()
        assert (made.state, made.ticket) == (AppointmentState.CHECKED_IN, ticket)

    def test_coming_twice_gives_one_number(self, service):
        made = booked(service)
        assert check_in(appointment=made, at=TOMORROW) == check_in(appointment=made, at=TOMORROW + timedelta(hours=1))

    def test_early_is_told_when_to_come_back(self, service):
        made = booked(service)
        problem = refused("too_early", check_in, appointment=made, at=TOMORROW - timedelta(minutes=16))
        assert "08:45" in str(problem)
        made.refresh_from_db()
        assert made.state == AppointmentState.BOOKED

    def test_late_is_told_why_and_may_take_an_ordinary_number(self, service):
        made, late = booked(service), TOMORROW + timedelta(minutes=11)
        assert "09:10" in str(refused("too_late", check_in, appointment=made, at=late))
        ticket = check_in(appointment=made, ordinary=True, ground=PriorityGround.AGE_60, at=late)
        assert ticket.priority_ground == PriorityGround.AGE_60
        event = AppointmentEvent.objects.get(kind=AppointmentEventKind.CHECKED_IN_ORDINARY)
        assert "09:10" in event.reason

    def test_75_years_go_first_also_with_an_appointment(self, service):
        ticket = check_in(appointment=booked(service), ground=PriorityGround.AGE_75, at=TOMORROW)
        assert ticket.priority == Priority.FIRST

    def test_the_first_of_the_morning_come_before_the_doors_open(self, service, centre):
        centre.keeps_hours = True
        centre.save()
        made = booked(service, hanoi("2026-11-25 08:30"))
        made.starts_at = made.on_time_from = hanoi("2026-11-25 07:50")
        made.save()
        assert check_in(appointment=made, at=hanoi("2026-11-25 07:55")).priority_ground == PriorityGround.BOOKED

    def close(self, centre, manager, opening=()):
        centre.keeps_hours = True
        centre.save()
        set_calendar_day(
            centre=centre,
            day=TOMORROW.date(),
            opening=list(opening),
            reason="power cut",
            at=MORNING,
            acting_user=manager,
        )

    @pytest.mark.parametrize("minutes", [-60, -15, 0, 10])
    def test_a_day_that_was_closed_gives_no_number_and_says_what_to_do(self, service, centre, manager, minutes):
        made = booked(service)
        self.close(centre, manager)
        problem = refused("centre_closed", check_in, appointment=made, at=TOMORROW + timedelta(minutes=minutes))
        assert "closed at the time of your appointment" in str(problem) and "08:00 on 25/11/2026" in str(problem)
        assert "choose another time" in str(problem)
        if minutes > -60:
            refused(
                "centre_closed", check_in, appointment=made, ordinary=True, at=TOMORROW + timedelta(minutes=minutes)
            )
        made.refresh_from_db()
        assert made.state == AppointmentState.BOOKED and not Ticket.objects.exists()

    def test_when_the_doors_have_closed_for_the_day_nobody_is_there(self, service, centre, manager):
        made = booked(service, hanoi("2026-11-24 14:00"))
        self.close(centre, manager, [(hanoi("2026-11-24 08:00").time(), hanoi("2026-11-24 11:30").time())])
        refused("centre_closed", check_in, appointment=made, at=hanoi("2026-11-24 13:50"))
        Appointment.objects.filter(pk=made.pk).update(on_time_until=hanoi("2026-11-24 18:00"))
        self.close(centre, manager, [(hanoi("2026-11-24 08:00").time(), hanoi("2026-11-24 14:20").time())])
        check_in(appointment=Appointment.objects.get(pk=made.pk), at=hanoi("2026-11-24 14:10"))
        late = booked(service, hanoi("2026-11-24 08:30"), phone="0987654321")
        Appointment.objects.filter(pk=late.pk).update(on_time_until=hanoi("2026-11-24 18:00"))
        refused(
            "centre_closed", check_in, appointment=Appointment.objects.get(pk=late.pk), at=hanoi("2026-11-24 15:00")
        )

    def test_a_centre_that_keeps_no_hours_takes_them_at_any(self, service, centre, manager):
        made = booked(service)
        self.close(centre, manager)
        centre.keeps_hours = False
        centre.save()
        check_in(appointment=Appointment.objects.get(pk=made.pk), at=TOMORROW)
        assert Ticket.objects.get().priority_ground == PriorityGround.BOOKED

    def test_who_booked_is_taken_though_no_more_numbers_are_given(self, service, counter):
        made = booked(service)
        service.is_open = False
        service.save()
        refused("service_closed", check_in, appointment=made, ordinary=True, at=TOMORROW - timedelta(hours=1))
        made.refresh_from_db()
        assert check_in(appointment=made, at=TOMORROW).priority_ground == PriorityGround.BOOKED

    def test_where_no_counter_does_it_any_more_no_number_is_given(self, service, counter):
        made = booked(service)
        service.is_open = False
        service.save()
        counter.services.clear()
        refused("service_closed", check_in, appointment=made, at=TOMORROW)

    def test_nobody_can_claim_to_have_booked(self, service):
        early = booked(service)
        with pytest.raises(BadInput) as problem:
            check_in(appointment=early, ordinary=True, ground=PriorityGround.BOOKED, at=MORNING)
        assert problem.value.field == "ground"

    @pytest.mark.parametrize(
        ("seen", "kept"),
        [(PriorityGround.AGE_60, PriorityGround.AGE_60), (PriorityGround.NONE, PriorityGround.BOOKED)],
    )
    def test_whom_the_law_calls_even_earlier_stays_there(self, service, seen, kept):
        assert check_in(appointment=booked(service), ground=seen, at=TOMORROW).priority_ground == kept

    def test_a_kiosk_elsewhere_says_where_it_is(self, service):
        with pytest.raises(NotAllowed):
            check_in(appointment=booked(service), device=make.DeviceFactory(), at=TOMORROW)

    def test_a_cancelled_one_gives_no_number(self, service):
        made = cancel_appointment(appointment=booked(service), at=MORNING)
        refused("wrong_state", check_in, appointment=made, at=TOMORROW)
