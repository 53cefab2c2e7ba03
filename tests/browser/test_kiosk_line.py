"""The line of a kiosk drops and comes back: numbers go on, and each is in the queue once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.http import HttpResponse
from playwright.sync_api import Browser, Page, expect

from applications.demo.centres import Place, set_up
from centres import device_access
from centres.enums import DeviceKind, Priority
from centres.last_numbers import DayIsFull
from centres.models import Device, NextNotice, PaperTrip, Ticket
from portal import clock
from tests.browser.line import Line
from tests.browser.until import until
from tests.law import load_catalogue

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZE = {"width": 1080, "height": 1920}
# A line that dies in the middle of a request is given up after eight seconds (static/js/kiosk-worker.js).
PATIENCE_MS = 15_000


@pytest.fixture
def place(transactional_db: None) -> Place:
    load_catalogue()
    for command in ("load_units", "load_national_days"):
        call_command(command, verbosity=0)
    return set_up(clock.now(), clock.today())


@pytest.fixture
def line(live_server: Any) -> Iterator[Line]:
    with Line(live_server.thread.host, live_server.thread.port) as line:
        yield line


@pytest.fixture
def kiosk(browser: Browser, line: Line, place: Place) -> Iterator[Page]:
    context = browser.new_context(viewport=SIZE, base_url=line.url)
    answer = HttpResponse()
    device_access.remember(answer, Device.objects.get(kind=DeviceKind.KIOSK))
    context.add_cookies([{"name": name, "value": one.value, "url": line.url} for name, one in answer.cookies.items()])
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto("/kiosk/")
    page.wait_for_selector("html[data-line-ready]")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    yield page
    context.close()
    assert not wrong


def take(page: Page, letter: str, ground: str = "") -> str:
    """One number from the page without a line."""
    page.click(f"[data-letter={letter}]")
    page.click(f"[data-step=ground] [data-ground='{ground}']")
    number = page.locator("[data-line-number]")
    expect(number).to_have_text(re.compile(rf"^{letter}\d+$"))
    return number.inner_text()


def test_numbers_given_without_a_line_are_in_the_queue_once(kiosk: Page, line: Line) -> None:
    line.cut()
    kiosk.goto("/kiosk/")
    expect(kiosk.locator(".calm")).to_be_visible()
    given = []
    for letter, ground in (("A", ""), ("A", "age_75"), ("B", "")):
        given.append(take(kiosk, letter, ground))
        assert kiosk.locator("[data-line-code] path").get_attribute("d")
        kiosk.goto("/kiosk/again/")
    assert given == ["A1001", "A1002", "B1001"]
    assert not Ticket.objects.exists()

    line.mend()
    kiosk.wait_for_selector("[data-poll]", timeout=20_000)

    tickets = {ticket.label: ticket for ticket in Ticket.objects.all()}
    assert sorted(tickets) == given
    assert tickets["A1002"].priority == Priority.FIRST
    assert tickets["A1001"].queue_at < tickets["A1002"].queue_at < tickets["B1001"].queue_at
    assert all(clock.now() - ticket.issued_at < timedelta(minutes=2) for ticket in tickets.values())
    kiosk.reload()
    kiosk.wait_for_selector("html[data-line-ready]")
    assert Ticket.objects.count() == 3
    # The code on the slip leads to the ticket now.
    assert kiosk.request.get(f"/t/{tickets['A1001'].token}/").status == 200


def test_a_line_that_drops_while_the_pages_are_kept_anew_leaves_those_that_were_kept(kiosk: Page, line: Line) -> None:
    refresh = "navigator.serviceWorker.ready.then(({ active }) => active.postMessage('refresh'))"
    for size in (1, 300, 1_000, 3_000):
        line.cut_in_answer("/kiosk/offline/", size)
        kiosk.evaluate(refresh)
        until(kiosk, lambda: line.is_cut, PATIENCE_MS / 1000)
        kiosk.goto("/kiosk/")
        expect(kiosk.locator(".calm"), f"cut after {size} bytes").to_be_visible()
        line.mend()
        kiosk.goto("/kiosk/again/")
        kiosk.wait_for_selector("html[data-line-ready]")


def test_who_was_choosing_when_the_line_dropped_goes_on(kiosk: Page, line: Line) -> None:
    kiosk.goto("/kiosk/service/B/")
    line.cut()
    kiosk.click("button[name=ground][value=age_60]")
    expect(kiosk.locator("[data-line-number]")).to_have_text("B1001", timeout=PATIENCE_MS)
    line.mend()
    kiosk.goto("/kiosk/again/")
    kiosk.wait_for_selector("html[data-line-ready]")
    assert [(ticket.label, ticket.priority_ground) for ticket in Ticket.objects.all()] == [("B1001", "age_60")]


def test_a_number_whose_answer_was_lost_is_one_ticket_under_the_printed_number(kiosk: Page, line: Line) -> None:
    kiosk.goto("/kiosk/service/B/")
    key = kiosk.input_value("[name=client_key]")
    # The server hears the request, and its answer never arrives.
    sent = {
        "service": "B",
        "client_key": key,
        "ground": "",
        "csrfmiddlewaretoken": kiosk.input_value("main [name=csrfmiddlewaretoken]"),
    }
    assert kiosk.request.post("/kiosk/draw/", form=sent).ok
    assert [ticket.label for ticket in Ticket.objects.all()] == ["B001"]
    line.cut()
    kiosk.click("button[name=ground][value='']")
    expect(kiosk.locator("[data-line-number]")).to_have_text("B1001", timeout=PATIENCE_MS)
    line.mend()
    kiosk.goto("/kiosk/again/")
    kiosk.wait_for_selector("html[data-line-ready]")
    assert [ticket.label for ticket in Ticket.objects.all()] == ["B1001"]


def test_the_page_without_a_line_speaks_every_language_and_has_no_barriers(kiosk: Page, line: Line) -> None:
    line.cut()
    kiosk.goto("/kiosk/help/")
    for language, words in (("en", "English"), ("ko", "한국어"), ("vi", "Tiếng Việt")):
        kiosk.click(f"footer a[lang={language}]")
        expect(kiosk.locator("html")).to_have_attribute("lang", language)
        for step in ("start", "ground", "slip"):
            if step == "ground":
                kiosk.click("[data-letter=A]")
            elif step == "slip":
                kiosk.click("[data-step=ground] [data-ground='']")
                expect(kiosk.locator("[data-line-number]")).to_be_visible()
            found = Axe().run(kiosk).response["violations"]
            assert not found, (words, step, [one["id"] for one in found])
            over = kiosk.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over <= 0
        kiosk.goto("/kiosk/")


def test_an_old_block_gives_nothing_after_midnight(kiosk: Page, line: Line) -> None:
    line.cut()
    kiosk.add_init_script("const real = Date.now; Date.now = () => real() + 24 * 3600 * 1000;")
    kiosk.goto("/kiosk/")
    kiosk.click("[data-letter=A]")
    kiosk.click("[data-step=ground] [data-ground='']")
    expect(kiosk.locator("[data-step=none] h1")).to_be_visible()


def test_a_day_that_was_full_stays_full_without_the_line(
    kiosk: Page, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = DayIsFull(7, clock.now().replace(hour=16, minute=30))
    monkeypatch.setattr("centres.line.full_now", lambda service, at: full if service.letter == "A" else None)
    kiosk.evaluate("window.line.sync(['A', 'B'])")
    line.cut()
    kiosk.goto("/kiosk/")
    kiosk.click("[data-letter=A]")
    said = kiosk.locator("[data-line-full]")
    expect(said).to_contain_text("16:30")
    expect(said).to_contain_text("7")
    kiosk.click("[data-line-start]:visible")
    assert re.fullmatch(r"B\d+", take(kiosk, "B"))


def test_a_phone_number_that_was_lost_with_the_line_is_said_to_be(kiosk: Page, line: Line) -> None:
    kiosk.goto("/kiosk/service/A/")
    kiosk.click("button[name=ground][value='']")
    kiosk.wait_for_url("**/kiosk/ticket/**")
    kiosk.goto(f"{kiosk.url}sms/")
    for key in "0912345678":
        kiosk.click(f".keypad button[value='{key}']")
    line.cut()
    kiosk.click("button[name=consent]")
    expect(kiosk.locator("[data-step=sms] h1")).to_be_visible(timeout=PATIENCE_MS)
    assert "912" not in kiosk.url
    assert not NextNotice.objects.exists()


def test_when_the_numbers_are_used_up_the_page_says_so(kiosk: Page, line: Line) -> None:
    kiosk.evaluate(
        "const kept = JSON.parse(localStorage['kiosk-line']); kept.numbers.A = kept.numbers.A.slice(0, 1); localStorage['kiosk-line'] = JSON.stringify(kept)"
    )
    line.cut()
    kiosk.goto("/kiosk/")
    take(kiosk, "A")
    kiosk.goto("/kiosk/")
    kiosk.click("[data-letter=A]")
    kiosk.click("[data-step=ground] [data-ground='']")
    expect(kiosk.locator("[data-step=none] h1")).to_be_visible()


def test_the_slip_fits_one_piece_of_paper_in_normal_and_in_large_print(kiosk: Page) -> None:
    kiosk.goto("/kiosk/service/A/")
    kiosk.click("button[name=ground][value='']")
    kiosk.wait_for_url("**/kiosk/ticket/**")
    for large in ("0", "1"):
        kiosk.context.add_cookies([{"name": "large_print", "value": large, "url": kiosk.url}])
        kiosk.reload()
        with pikepdf.open(BytesIO(kiosk.pdf(width="80mm", prefer_css_page_size=True))) as slip:
            (page,) = slip.pages
            assert round(float(page.mediabox[2]) * 25.4 / 72) == 80


def test_the_slip_in_large_print_is_large_and_four_digits_fit_the_roll(kiosk: Page) -> None:
    kiosk.goto("/kiosk/service/A/")
    kiosk.click("button[name=ground][value='']")
    kiosk.wait_for_url("**/kiosk/ticket/**")
    kiosk.emulate_media(media="print")
    kiosk.set_viewport_size({"width": 272, "height": 740})  # 80 mm without the margins, at 96 pixels an inch
    for large, points in (("0", 11), ("1", 16)):
        kiosk.context.add_cookies([{"name": "large_print", "value": large, "url": kiosk.url}])
        kiosk.reload()
        size = kiosk.evaluate("parseFloat(getComputedStyle(document.querySelector('.slip .where')).fontSize)")
        assert round(size * 72 / 96) == points
        kiosk.evaluate("document.querySelector('#slip-number').textContent = 'M1999'")
        assert kiosk.evaluate("document.documentElement.scrollWidth") <= 272


def test_a_phone_number_is_typed_on_large_keys(kiosk: Page) -> None:
    kiosk.goto("/kiosk/service/A/")
    kiosk.click("button[name=ground][value='']")
    kiosk.wait_for_url("**/kiosk/ticket/**")
    slip = kiosk.url
    for large in ("1", "0"):
        kiosk.context.add_cookies([{"name": "large_print", "value": large, "url": slip}])
        for page in (slip, f"{slip}sms/"):
            kiosk.goto(page)
            assert kiosk.evaluate("document.documentElement.scrollHeight") <= SIZE["height"], (page, large)
    for key in ("0", "9", "1", "erase", "1", "2", "3", "4", "5", "6", "7", "8"):
        button = kiosk.locator(f".keypad button[value='{key}']")
        assert (button.bounding_box() or {"height": 0})["height"] >= 72
        button.click()
    expect(kiosk.locator("#phone")).to_have_value("0912 345 678")
    kiosk.click("button[name=consent]")
    kiosk.wait_for_url(slip)
    expect(kiosk.locator(".told")).to_contain_text("•• ••• 678")
    assert NextNotice.objects.get().phone == "+84912345678"


def test_the_page_for_a_booking_fits_the_screen_with_what_goes_before_it(kiosk: Page) -> None:
    for large in ("1", "0"):
        kiosk.context.add_cookies([{"name": "large_print", "value": large, "url": kiosk.url}])
        kiosk.goto("/kiosk/booked/")
        assert kiosk.evaluate("document.documentElement.scrollHeight") <= SIZE["height"], large
        expect(kiosk.locator("button[name=ground][value=age_75]")).to_be_visible()


def test_a_number_is_drawn_without_scripts(browser: Browser, live_server: Any, place: Place) -> None:
    context = browser.new_context(viewport=SIZE, base_url=live_server.url, java_script_enabled=False)
    answer = HttpResponse()
    device_access.remember(answer, Device.objects.get(kind=DeviceKind.KIOSK))
    context.add_cookies(
        [{"name": name, "value": one.value, "url": live_server.url} for name, one in answer.cookies.items()]
    )
    page = context.new_page()
    page.goto("/kiosk/")
    page.click("a.tile[href='/kiosk/for/A/']")
    page.click("a.tile[href*='no=land_certificate']")
    page.click("button[name=choice][value=number]")
    page.click("footer a[href='/kiosk/service/A/']")
    page.click("button[name=ground][value='']")
    expect(page.locator("#slip-number")).to_have_text("A001")
    assert PaperTrip.objects.get().choice == "number"
    page.click("a[href$='/sms/']")
    for key in "0912345678":
        page.click(f".keypad button[value='{key}']")
    page.click("button[name=consent]")
    expect(page.locator(".told")).to_be_visible()
    assert NextNotice.objects.get().phone == "+84912345678"
    context.close()
