"""A citizen on the phone and somebody of support meet in a room that is made for the two of them."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from centres.enums import Role
from portal import clock
from support.models import VideoCall
from tests.browser.pages import DESK, PHONES, Hall, Looker
from tests.factories.applications import member_of
from tests.moments import hanoi

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_citizen_and_support_meet(
    browser: Browser, live_server: Any, transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.VIDEO_CALL_URL = f"{live_server.url}/?meeting={{room}}"  # a service that anybody reaches
    monkeypatch.setattr(clock, "now", lambda: hanoi("2026-11-18 10:00"))
    hall, looker = Hall(), Looker(browser, live_server.url)
    support = looker.page(DESK, user=member_of(Role.SUPPORT, hall.place.centre))
    phone = looker.page(PHONES[1])

    looker.open(support, "/support/video-calls/")
    looker.open(phone, f"/t/{hall.tickets['waiting'].token}/help/")
    phone.locator("a[href$='/video/']").click()
    phone.locator("button[value=ask]").click()
    expect(phone.locator("h1")).to_contain_text("Đang gọi")
    looker.axe(phone, "calling")
    looker.no_wider_than_the_screen(phone, "calling")

    expect(support.locator(".asks")).to_contain_text(hall.tickets["waiting"].label, timeout=10_000)
    looker.axe(support, "somebody calls")
    support.locator("button", has_text="Nhận").click()
    expect(phone.locator("a[href$='/enter/']")).to_be_visible(timeout=10_000)
    looker.axe(phone, "answered")
    looker.no_wider_than_the_screen(phone, "answered")
    room = f"{live_server.url}/?meeting={VideoCall.objects.get().room}"
    assert _opened(phone, "a[href$='/enter/']") == room == _opened(support, "a[href$='/enter/']")

    phone.locator("button[value=end]").click()
    expect(phone.locator("button[value=ask]")).to_be_visible()
    expect(support.locator(".mine")).to_have_count(0, timeout=10_000)
    looker.close()
    assert not looker.wrong, "\n".join(looker.wrong)


def _opened(page: Page, link: str) -> str:
    """Where the link leads, in a tab of its own."""
    with page.context.expect_page() as opened:
        page.locator(link).click()
    opened.value.wait_for_load_state()
    return opened.value.url
