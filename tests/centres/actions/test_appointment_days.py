"""What the clock does to appointments, days with other hours, and days that are full."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module
from uuid import uuid4

import pytest
from django.apps import apps

from centres.actions.calendar_days import clear_calendar_day, set_calendar_day
from centres.actions.call_next import call_next
from centres.actions.check_in import check_in
from centres.actions.draw import draw
from centres.actions.move_appointment import move_appointment
from centres.actions.park import park
from centres.actions.sweep_appointments import close_missed, erase, remind
from centres.enums import AppointmentEventKind, AppointmentState, ParkKind, PriorityGround, TicketEventKind
from centres.models import Appointment, CalendarChange, TicketEvent
from notifications.models import Message
from portal.errors import BadInput, NotAllowed
from tests.centres.actions.booked import TOMORROW, booked, refused, visits_take, waiting
from tests.factories import centres as make
from tests.factories.centres import MORNING
from tests.moments import hanoi

pytestmark = [pytest.mark.usefixtures("counter", "rules", "in_english")]


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

    def test_a_reminder_of_tomorrow_is_not_sent_when_tomorrow_has_come(self, service):
        booked(service, at=MORNING - timedelta(days=1))
        remind(at=MORNING)
        reminder = Message.objects.get(kind="appointment_reminder")
        assert reminder.not_after == hanoi("2026-11-24 00:00")

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

    def test_what_was_written_to_them_forgets_them_too_and_nobody_else(self, service):
        gone, kept = booked(service, email="mau@example.com"), booked(service, hanoi("2026-11-25 09:00"))
        close_missed(at=TOMORROW + timedelta(hours=1))
        erase(at=TOMORROW + timedelta(days=31))
        written = Message.objects.of_occasion(f"appointment:{gone.pk}")
        assert {message.channel for message in written} == {"sms", "email"}
        assert {(message.recipient, message.body) for message in written} == {("", "")}
        assert Message.objects.of_occasion(f"appointment:{kept.pk}").get().recipient == "+84912345678"

    def test_who_was_erased_before_that_rule_is_forgotten_by_the_migration(self, service):
        gone, kept = booked(service, email="mau@example.com"), booked(service, hanoi("2026-11-25 09:00"))
        close_missed(at=TOMORROW + timedelta(hours=1))
        Appointment.objects.filter(pk=gone.pk).update(full_name="", phone="", email="")
        erase(at=TOMORROW + timedelta(days=31))
        migration = import_module("centres.migrations.0016_forget_old_addresses")
        migration.forget(apps, None)
        written = Message.objects.of_occasion(f"appointment:{gone.pk}")
        assert {(message.recipient, message.body, message.state) for message in written} == {("", "", "dead")}
        assert Message.objects.of_occasion(f"appointment:{kept.pk}").get().recipient == "+84912345678"


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

    def test_hours_changed_again_are_no_news_and_a_day_that_stands_again_is(self, service, centre, manager):
        """Saved thrice: closed at nine, closed at nine by other hours, open again. And closed once more."""
        made = booked(service)
        later = [(hanoi("2026-11-24 13:30").time(), hanoi(f"2026-11-24 {end}").time()) for end in ("17:00", "16:00")]
        whole_day = [(hanoi("2026-11-24 07:30").time(), hanoi("2026-11-24 17:00").time())]
        assert [self.close(centre, manager, opening=[each]) for each in later] == [1, 0]
        assert self.close(centre, manager, opening=whole_day) == 1
        clear_calendar_day(centre=centre, day=made.day, at=MORNING, acting_user=manager)
        again = Message.objects.get(kind="appointment_open_again")
        assert again.recipient == "+84912345678" and "09:00" in again.body
        assert self.close(centre, manager) == 1
        assert Message.objects.filter(kind="appointment_closed").count() == 2
        kinds = [each.kind for each in made.events.order_by("pk") if each.kind.startswith("told_")]
        assert kinds == ["told_closed", "told_open", "told_closed"]

    def test_whom_no_message_reaches_is_not_counted_as_told(self, service, centre, manager):
        made = booked(service)
        Appointment.objects.filter(pk=made.pk).update(phone="+842438251234")  # taken before a mobile was asked for
        assert self.close(centre, manager) == 0
        assert not made.events.filter(kind=AppointmentEventKind.TOLD_CLOSED).exists()

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
    def busy(self, service):
        """Twelve minutes a visit; one counter; the doors close at 17:00."""
        visits_take(12, service)

    def test_while_there_is_time_numbers_are_given(self, service):
        waiting(service, 5)
        draw(service=service, client_key=uuid4().hex, at=hanoi("2026-11-23 15:30"))

    def test_when_those_waiting_need_the_rest_of_the_day_it_says_why_and_when_is_free(self, service):
        waiting(service, 6)
        problem = refused("day_is_full", draw, service=service, client_key=uuid4().hex, at=hanoi("2026-11-23 15:30"))
        assert "6 people" in str(problem) and "17:00" in str(problem)
        assert problem.details["next_slot"] == hanoi("2026-11-24 08:00").isoformat()

    def test_the_rest_of_a_full_day_cannot_be_booked_over_those_who_wait(self, service):
        waiting(service, 6)
        problem = refused("no_such_slot", booked, service, hanoi("2026-11-23 16:00"), at=hanoi("2026-11-23 15:30"))
        assert problem.field == "starts_at"

    def test_who_has_booked_for_later_today_is_counted_too(self, service):
        make.AppointmentFactory(service=service, starts_at=hanoi("2026-11-23 16:00"))
        waiting(service, 5)
        problem = refused("day_is_full", draw, service=service, client_key=uuid4().hex, at=hanoi("2026-11-23 15:30"))
        assert "6 people" in str(problem)

    def test_who_is_set_aside_or_on_the_way_to_a_counter_is_still_to_be_served(self, service, officer):
        waiting(service, 6)
        for kind in (ParkKind.FETCHING, ParkKind.JOB, None):
            ticket = call_next(at=MORNING, acting_user=officer)
            if kind:
                park(ticket=ticket, kind=kind, at=MORNING, acting_user=officer)
        problem = refused("day_is_full", draw, service=service, client_key=uuid4().hex, at=hanoi("2026-11-23 15:30"))
        assert "6 people" in str(problem)

    def test_when_nobody_waits_and_a_visit_takes_longer_than_is_left_it_says_so(self, service):
        problem = refused("day_is_full", draw, service=service, client_key=uuid4().hex, at=hanoi("2026-11-23 16:45"))
        assert "one more visit" in str(problem)

    def test_an_officer_with_a_reason_still_gives_one_and_the_reason_stays(self, service, officer, stranger):
        waiting(service, 6)
        late = {"service": service, "client_key": uuid4().hex, "at": hanoi("2026-11-23 15:30")}
        refused("day_is_full", draw, **late, acting_user=officer)
        ticket = draw(**late, acting_user=officer, reason="came from far away")
        event = TicketEvent.objects.get(ticket=ticket, kind=TicketEventKind.ISSUED)
        assert (event.actor, event.reason) == (officer, "came from far away")

    def test_who_booked_in_time_gets_a_number_all_the_same(self, service):
        made = booked(service, hanoi("2026-11-23 15:30"))
        waiting(service, 20)
        assert check_in(appointment=made, at=hanoi("2026-11-23 15:30")).priority_ground == PriorityGround.BOOKED

    def test_where_nobody_knows_how_long_a_visit_takes_nobody_is_sent_away(self, other_service, centre):
        make.CounterFactory(centre=centre, number=50, services=[other_service])
        waiting(other_service, 50)
        draw(service=other_service, client_key=uuid4().hex, at=hanoi("2026-11-23 16:50"))

    def test_where_hours_are_not_confirmed_nobody_is_sent_away(self, service, centre):
        centre.keeps_hours = False
        centre.save()
        waiting(service, 50)
        draw(service=service, client_key=uuid4().hex, at=hanoi("2026-11-23 16:50"))
