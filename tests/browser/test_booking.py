"""Booking with the browser's own keys: Back, Forward and reload never ask to send anything again, and lose nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from centres.models import Appointment
from portal import clock
from tests.browser.pages import PHONES, Hall, Looker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAME, PHONE = "Nguyễn Thị Mẫu", "0912 345 678"


@pytest.fixture
def look(browser: Browser, live_server: Any, transactional_db: None) -> Iterator[Looker]:
    Hall()
    looker = Looker(browser, live_server.url)
    yield looker
    looker.close()


def at_a_time(look: Looker, hour: str) -> Page:
    """A phone that came to this time of tomorrow from the day's page."""
    page = look.page(PHONES[0])
    day = f"/book/chi-nhanh-3/A/{clock.today() + timedelta(days=1):%Y-%m-%d}/"
    look.open(page, day)
    page.goto(f"{day}{hour}/?for=land_change_info")
    return page


def fill_in(page: Page, phone: str = PHONE) -> None:
    page.fill("#id_full_name", NAME)
    page.fill("#id_phone", phone)
    page.click("button[value=check]")


def test_back_forward_and_reload_after_booking_lead_to_the_one_appointment(look: Looker) -> None:
    page = at_a_time(look, "0900")
    fill_in(page)
    expect(page.locator(".book-facts")).to_contain_text(NAME)
    page.reload()
    expect(page.locator(".book-facts")).to_contain_text(NAME)
    page.click("button[value=book]")
    page.wait_for_url("**/book/b/*/")
    mine = page.url
    page.reload()
    for _key in (page.go_back, page.go_forward, page.go_back, page.reload):
        _key()
        assert page.url == mine
    assert Appointment.objects.filter(phone="+84912345678").count() == 1
    page.go_back()
    expect(page.locator("main .note a")).to_have_attribute("href", mine.removeprefix(look.url))
    fill_in(page)
    page.click("button[value=book]")
    expect(page.locator(".error-summary")).to_be_visible()
    assert Appointment.objects.filter(phone="+84912345678").count() == 1


def test_back_from_the_answers_to_check_keeps_what_was_typed(look: Looker) -> None:
    page = at_a_time(look, "0900")
    fill_in(page, "12")
    expect(page.locator(".error-summary")).to_be_visible()
    fill_in(page)
    expect(page.locator(".book-facts")).to_be_visible()
    page.go_back()
    expect(page.locator("#id_full_name")).to_have_value(NAME)
    expect(page.locator("#id_phone")).to_have_value(PHONE)
    page.go_back()
    expect(page.locator("#id_full_name")).to_have_value(NAME)
    page.go_forward()
    page.go_forward()
    page.click("button[value=change]")
    expect(page.locator("#id_phone")).to_have_value(PHONE)


def test_back_from_another_time_leads_to_the_one_that_was_refused(look: Looker) -> None:
    other, page = at_a_time(look, "0930"), at_a_time(look, "0900")
    fill_in(other)
    other.click("button[value=book]")
    other.wait_for_url("**/book/b/*/")
    fill_in(page)
    page.click("button[value=book]")
    expect(page.locator(".error-summary")).to_be_visible()
    page.wait_for_load_state()
    page.reload()
    expect(page.locator("#id_full_name")).to_have_value(NAME)
    page.go_back()
    page.go_forward()
    expect(page.locator("#id_phone")).to_have_value(PHONE)
    assert Appointment.objects.filter(phone="+84912345678").count() == 1
