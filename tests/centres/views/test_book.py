"""Booking as a citizen does it, without a script: one question a page, nothing typed is lost."""

from __future__ import annotations

import base64
import contextlib
import re
import time
import zlib
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from centres import book_draft
from centres.actions.draw import draw
from centres.enums import AppointmentState, Priority, PriorityGround, Role
from centres.models import Appointment, CalendarDay, Device, Ticket
from portal import clock
from tests.centres.actions.booked import TOMORROW, visits_take, waiting
from tests.factories import centres as make
from tests.factories.centres import MORNING
from tests.moments import hanoi

pytestmark = pytest.mark.usefixtures("counter", "rules")


@pytest.fixture(autouse=True)
def morning():
    with clock.fixed(MORNING):
        yield


@pytest.fixture
def address(service):
    return reverse("centres:book_details", args=[service.centre.code, "A", "2026-11-24", "0900"])


@pytest.fixture
def kiosk(client, centre):
    make.DeviceFactory(centre=centre, key_hash=Device.hash_of("khóa"))
    client.post(reverse("centres:kiosk_sign_in"), {"key": "khóa"})
    return client


def typed(**more):
    return {"full_name": "Nguyễn Thị Mẫu", "phone": "0912 345 678", "client_key": uuid4().hex, **more}


def text(answer):
    return answer.content.decode()


class TestQuestions:
    def test_each_page_leads_to_the_next(self, client, service):
        for name, args in (("book", []), ("book_service", [service.centre.code]),
                           ("book_day", [service.centre.code, "A"]),
                           ("book_slot", [service.centre.code, "A", "2026-11-24"])):  # fmt: skip
            assert client.get(reverse(f"centres:{name}", args=args)).status_code == 200
        assert "/0900/" in text(client.get(reverse("centres:book_slot", args=[service.centre.code, "A", "2026-11-24"])))

    def test_a_service_without_procedures_asks_for_none(self, client, service):
        answer = client.get(reverse("centres:book_matter", args=[service.centre.code, "A"]))
        assert answer.url == reverse("centres:book_day", args=[service.centre.code, "A"])

    def test_a_day_without_places_leads_nowhere(self, client, service, centre):
        CalendarDay.objects.create(centre=centre, day=date(2026, 11, 24), hours=[], reason="họp")
        page = text(client.get(reverse("centres:book_day", args=[centre.code, "A"])))
        assert 'href="/book/' in page and "2026-11-24/" not in page
        assert client.get(reverse("centres:book_slot", args=[centre.code, "A", "2026-11-24"])).status_code == 302

    @pytest.mark.parametrize(
        ("day", "said"),
        [
            ("2026-11-20", "Ngày đó đã qua"),
            ("2026-11-29", "Trung tâm nghỉ ngày đó"),
            ("2027-11-24", "Ngày đó còn xa quá"),
            ("2026-11-24", "Ngày đó đã hết chỗ"),
        ],
    )
    def test_a_day_asked_for_by_address_is_refused_for_its_own_reason(self, client, service, counter, day, said):
        if day == "2026-11-24":
            counter.services.clear()
        answer = client.get(reverse("centres:book_slot", args=[service.centre.code, "A", day]), follow=True)
        assert said in text(answer)

    @pytest.mark.parametrize("path", ["A/2026-13-01/", "A/nonsense/", "A/2026-11-24/99/", "A/2026-11-24/2560/", "Z/"])
    def test_made_up_addresses_are_not_there(self, client, centre, path):
        assert client.get(f"/book/{centre.code}/{path}").status_code == 404

    def test_a_centre_that_nobody_can_serve_at_is_not_offered(self, client, centre):
        make.ServiceFactory()
        assert re.findall(r'href="/book/([\w-]+)/"', text(client.get(reverse("centres:book")))) == [centre.code]


class TestDetails:
    def sent(self, client, address, step, **more):
        """The page that the answer to the form leads to."""
        answer = client.post(address, typed(step=step, **more))
        assert answer.status_code == 302, "a page that answers a form could not be read again"
        return client.get(answer.url)

    def test_the_answers_are_shown_before_anything_is_booked(self, client, address):
        page = text(self.sent(client, address, "check"))
        assert "Nguyễn Thị Mẫu" in page and "0912 345 678" in page
        assert not Appointment.objects.exists()

    def test_a_double_submit_makes_one_booking_and_shows_it(self, client, address):
        sent = typed(step="book")
        first, second = client.post(address, sent), client.post(address, sent)
        assert first.url == second.url == reverse("centres:book_mine", args=[Appointment.objects.get().token])

    def test_what_was_typed_stays_when_it_is_changed_or_wrong(self, client, address):
        changed = self.sent(client, address, "change")
        assert 'value="Nguyễn Thị Mẫu"' in text(changed)
        page = text(self.sent(client, address, "check", phone="12", email="mau@example.com"))
        assert 'value="12"' in page and 'value="mau@example.com"' in page and "id_phone_error" in page
        assert "id_full_name_error" not in page

    def test_a_landline_is_told_that_an_sms_needs_a_mobile_number(self, client, address):
        client.cookies["django_language"] = "en"
        for step in ("check", "book"):
            page = text(self.sent(client, address, step, phone="024 3825 1234"))
            assert "An SMS needs a mobile number" in page and 'value="024 3825 1234"' in page
        assert not Appointment.objects.exists()

    def test_a_full_slot_offers_the_nearest_free_ones_and_keeps_what_was_typed(self, client, address, service):
        make.AppointmentFactory(service=service, starts_at=TOMORROW, seat=1)
        page = text(self.sent(client, address, "book"))
        assert "Chỗ cuối cùng lúc 09:00" in page
        assert 'value="Nguyễn Thị Mẫu"' in page and 'formaction="' in page and "/0930/" in page

    def test_a_time_that_passed_while_the_form_was_filled_in_keeps_what_was_typed(self, client, service):
        past = reverse("centres:book_details", args=[service.centre.code, "A", "2026-11-23", "0800"])
        page = text(self.sent(client, past, "book"))
        assert 'value="Nguyễn Thị Mẫu"' in page and 'formaction="' in page

    def test_a_second_one_in_the_same_field_is_refused_and_says_no_hour_to_a_stranger(self, client, address):
        client.post(address, typed(step="book"))
        page = text(self.sent(client, address.replace("0900", "1000"), "book")).replace("10:00", "")
        assert "đã có một lịch hẹn" in page and "09:00" not in page

    def test_guessing_costs_time_and_keeps_what_was_typed(self, client, address):
        pages = [text(self.sent(client, address, "book")) for _try in range(7)]
        assert "error-summary" in pages[-1] and "đã có một lịch hẹn" not in pages[-1]
        assert 'value="Nguyễn Thị Mẫu"' in pages[-1]

    def test_nothing_about_the_person_is_in_an_address(self, client, address):
        for step in ("check", "change", "book"):
            answer = client.post(address, typed(step=step))
            assert "Nguy" not in answer.url and "345678" not in answer.url

    def test_what_was_typed_travels_to_its_own_address_only_and_not_past_the_booking(self, client, address):
        kept = client.post(address, typed(step="check")).cookies[book_draft.COOKIE]
        assert kept["path"] == address and kept["httponly"]
        assert "Nguyễn" not in text(client.get(address.replace("0900", "1000")))
        client.post(address, typed(step="book"))
        page = text(client.get(address))
        assert "Nguyễn" not in page and "Bác đã đặt giờ này" in page

    def test_what_was_typed_can_be_read_by_nobody_and_does_not_stay_on_a_shared_computer(self, client, address):
        sent = typed(step="check", email="mau@example.com", identity_number="001190012345")
        kept = client.post(address, sent).cookies[book_draft.COOKIE]
        assert kept["max-age"] == 3600
        assert "Nguyễn" in text(client.get(address)) and "001190012345" in text(client.get(address))
        for part in (kept.value, *kept.value.lstrip(".").split(":")):
            held = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
            with contextlib.suppress(zlib.error):
                held += zlib.decompress(held)
            for value in ("Nguyễn", "Nguy\\u1ec5n", "345 678", "mau@example.com", "001190012345"):
                assert value.encode() not in held

    def test_what_was_typed_an_hour_ago_is_not_shown_even_if_a_browser_kept_it(self, client, address, monkeypatch):
        client.post(address, typed(step="check"))
        assert "Nguyễn" in text(client.get(address))
        later = time.time() + 3601
        monkeypatch.setattr(time, "time", lambda: later)
        assert "Nguyễn" not in text(client.get(address))

    def test_the_answers_to_check_lead_to_the_booking_they_became(self, client, address):
        check = client.post(address, typed(step="check")).url
        made = client.post(address, typed(step="book")).url
        assert client.get(check).url == made

    @pytest.mark.parametrize("key", ["used", "bad"])
    def test_a_form_whose_key_is_refused_can_be_begun_again(self, client, address, key):
        first = typed(step="book", client_key="x" if key == "bad" else uuid4().hex)
        client.post(address, first)
        other = {**first, "full_name": "Lê Văn Thử", "phone": "0987654321"}
        page = text(client.get(client.post(address, other).url))
        assert "error-summary" in page and "Lê Văn Thử" in page
        fresh = re.search(r'name="client_key" value="(\w+)"', page)[1]
        client.post(address.replace("0900", "0930"), {**other, "client_key": fresh})
        assert Appointment.objects.filter(phone="+84987654321").exists()

    def test_answers_that_were_not_kept_are_asked_again(self, client, address):
        assert client.get(f"{address}?step=check").url == address
        for made_up in ("made-up", "", "gAAAAABé"):
            client.cookies[book_draft.COOKIE] = made_up
            assert client.get(address).status_code == 200

    def test_a_text_without_end_is_kept_as_far_as_a_cookie_reaches(self, client, address):
        answer = client.post(address, typed(step="check", full_name="Nguyễn " * 3000, email="ẫ" * 9000))
        assert len(answer.cookies[book_draft.COOKIE].value) < 3000
        assert "id_full_name_error" in text(client.get(answer.url))

    def test_a_time_that_has_passed_leads_back_to_the_days(self, client, service):
        past = reverse("centres:book_details", args=[service.centre.code, "A", "2026-11-23", "0800"])
        assert client.get(past).status_code == 302


class TestMine:
    @pytest.fixture
    def mine(self, service):
        return make.AppointmentFactory(service=service, starts_at=TOMORROW, seat=1)

    def page(self, client, row, name="mine"):
        return client.get(reverse(f"centres:book_{name}", args=[row.token]))

    def test_it_shows_code_qr_and_ways_to_change(self, client, mine):
        answer = self.page(client, mine)
        assert mine.code in text(answer) and "data:image/svg+xml" in text(answer)
        assert answer["Cache-Control"] == "no-store"
        assert mine.full_name not in text(answer) and mine.phone not in text(answer)

    def test_the_calendar_file_has_the_time_in_utc(self, client, mine):
        answer = self.page(client, mine, "calendar")
        assert b"DTSTART:20261124T020000Z\r\n" in answer.content
        assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))

    def test_cancelling_is_asked_once_more(self, client, mine):
        assert self.page(client, mine, "cancel").status_code == 200
        mine.refresh_from_db()
        assert mine.state == AppointmentState.BOOKED
        client.post(reverse("centres:book_cancel", args=[mine.token]))
        mine.refresh_from_db()
        assert mine.state == AppointmentState.CANCELLED

    def test_moving_leads_to_the_new_one_also_from_the_old_address(self, client, mine):
        url = reverse("centres:book_move_slot", args=[mine.token, "2026-11-25"])
        answer = client.post(url, {"hour": "0900", "client_key": uuid4().hex})
        new = Appointment.objects.get(moved_from=mine)
        assert answer.url == self.page(client, mine).url == reverse("centres:book_mine", args=[new.token])

    @pytest.mark.parametrize("sent", ["cancel", "check_in", "move", "the form that moved it"])
    def test_a_page_from_before_the_move_changes_nothing_and_leads_to_the_new_one(self, client, mine, sent):
        client.cookies["django_language"] = "en"
        slots, key = reverse("centres:book_move_slot", args=[mine.token, "2026-11-25"]), uuid4().hex
        client.post(slots, {"hour": "0900", "client_key": key})
        new = Appointment.objects.get(moved_from=mine)
        old = {
            "move": (slots, {"hour": "1000", "client_key": uuid4().hex}),
            "the form that moved it": (slots, {"hour": "1000", "client_key": key}),
        }.get(sent) or (reverse(f"centres:book_{sent}", args=[mine.token]), {})
        answer = client.post(*old, follow=True)
        page = text(answer)
        assert answer.redirect_chain[-1][0] == reverse("centres:book_mine", args=[new.token])
        assert "That page was out of date, so nothing was changed" in page and "You have an appointment" in page
        assert "was moved" not in page and "Book another time" not in page
        assert list(Appointment.objects.exclude(state="moved")) == [new]

    @pytest.mark.parametrize("state", ["cancelled", "missed"])
    def test_an_old_page_does_not_offer_times_for_an_appointment_that_is_over(self, client, service, state):
        over = make.AppointmentFactory(service=service, starts_at=TOMORROW, state=state, ended_at=MORNING)
        slots = reverse("centres:book_move_slot", args=[over.token, "2026-11-25"])
        answer = client.post(slots, {"hour": "1000", "client_key": uuid4().hex}, follow=True)
        assert answer.redirect_chain[-1][0] == reverse("centres:book_mine", args=[over.token])
        assert 'name="hour"' not in text(answer)

    def test_moving_without_end_is_slowed_on_the_page_and_by_programs(self, client, mine):
        def move(appointment, hour, by_program):
            if by_program:
                return client.post(
                    reverse("api_appointment_move", args=[appointment.token]),
                    {"starts_at": f"2026-11-25T{hour[:2]}:{hour[2:]}:00+07:00", "client_key": uuid4().hex},
                    content_type="application/json",
                )
            url = reverse("centres:book_move_slot", args=[appointment.token, "2026-11-25"])
            return client.post(url, {"hour": hour, "client_key": uuid4().hex})

        for tries in range(6):
            assert move(mine, "0615", by_program=tries % 2 == 0).status_code == (400 if tries % 2 == 0 else 302)
        assert move(mine, "1400", by_program=True).status_code == 429
        assert "Đã thử quá nhiều lần" in text(client.get(move(mine, "1400", by_program=False).url))
        mine.refresh_from_db()
        assert mine.state == "booked"

    def test_on_time_the_phone_gives_the_number(self, client, mine):
        with clock.fixed(TOMORROW):
            answer = client.post(reverse("centres:book_check_in", args=[mine.token]))
        ticket = Ticket.objects.get()
        assert answer.url == f"/t/{ticket.token}/" and ticket.priority_ground == PriorityGround.BOOKED

    def test_somebody_of_eighty_says_so_on_the_phone_and_goes_before_the_booked(self, client, mine):
        with clock.fixed(TOMORROW):
            assert 'value="age_75"' in text(self.page(client, mine))
            client.post(reverse("centres:book_check_in", args=[mine.token]), {"ground": "tall"})
            assert not Ticket.objects.exists()
            client.post(reverse("centres:book_check_in", args=[mine.token]), {"ground": PriorityGround.AGE_75})
        ticket = Ticket.objects.get()
        assert (ticket.priority_ground, ticket.priority) == (PriorityGround.AGE_75, Priority.FIRST)

    def test_early_an_ordinary_number_still_goes_by_age(self, client, mine):
        with clock.fixed(TOMORROW - timedelta(hours=2)):
            assert 'value="age_60"' in text(self.page(client, mine))
            answer = {"ordinary": "1", "ground": PriorityGround.AGE_60}
            client.post(reverse("centres:book_check_in", args=[mine.token]), answer)
        assert Ticket.objects.get().priority_ground == PriorityGround.AGE_60

    @pytest.mark.parametrize(
        ("at", "said"),
        [
            (MORNING, "Your appointment is on 24/11/2026 at 09:00"),
            (TOMORROW - timedelta(hours=2), "Your appointment is at 09:00. Please come back here from"),
            (TOMORROW + timedelta(hours=2), "Your appointment was at 09:00 and held until"),
        ],
    )
    def test_not_on_time_the_appointments_page_says_so_once_and_nothing_is_drawn(self, client, mine, at, said):
        client.cookies["django_language"] = "en"
        with clock.fixed(at):
            answer = client.post(reverse("centres:book_check_in", args=[mine.token]))
            assert answer.status_code == 302, "a page that answers a form could not be read again"
            assert answer.url == reverse("centres:book_mine", args=[mine.token])
            assert text(client.get(answer.url)).count(said) == 1
            assert text(client.get(answer.url)).count(said) == (at != MORNING), "read again, the page stands for itself"
        assert not Ticket.objects.exists()

    def test_a_time_that_was_just_taken_is_said_on_the_page_of_the_free_ones(self, client, mine, service):
        client.cookies["django_language"] = "en"
        taken = make.AppointmentFactory(service=service, starts_at=hanoi("2026-11-25 09:00"), seat=1)
        url = reverse("centres:book_move_slot", args=[mine.token, "2026-11-25"])
        answer = client.post(url, {"hour": "0900", "client_key": uuid4().hex})
        assert (answer.status_code, answer.url) == (302, url)
        page = text(client.get(url))
        assert page.count("the last place at 09:00") == 1 and 'value="0930"' in page
        taken.refresh_from_db()
        mine.refresh_from_db()
        assert taken.state == mine.state == "booked"

    def test_a_day_that_closed_asks_for_another_time(self, client, mine, centre):
        CalendarDay.objects.create(centre=centre, day=mine.day, hours=[], reason="mất điện")
        page = text(self.page(client, mine))
        assert "mất điện" in page and mine.code not in page

    def test_an_unknown_token_is_not_there(self, client):
        assert client.get("/book/b/khong-co/").status_code == 404


class TestKiosk:
    @pytest.fixture
    def now(self, service):
        return make.AppointmentFactory(service=service, starts_at=MORNING, seat=1, code="123456")

    def come(self, kiosk, code):
        return kiosk.post(reverse("centres:kiosk_booked"), {"code": code})

    def test_the_code_gives_the_slip_twice_the_same(self, kiosk, now):
        answers = [self.come(kiosk, code) for code in ("123456", "123 456")]
        ticket = Ticket.objects.get()
        assert {answer.url for answer in answers} == {reverse("centres:kiosk_ticket", args=[ticket.token])}
        assert ticket.priority_ground == PriorityGround.BOOKED

    @pytest.mark.parametrize("sign", ["/", "&", " ", "-", "//"])
    @pytest.mark.parametrize("token", ["-nuu4V24udBKJ2k5D7uohg", "_nuu4V24udBKJ2k5D7uoh-", "--u4V24udBKJ2k5D7uo---"])
    def test_a_scanned_address_works_also_from_a_keyboard_that_mangles_its_signs(self, kiosk, now, token, sign):
        Appointment.objects.filter(pk=now.pk).update(token=token)
        assert self.come(kiosk, f"HTTPS>//cong/book/b/{token}/".replace("/", sign)).status_code == 302

    def test_the_qr_of_a_moved_one_leads_to_the_new_one(self, kiosk, now, service):
        old = make.AppointmentFactory(service=service, starts_at=TOMORROW, state="moved", ended_at=MORNING)
        Appointment.objects.filter(pk=now.pk).update(moved_from=old)
        assert self.come(kiosk, f"/book/b/{old.token}/").status_code == 302

    def test_a_wrong_code_says_so_and_stays_typed(self, kiosk, now):
        answer = self.come(kiosk, "654321")
        assert answer.status_code == 409 and 'value="654321"' in text(answer)

    def test_on_time_whoever_the_law_calls_earlier_says_so_and_is(self, kiosk, now):
        page = text(kiosk.get(reverse("centres:kiosk_booked")))
        assert 'name="ground" value="age_75"' in page
        url = reverse("centres:kiosk_booked")
        assert kiosk.post(url, {"code": "123456", "ground": PriorityGround.AGE_75}).status_code == 302
        ticket = Ticket.objects.get()
        assert (ticket.priority_ground, ticket.priority) == (PriorityGround.AGE_75, Priority.FIRST)

    def test_late_it_says_why_and_gives_an_ordinary_number_if_wanted(self, kiosk, now):
        with clock.fixed(MORNING + timedelta(minutes=11)):
            page = self.come(kiosk, "123456")
            assert page.status_code == 409 and "10:10" in text(page)
            url = reverse("centres:kiosk_booked_ordinary")
            kiosk.post(url, {"token": now.token, "ground": PriorityGround.AGE_60})
        assert Ticket.objects.get().priority_ground == PriorityGround.AGE_60

    def test_an_appointment_of_another_centre_is_not_found_by_its_code(self, kiosk):
        make.AppointmentFactory(service=make.ServiceFactory(), starts_at=MORNING, code="777777")
        assert self.come(kiosk, "777777").status_code == 409

    def test_by_get_no_number_is_given(self, kiosk, now):
        kiosk.get(reverse("centres:kiosk_booked"), {"code": "123456"})
        assert not Ticket.objects.exists()


class TestFull:
    @pytest.fixture(autouse=True)
    def full(self, service):
        visits_take(30, service)
        waiting(service, 12)

    def test_the_kiosk_says_why_and_offers_a_time_and_a_qr(self, kiosk, service):
        for answer in (
            kiosk.get(reverse("centres:kiosk_which", args=["A"])),
            kiosk.get(reverse("centres:kiosk_ground", args=["A"])),
            kiosk.post(reverse("centres:kiosk_draw"), {"service": "A", "client_key": uuid4().hex, "ground": ""}),
        ):
            page = text(answer)
            assert "17:00" in page and "data:image/svg+xml" in page and 'name="phone"' in page

    def test_a_phone_number_books_the_next_free_time_once(self, kiosk, service):
        url, sent = reverse("centres:kiosk_book", args=["A"]), {"phone": "0912345678", "client_key": uuid4().hex}
        first, second = kiosk.post(url, sent), kiosk.post(url, sent)
        made = Appointment.objects.get()
        assert first.url == second.url == reverse("centres:kiosk_appointment", args=[made.token])
        assert made.starts_at == hanoi("2026-11-24 08:00") and made.device is not None
        assert made.code in text(kiosk.get(first.url))

    def test_a_wrong_phone_number_stays_typed(self, kiosk, service):
        answer = kiosk.post(reverse("centres:kiosk_book", args=["A"]), {"phone": "12", "client_key": uuid4().hex})
        assert answer.status_code == 400 and 'value="12"' in text(answer)


class TestManager:
    @pytest.fixture(autouse=True)
    def signed_in(self, client, manager):
        client.force_login(manager)

    @pytest.mark.parametrize("count", [1, 30])
    def test_the_list_costs_the_same_with_one_and_thirty(self, client, service, count, django_assert_max_num_queries):
        for number in range(count):
            make.AppointmentFactory(service=service, starts_at=MORNING + timedelta(minutes=number))
        with django_assert_max_num_queries(12):
            page = text(client.get(reverse("centres:day_bookings")))
        assert page.count('scope="row"') == count
        assert "Nguyễn Thị Mẫu" not in page and "+8491" not in page

    def test_the_calendar_costs_the_same_whatever_is_booked(self, client, service, django_assert_max_num_queries):
        for number in range(30):
            make.AppointmentFactory(service=service, starts_at=TOMORROW + timedelta(minutes=number))
        with django_assert_max_num_queries(13):
            page = text(client.get(reverse("centres:day_hours")))
        assert page.count("<tr>") == 5

    def test_an_exception_is_saved_shown_and_removed(self, client, centre):
        url = reverse("centres:day_hours")
        client.post(url, {"day": "2026-11-25", "opening": "8:00-10:30, 13h30 - 15h00", "reason": "tập huấn"})
        assert CalendarDay.objects.get().hours == [["08:00", "10:30"], ["13:30", "15:00"]]
        assert "tập huấn" in text(client.get(url))
        client.post(reverse("centres:day_hours_remove"), {"day": "2026-11-25"})
        assert not CalendarDay.objects.exists()

    def test_an_exception_after_the_four_weeks_is_listed_and_removed_too(self, client, centre, service):
        url = reverse("centres:day_hours")
        for day, hours in (("2026-12-21", "8:00-10:30"), ("2027-10-04", "")):
            client.post(url, {"day": day, "opening": hours, "reason": "tập huấn"})
        make.AppointmentFactory(service=service, starts_at=MORNING + timedelta(days=28))
        later = text(client.get(url)).partition('id="later"')[2].partition("</table>")[0]
        assert "21/12/2026" in later and "08:00–10:30" in later and "1 lịch hẹn" in later
        assert "04/10/2027" in later and "Nghỉ" in later and later.count("tập huấn") == 2
        client.post(reverse("centres:day_hours_remove"), {"day": "2027-10-04"})
        assert "04/10/2027" not in text(client.get(url))

    @pytest.mark.parametrize(
        ("bad", "field"),
        [
            ({"day": "x"}, "day"),
            ({"opening": "25:00-26:00"}, "opening"),
            ({"opening": "morning"}, "opening"),
            ({"reason": ""}, "reason"),
            ({"day": "2026-11-22"}, "day"),
        ],
    )
    def test_bad_input_is_shown_at_its_field_and_stays(self, client, bad, field):
        sent = {"day": "2026-11-25", "opening": "08:00-10:00", "reason": "tập huấn", **bad}
        answer = client.post(reverse("centres:day_hours"), sent)
        assert answer.status_code == 400 and f"id_{field}_error" in text(answer)
        assert not CalendarDay.objects.exists()

    def test_a_number_is_given_with_a_reason(self, client, service):
        url, key = reverse("centres:day_number"), uuid4().hex
        assert client.post(url, {"service": service.pk, "client_key": key, "reason": ""}).status_code == 400
        for _twice in range(2):
            assert client.post(url, {"service": service.pk, "client_key": key, "reason": "ở xa"}).status_code == 302
        assert Ticket.objects.get().events.get().reason == "ở xa"

    def test_a_helper_draws_one_as_the_kiosk_would(self, client, service, centre):
        helper, url = make.MembershipFactory(centre=centre, role=Role.HELPER).user, reverse("centres:day_number")
        client.force_login(helper)
        assert 'name="reason"' not in text(client.get(url))
        sent = {"service": service.pk, "client_key": uuid4().hex, "ground": "age_75"}
        page = text(client.post(url, sent, follow=True))
        drawn = Ticket.objects.get()
        assert drawn.label in page and drawn.priority_ground == "age_75"
        issued = drawn.events.get()
        assert (issued.actor, issued.reason) == (helper, "")
        client.force_login(make.MembershipFactory(centre=make.CentreFactory(), role=Role.HELPER).user)
        assert client.post(url, {**sent, "client_key": uuid4().hex}).status_code in (400, 403)
        assert Ticket.objects.count() == 1

    def test_the_slip_of_a_number_given_by_hand_is_there_to_print_and_to_scan(self, client, service, centre):
        url = reverse("centres:day_number")
        sent = {"service": service.pk, "client_key": uuid4().hex, "reason": "ở xa"}
        page = text(client.post(url, sent, follow=True))
        assert Ticket.objects.get().label in page
        assert 'class="qr"' in page and "data-print" in page and "css/slip.css" in page
        assert 'class="qr"' not in text(client.get(url))

    def test_only_who_gave_a_number_sees_its_slip(self, client, service, officer):
        theirs = draw(service=service, client_key=uuid4().hex, reason="ở xa", at=MORNING, acting_user=officer)
        for asked in (theirs.pk, "x", "9" * 30):
            assert 'class="qr"' not in text(client.get(reverse("centres:day_number"), {"given": asked}))

    def test_an_exception_is_at_most_a_year_ahead(self, client):
        sent = {"day": "9999-12-31", "opening": "", "reason": "tập huấn"}
        answer = client.post(reverse("centres:day_hours"), sent)
        assert answer.status_code == 400 and "id_day_error" in text(answer)
        assert not CalendarDay.objects.exists()
