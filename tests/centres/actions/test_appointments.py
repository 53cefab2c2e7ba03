"""Booking, cancelling, moving, coming, and what the clock does."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from centres.actions.book import book
from centres.actions.calendar_days import clear_calendar_day, set_calendar_day
from centres.actions.cancel_appointment import cancel_appointment
from centres.actions.check_in import check_in
from centres.actions.draw import draw
from centres.actions.move_appointment import move_appointment
from centres.actions.sweep_appointments import close_missed, erase, remind
from centres.enums import AppointmentEventKind, AppointmentState, Priority, PriorityGround, TicketEventKind
from centres.models import Appointment, AppointmentEvent, CalendarChange, TicketEvent
from notifications.models import Message
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.factories import centres as make
from tests.factories.centres import MORNING
from tests.moments import hanoi

pytestmark = [pytest.mark.usefixtures("counter", "rules", "in_english")]
TOMORROW = hanoi("2026-11-24 09:00")
PHONE = "0912 345 678"


def booked(service, starts_at=TOMORROW, at=MORNING, **more):
    values = {"client_key": uuid4().hex, "phone": PHONE, "full_name": "Nguyễn Thị Mẫu", "language": "en", **more}
    return book(service=service, starts_at=starts_at, at=at, **values)


def refused(code, call, *args, **more):
    with pytest.raises(RuleBroken) as problem:
        call(*args, **more)
    assert problem.value.code == code
    return problem.value


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


class TestSweeps:
    def test_missed_ones_are_ended_once_their_slot_is_over(self, service):
        made = booked(service)
        assert close_missed(at=TOMORROW + timedelta(minutes=29)) == 0
        assert close_missed(at=TOMORROW + timedelta(minutes=31)) == 1
        assert close_missed(at=TOMORROW + timedelta(minutes=32)) == 0
        made.refresh_from_db()
        assert made.state == AppointmentState.MISSED

    def test_tomorrows_are_reminded_of_once_and_by_day(self, service):
        booked(service, at=MORNING - timedelta(days=1))
        assert remind(at=hanoi("2026-11-23 07:00")) == 0
        assert remind(at=MORNING) == 1
        assert remind(at=MORNING) == 0
        assert Message.objects.filter(kind="appointment_reminder").count() == 1

    def test_who_has_booked_today_is_not_reminded_today(self, service):
        booked(service)
        assert remind(at=MORNING) == 0

    def test_nobody_is_reminded_of_a_closed_door(self, service, centre, manager):
        booked(service, at=MORNING - timedelta(days=1))
        set_calendar_day(
            centre=centre, day=date(2026, 11, 24), opening=[], reason="power cut", at=MORNING, acting_user=manager
        )
        remind(at=MORNING)
        assert not Message.objects.filter(kind="appointment_reminder").exists()

    def test_name_and_phone_are_erased_after_thirty_days(self, service):
        made = booked(service, email="mau@example.com", identity_number="001190000034")
        close_missed(at=TOMORROW + timedelta(hours=1))
        assert erase(at=TOMORROW + timedelta(days=30)) == 0
        assert erase(at=TOMORROW + timedelta(days=31)) == 1
        made.refresh_from_db()
        assert (made.full_name, made.phone, made.email, made.identity_digest) == ("", "", "", "")


class TestExceptions:
    def close(self, centre, user, day=date(2026, 11, 24), opening=(), reason="power cut", at=MORNING):
        return set_calendar_day(centre=centre, day=day, opening=list(opening), reason=reason, at=at, acting_user=user)

    def test_those_who_fall_out_of_the_hours_are_told_once(self, service, centre, manager):
        booked(service, hanoi("2026-11-24 09:00"))
        booked(service, hanoi("2026-11-24 14:00"), phone="0987654321")
        afternoon = [(hanoi("2026-11-24 13:30").time(), hanoi("2026-11-24 17:00").time())]
        assert self.close(centre, manager, opening=afternoon) == 1
        self.close(centre, manager, opening=afternoon)
        told = Message.objects.get(kind="appointment_closed")
        assert told.recipient == "+84912345678" and "power cut" in told.body
        assert CalendarChange.objects.count() == 2

    def test_slots_follow_at_once(self, service, centre, manager):
        self.close(centre, manager)
        refused("no_such_slot", booked, service)
        clear_calendar_day(centre=centre, day=date(2026, 11, 24), at=MORNING, acting_user=manager)
        booked(service)

    def test_a_booked_time_on_a_closed_day_can_be_moved(self, service, centre, manager):
        made = booked(service)
        self.close(centre, manager)
        move_appointment(appointment=made, starts_at=hanoi("2026-11-25 09:00"), client_key=uuid4().hex, at=MORNING)

    def test_only_a_manager_here(self, centre, officer, stranger):
        for user in (officer, stranger):
            with pytest.raises(NotAllowed):
                self.close(centre, user)

    @pytest.mark.parametrize(
        ("bad", "field"),
        [
            ({"day": date(2026, 11, 22)}, "day"),
            ({"reason": " "}, "reason"),
            ({"opening": [(TOMORROW.time(), TOMORROW.time())]}, "opening"),
        ],
    )
    def test_bad_input_names_its_field(self, centre, manager, bad, field):
        with pytest.raises(BadInput) as problem:
            self.close(centre, manager, **bad)
        assert problem.value.field == field


class TestDayIsFull:
    @pytest.fixture(autouse=True)
    def busy(self, centre, service, counter):
        """Twelve minutes a visit; one counter; the doors close at 17:00."""
        centre.keeps_hours = True
        centre.save()
        before = MORNING - timedelta(days=3)
        make.TicketFactory(service=service, number=900, issued_at=before, called_at=before, arrived_at=before,
                           finished_at=before + timedelta(minutes=12), served_s=12 * 60,
                           state="done")  # fmt: skip

    def waiting(self, service, count):
        for number in range(count):
            make.TicketFactory(service=service, number=100 + number)

    def test_while_there_is_time_numbers_are_given(self, service):
        self.waiting(service, 5)
        draw(service=service, client_key=uuid4().hex, at=hanoi("2026-11-23 15:30"))

    def test_when_those_waiting_need_the_rest_of_the_day_it_says_why_and_when_is_free(self, service):
        self.waiting(service, 6)
        problem = refused("day_is_full", draw, service=service, client_key=uuid4().hex, at=hanoi("2026-11-23 15:30"))
        assert "6 people" in str(problem) and "17:00" in str(problem)
        assert problem.details["next_slot"] == hanoi("2026-11-24 08:00").isoformat()

    def test_the_rest_of_a_full_day_cannot_be_booked_over_those_who_wait(self, service):
        self.waiting(service, 6)
        problem = refused("no_such_slot", booked, service, hanoi("2026-11-23 16:00"), at=hanoi("2026-11-23 15:30"))
        assert problem.field == "starts_at"

    def test_who_has_booked_for_later_today_is_counted_too(self, service):
        make.AppointmentFactory(service=service, starts_at=hanoi("2026-11-23 16:00"))
        self.waiting(service, 5)
        problem = refused("day_is_full", draw, service=service, client_key=uuid4().hex, at=hanoi("2026-11-23 15:30"))
        assert "6 people" in str(problem)

    def test_when_nobody_waits_and_a_visit_takes_longer_than_is_left_it_says_so(self, service):
        problem = refused("day_is_full", draw, service=service, client_key=uuid4().hex, at=hanoi("2026-11-23 16:45"))
        assert "one more visit" in str(problem)

    def test_an_officer_with_a_reason_still_gives_one_and_the_reason_stays(self, service, officer, stranger):
        self.waiting(service, 6)
        late = {"service": service, "client_key": uuid4().hex, "at": hanoi("2026-11-23 15:30")}
        refused("day_is_full", draw, **late, acting_user=officer)
        ticket = draw(**late, acting_user=officer, reason="came from far away")
        event = TicketEvent.objects.get(ticket=ticket, kind=TicketEventKind.ISSUED)
        assert (event.actor, event.reason) == (officer, "came from far away")

    def test_who_booked_in_time_gets_a_number_all_the_same(self, service):
        made = booked(service, hanoi("2026-11-23 15:30"))
        self.waiting(service, 20)
        assert check_in(appointment=made, at=hanoi("2026-11-23 15:30")).priority_ground == PriorityGround.BOOKED

    def test_where_nobody_knows_how_long_a_visit_takes_nobody_is_sent_away(self, other_service, centre):
        make.CounterFactory(centre=centre, number=50, services=[other_service])
        self.waiting(other_service, 50)
        draw(service=other_service, client_key=uuid4().hex, at=hanoi("2026-11-23 16:50"))

    def test_where_hours_are_not_confirmed_nobody_is_sent_away(self, service, centre):
        centre.keeps_hours = False
        centre.save()
        self.waiting(service, 50)
        draw(service=service, client_key=uuid4().hex, at=hanoi("2026-11-23 16:50"))
