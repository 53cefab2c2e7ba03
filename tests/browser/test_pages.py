"""Every page in a real browser: axe finds nothing, nothing is wider than a phone, and all languages render."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from centres.actions.counters import pause_counter
from centres.enums import Role, TicketState
from centres.models import Appointment, CalendarDay
from citizens.models import User
from portal import clock
from tests.browser.pages import BOARD, DESK, KIOSK, LAND, LANGUAGES, MAGNIFIED, PHONES, Hall, Looker
from tests.factories.applications import member_of
from tests.factories.centres import TicketFactory
from tests.moments import hanoi

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WEDNESDAY = hanoi("2026-11-18 10:00")


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same at any hour: what was twenty minutes ago is of this day, and tomorrow is worked. Set for all threads, the
    live server's too, which ``clock.fixed`` does not reach."""
    monkeypatch.setattr(clock, "now", lambda: WEDNESDAY)


@pytest.fixture
def hall(transactional_db: None) -> Hall:
    return Hall()


@pytest.fixture
def look(browser: Browser, live_server: Any) -> Iterator[Looker]:
    looker = Looker(browser, live_server.url)
    yield looker
    looker.close()


# The public catalogue: what was found, what was not, and a reader's own case.
CATALOGUE = (
    "/procedures/", "/procedures/?q=khai+sinh", "/procedures/?q=xin+chao", "/procedures/?q=001190012345",
    "/procedures/event/unit_renamed/", "/procedures/field/residence/", "/procedures/1.001193/?no_birth_paper=on",
    "/procedures/1.013833/?unit_rearrangement=on&joint_owners=on", "/procedures/2.000815/?pages=0&copies=2",
    "/procedures/2.001019/", "/units/",
)  # fmt: skip
# An old address and what becomes of it: one unit, several, words to mend, nothing.
OLD_ADDRESSES = {
    "Trung Phụng, Đống Đa": "**/units/?unit=*", "Nam Đồng, Đống Đa": "**/units/?unit=*", "Quang Trung": "**/units/",
    "": "**/units/",
}  # fmt: skip


def citizen_paths(hall: Hall) -> list[tuple[str, int]]:
    """Addresses and the status each answers with."""
    tokens = [row.token for row in (*hall.tickets.values(), *hall.dossiers.values())]
    centre = f"/centres/{hall.place.centre.code}/"
    waiting = hall.tickets["waiting"].token
    why, papers = f"/t/{waiting}/why/", f"/t/{waiting}/papers/land_change_info/"
    return [
        *[
            ("/", 200),
            (centre, 200),
            ("/track/", 200),
            ("/me/sign-in/", 200),
            ("/sign-in/", 200),
            ("/khong-co/", 404),
            ("/t/khong-co/", 404),
        ],
        *[("/verify/", 200), ("/verify/ZZZZZZZZZZZZ/", 404)],
        *[(f"/t/{token}/", 200) for token in tokens],
        *[(why, 200), (f"{why}?number={hall.tickets['done'].label}", 200), (f"{why}?number=khong", 400)],
        *[(papers, 200), (f"{papers}?no=land_certificate", 200)],
        *[(f"{papers}?yes=land_certificate&no=joint_owners", 200), (f"{papers}back-with/land_certificate/", 200)],
        *[(path, 200) for path in booking_paths(hall)],
        *[(path, 200) for path in CATALOGUE],
        ("/verify/closings/", 200),
        *[(f"/verify/closings/{closing.day}/", 200) for closing in hall.closings],
    ]


def booking_paths(hall: Hall) -> list[str]:
    """Every question, and the page of an appointment in each state."""
    days = [f"{clock.today() + timedelta(days=count):%Y-%m-%d}" for count in (1, 2)]
    branch, mine = "/book/chi-nhanh-3/", [f"/book/b/{row.token}/" for row in hall.appointments.values()]
    tomorrow = f"/book/b/{hall.appointments['tomorrow'].token}/"
    return [
        "/book/", branch, f"{branch}A/", f"{branch}A/days/", f"{branch}A/{days[0]}/?for=land_change_info",
        f"{branch}A/{days[0]}/0900/?for=land_change_info", f"{tomorrow}cancel/", f"{tomorrow}move/",
        f"{tomorrow}move/{days[0]}/", f"{tomorrow}move/{days[1]}/", *mine,
    ]  # fmt: skip


def test_citizens_pages_fit_a_phone_and_render_in_every_language(hall: Hall, look: Looker) -> None:
    page, small = look.page(PHONES[0]), look.page(PHONES[1])
    for language in LANGUAGES:
        look.speak(page, language)
        look.speak(small, language)
        for path, status in citizen_paths(hall):
            look.open(page, path, status)
            if page.get_attribute("html", "lang") != language:
                look.wrong.append(f"{path}: not in {language}")
            look.no_wider_than_the_screen(page, f"{path} ({language})")
            if language == "vi":
                look.axe(page, path)
            look.open(small, path, status)
            look.no_wider_than_the_screen(small, f"{path} ({language})")
    assert not look.wrong, "\n".join(look.wrong)


def test_the_steps_of_booking_fit_a_phone_and_have_no_barriers(hall: Hall, look: Looker) -> None:
    """The pages that only answer a form: errors, the answers to check, the page after."""
    page = look.page(PHONES[1])
    look.open(page, booking_paths(hall)[5])
    for step, (name, phone) in enumerate([("", "12"), ("Nguyễn Thị Mẫu", "0912 345 678")]):
        page.fill("#id_full_name", name)
        page.fill("#id_phone", phone)
        page.click("button[value=check]")
        look.axe(page, f"step {step}")
        look.no_wider_than_the_screen(page, f"step {step}")
    page.click("button[value=book]")
    page.wait_for_url("**/book/b/*/")
    look.axe(page, "the appointment")
    assert Appointment.objects.filter(phone="+84912345678").count() == 1
    assert not look.wrong, "\n".join(look.wrong)


def test_an_old_address_is_answered_and_stands_in_no_address(hall: Hall, look: Looker) -> None:
    page = look.page(PHONES[1])
    for typed, led_to in OLD_ADDRESSES.items():
        look.open(page, "/units/")
        page.fill("#id_address", typed)
        page.click("main form button.primary")
        page.wait_for_url(led_to)
        page.wait_for_selector(".answer" if typed else ".error-summary")
        look.axe(page, f"“{typed}”")
        look.no_wider_than_the_screen(page, f"“{typed}”")
        if page.input_value("#id_address") != ("" if "unit=" in led_to else typed):
            look.wrong.append(f"“{typed}” did not stay to be mended")
    look.open(page, "/units/")
    page.fill("#id_address", "Nam Đồng, Đống Đa")
    page.keyboard.press("Enter")
    page.wait_for_selector(".answer")
    page.reload()
    page.wait_for_selector(".answer")
    page.go_back()
    page.go_forward()
    page.wait_for_selector(".answer")
    assert not look.wrong, "\n".join(look.wrong)


def test_appointments_at_the_kiosk_by_scanner_and_by_finger(hall: Hall, look: Looker) -> None:
    kiosk = look.page(KIOSK, device=hall.kiosk)
    look.open(kiosk, f"/kiosk/appointment/{hall.appointments['now'].token}/")
    look.axe(kiosk, "an appointment made here")
    look.open(kiosk, "/kiosk/booked/")
    look.axe(kiosk, "scan")
    # A scanner types into whatever has focus, and ends with the line.
    kiosk.keyboard.type(f"{look.url}/book/b/{hall.appointments['now'].token}/")
    kiosk.keyboard.press("Enter")
    kiosk.wait_for_url("**/kiosk/ticket/*/")
    look.open(kiosk, "/kiosk/booked/")
    for digit in hall.appointments["late"].code:
        kiosk.click(f".keypad [value='{digit}']")
    kiosk.click("main form button.primary")
    kiosk.wait_for_selector(".grounds")
    look.axe(kiosk, "late")
    kiosk.click(".tile.none")
    kiosk.wait_for_url("**/kiosk/ticket/*/")
    assert not look.wrong, "\n".join(look.wrong)


def test_a_full_day_at_the_kiosk_ends_with_an_appointment(hall: Hall, look: Looker) -> None:
    centre = hall.place.centre
    centre.keeps_hours = True
    centre.save()
    whole_day = {"hours": [["00:00", "23:59"]], "reason": "trực"}
    CalendarDay.objects.update_or_create(centre=centre, day=clock.today(), defaults=whole_day)
    before = hall.at - timedelta(days=3)
    TicketFactory(service=hall.place.services["A"], number=900, issued_at=before, called_at=before, arrived_at=before,
                  finished_at=before + timedelta(hours=23), served_s=23 * 3600, state="done")  # fmt: skip
    for number in range(60):  # more than the rest of the day of all counters
        TicketFactory(service=hall.place.services["A"], number=901 + number, issued_at=hall.at)
    kiosk = look.page(KIOSK, device=hall.kiosk)
    look.open(kiosk, "/kiosk/for/A/")
    look.axe(kiosk, "the day is full")
    for digit in "0912345678":
        kiosk.click(f".keypad [value='{digit}']")
    kiosk.click("main form button.primary")
    kiosk.wait_for_url("**/kiosk/appointment/*/")
    look.axe(kiosk, "the appointment made here")
    assert not look.wrong, "\n".join(look.wrong)


def test_screens_of_the_hall_have_no_barriers_in_any_language(hall: Hall, look: Looker) -> None:
    def seen(page: Page, path: str, status: int = 200) -> None:
        look.open(page, path, status)
        look.axe(page, path)

    kiosk, board, nobody = look.page(KIOSK, device=hall.kiosk), look.page(BOARD, device=hall.board), look.page(DESK)
    paths = ["/kiosk/", "/kiosk/help/", f"/kiosk/ticket/{hall.tickets['waiting'].token}/", "/kiosk/service/A/",
             f"/kiosk/ticket/{hall.tickets['waiting'].token}/sms/",
             "/kiosk/for/B/", LAND, f"{LAND}?yes=land_certificate&yes=joint_owners&no=marriage_certificate",
             f"{LAND}back-with/land_certificate/", "/kiosk/offline/", "/kiosk/booked/"]  # fmt: skip
    for path in paths:
        seen(kiosk, path)
    seen(board, "/board/")
    for path in ("/kiosk/sign-in/", "/board/sign-in/"):
        seen(nobody, path)
    for language in LANGUAGES:
        look.speak(kiosk, language)
        for path in paths:
            look.open(kiosk, path)
            look.no_wider_than_the_screen(kiosk, f"{path} ({language})")
    look.large(kiosk)
    for path in paths:
        look.open(kiosk, path)
        look.no_wider_than_the_screen(kiosk, f"{path} (large print)")
    assert not look.wrong, "\n".join(look.wrong)


def test_pages_of_staff_have_no_barriers(hall: Hall, look: Looker) -> None:
    centre = hall.place.centre
    people: dict[str, Callable[[], User]] = {
        "without a counter": lambda: hall.without_counter,
        "empty": lambda: hall.empty.officer,
        "paused": lambda: hall.paused.officer,
        "person": lambda: hall.with_person.officer,
        "draft": lambda: hall.with_draft.officer,
        "specialist": lambda: member_of(Role.SPECIALIST, centre),
        "leader": lambda: member_of(Role.LEADER, centre),
        "manager": lambda: hall.manager,
        "city": lambda: member_of(Role.CITY_ADMIN, None),
    }
    every_dossier = [f"/dossiers/{row.pk}/" for row in hall.dossiers.values()]
    visits = {
        "without a counter": ["/desk/", "/day/", "/sessions/"],
        "empty": ["/desk/", *every_dossier],
        "paused": ["/desk/"],
        "person": ["/desk/", "/desk/?choose", "/desk/person/phone/"],
        "draft": [
            f"/desk/?matter={hall.draft.pk}",
            f"/desk/?matter={hall.draft.pk}&view=form",
            "/desk/?choose",
            f"/desk/papers/{hall.draft.papers.exclude(pk=hall.paper.pk)[0].pk}/certify/",
            f"/desk/certifications/{hall.item.pk}/",
            f"/desk/?matter={hall.asked.pk}",
            f"/desk/matters/{hall.asked.pk}/documents/",
            *(f"/desk/certifications/{row.pk}/change/" for row in hall.asked.certification.items.all()[:1]),
        ],
        "specialist": [
            "/dossiers/",
            "/dossiers/?list=overdue",
            "/desk/originals/?list=office",
            "/desk/originals/lists/",
            *every_dossier,
        ],
        "leader": [
            "/dossiers/",
            "/registers/",
            f"/registers/{hall.register.pk}/",
            f"/registers/{hall.register.pk}/?after=30",
            f"/registers/{hall.last_years.pk}/",
            *every_dossier,
        ],
        "manager": [
            "/day/",
            f"/day/counters/{hall.paused.pk}/",
            f"/day/counters/{hall.empty.pk}/",
            "/day/what-if/",
            f"/day/replay/?day={clock.local_day(hall.at) - timedelta(days=1)}",
            "/day/report/",
            "/day/report/?span=month",
            f"/day/devices/{hall.board.pk}/",
            "/day/announcements/",
            "/day/papers/",
            "/day/tickets/",
            "/day/tickets/?show=waiting",
            "/day/bookings/",
            "/day/hours/",
            "/day/number/",
            "/day/waits/",
            "/dossiers/?list=all",
        ],
        "city": ["/day/city/?span=week"],
    }
    for who, paths in visits.items():
        page = look.page(DESK, user=people[who]())
        for path in paths:
            look.open(page, path, 403 if (who, path) == ("without a counter", "/day/") else 200)
            look.axe(page, f"{path} as {who}")
    hall.start_matter()
    page = look.page(DESK, user=hall.with_person.officer)
    look.open(page, "/desk/")
    look.axe(page, "/desk/ with a new matter")
    assert not look.wrong, "\n".join(look.wrong)


def test_the_keys_of_the_queue_stay_in_sight_however_much_stands_above_them(hall: Hall, look: Looker) -> None:
    counter, width_and_height = hall.empty, DESK
    for number in range(901, 909):
        TicketFactory(
            service=counter.services.all()[0], number=number, issued_at=hall.at, called_at=hall.at, counter=counter,
            state=TicketState.PARKED, park_reason="lấy bản chính giấy khai sinh",
        )  # fmt: skip
    page = look.page(width_and_height, user=counter.officer)
    look.open(page, "/desk/")
    pause_counter(counter=counter, reason="họp", at=clock.now(), acting_user=hall.manager)
    page.wait_for_selector("#waiting .note.warn")
    for key in ("F2", "F8", "F10"):
        box = page.locator(f"#queue [data-key={key}]").bounding_box()
        assert box and box["y"] + box["height"] <= width_and_height[1], key
    assert not look.wrong, "\n".join(look.wrong)


def test_where_an_old_ward_was_divided_each_radio_stands_beside_its_name(hall: Hall, look: Looker) -> None:
    page = look.page(DESK, user=hall.with_person.officer)
    look.open(page, "/desk/")

    choices = page.locator("#unit-form label")
    assert choices.count() > 1
    for choice in choices.all():
        dot, name = choice.locator("input").bounding_box(), choice.locator("span").first.bounding_box()
        assert dot and name
        assert name["x"] > dot["x"] + dot["width"] and name["y"] < dot["y"] + dot["height"] / 2
        assert dot["y"] + dot["height"] / 2 < name["y"] + name["height"], "the name is beside its dot"
    last, button = choices.last.bounding_box(), page.locator("#unit-form button").bounding_box()
    assert last and button and button["y"] >= last["y"] + last["height"], "the answer comes after the choices"
    assert page.locator("#unit-form fieldset").evaluate("one => getComputedStyle(one).borderTopWidth") == "0px"
    assert not look.wrong, "\n".join(look.wrong)


def test_a_phone_that_magnifies_twofold_still_shows_the_whole_code(hall: Hall, look: Looker) -> None:
    page = look.page(MAGNIFIED)
    for state in hall.dossiers.values():
        path = f"/t/{state.token}/"
        look.open(page, path)
        look.no_wider_than_the_screen(page, path)
    look.open(page, "/")
    look.no_wider_than_the_screen(page, "/")
    assert not look.wrong, "\n".join(look.wrong)
