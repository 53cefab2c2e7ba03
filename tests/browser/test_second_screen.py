"""The citizen checks on the screen of the counter what the officer is about to print, and the officer sees it at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from applications.models import Application
from centres.actions.devices import register
from centres.enums import DeviceKind, Role
from centres.models import Ticket
from portal import clock
from tests.browser.pages import DESK, Looker
from tests.browser.test_story import PICTURES
from tests.factories.applications import MONDAY, a_centre, a_draft, member_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = {"1366": (1366, 768), "1920": (1920, 1080), "800": (800, 1280)}


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MONDAY)


@pytest.fixture
def looker(browser: Browser, live_server: Any) -> Iterator[Looker]:
    looker = Looker(browser, live_server.url)
    yield looker
    looker.close()


def seen(looker: Looker, page: Page, name: str) -> None:
    """At each size a counter may have: a picture, nothing that axe finds, nothing wider than the screen."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for size, (width, height) in SCREENS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=PICTURES / f"second-screen-{name}-{size}.png")
        looker.no_wider_than_the_screen(page, f"{name} {size}")
        looker.axe(page, f"{name} {size}")


def test_a_misspelt_name_is_found_before_the_receipt_is_printed(looker: Looker) -> None:
    centre = a_centre()
    draft = a_draft()
    counter, name = draft.matter.ticket.counter, draft.applicant.full_name
    _device, key = register(
        centre=centre, kind=DeviceKind.SCREEN, name="Quầy 1", counter=counter, at=MONDAY,
        acting_user=member_of(Role.MANAGER, centre),
    )  # fmt: skip
    screen = looker.page(SCREENS["1366"])
    looker.open(screen, "/screen/")
    screen.fill("[name=key]", key)
    screen.click("main button.primary")
    expect(screen.locator(".idle h1")).to_be_visible()
    seen(looker, screen, "1-idle")
    assert name not in screen.content()

    desk = looker.page(DESK, user=draft.opened_by)
    looker.open(desk, f"/desk/?matter={draft.pk}&view=form")
    desk.keyboard.press("Alt+s")
    expect(screen.locator(".check")).to_contain_text("Nguyễn Gia Bảo")
    expect(desk.locator("[data-second=shown]")).to_be_visible()
    seen(looker, screen, "2-check")
    assert draft.applicant.identity_number not in screen.content()

    line = screen.locator(".to-check li", has_text="Nguyễn Gia Bảo")
    line.locator("button").click()
    expect(line).to_have_class("wrong")
    expect(desk.locator("#says_child_name")).to_be_visible()
    expect(desk.locator("[data-second=wrong]")).to_be_visible()
    desk.screenshot(path=PICTURES / "second-screen-3-desk.png")
    looker.axe(desk, "the desk with a wrong line")
    seen(looker, screen, "3-wrong")

    desk.fill("#id_child_name", "Nguyễn Gia Bách")
    expect(screen.locator(".check")).to_contain_text("Nguyễn Gia Bách")
    expect(desk.locator("#says_child_name")).to_have_count(0)
    screen.locator(".all-right").click()
    expect(screen.locator(".say.ok")).to_be_visible()
    expect(desk.locator("[data-second=right]")).to_be_visible()
    seen(looker, screen, "4-right")

    desk.keyboard.press("F9")
    expect(desk.locator("[data-code]")).to_be_visible()
    expect(screen.locator(".idle")).to_be_visible()
    for said in (name, "Gia Bách"):
        assert said not in screen.content()
    dossier = Application.objects.get(pk=draft.pk)
    assert dossier.form_data["child_name"] == "Nguyễn Gia Bách"
    assert dossier.events.get().details["checked_on_screen"]
    assert not looker.wrong, "\n".join(looker.wrong)


def test_without_a_script_the_same_is_touched_and_a_silent_screen_holds_up_nobody(
    looker: Looker, browser: Browser
) -> None:
    centre = a_centre()
    draft = a_draft()
    Ticket.objects.filter(pk=draft.matter.ticket_id).update(language="ko")
    _device, key = register(
        centre=centre, kind=DeviceKind.SCREEN, name="Quầy 1", counter=draft.matter.ticket.counter, at=MONDAY,
        acting_user=member_of(Role.MANAGER, centre),
    )  # fmt: skip
    desk = looker.page(DESK, user=draft.opened_by)
    looker.open(desk, f"/desk/?matter={draft.pk}")
    expect(desk.locator("#second-screen .note.warn")).to_be_visible()  # nobody has signed it in
    plain = browser.new_context(java_script_enabled=False)
    screen = plain.new_page()
    screen.goto(f"{looker.url}/screen/")
    screen.fill("[name=key]", key)
    screen.click("main button.primary")
    expect(desk.locator("#second-screen .note.warn")).to_have_count(0)
    desk.keyboard.press("Alt+s")
    expect(desk.locator("[data-second=shown]")).to_be_visible()
    screen.goto(f"{looker.url}/screen/")
    expect(screen.locator(".check")).to_have_attribute("lang", "ko")
    screen.screenshot(path=PICTURES / "second-screen-5-ko.png")
    screen.locator(".to-check li", has_text="Nguyễn Gia Bảo").locator("button").click()
    expect(screen.locator(".to-check .wrong")).to_have_count(1)
    expect(desk.locator("[data-second=wrong]")).to_be_visible()
    plain.close()
    desk.keyboard.press("F9")
    expect(desk.locator("[data-code]")).to_be_visible()


def test_without_a_line_to_the_server_no_name_stays(looker: Looker) -> None:
    centre = a_centre()
    draft = a_draft()
    _device, key = register(
        centre=centre, kind=DeviceKind.SCREEN, name="Quầy 1", counter=draft.matter.ticket.counter, at=MONDAY,
        acting_user=member_of(Role.MANAGER, centre),
    )  # fmt: skip
    desk, screen = looker.page(DESK, user=draft.opened_by), looker.page(SCREENS["800"])
    looker.open(screen, "/screen/")
    screen.fill("[name=key]", key)
    screen.click("main button.primary")
    looker.open(desk, f"/desk/?matter={draft.pk}")
    desk.keyboard.press("Alt+s")
    expect(screen.locator(".check")).to_be_visible()
    screen.context.set_offline(True)
    expect(screen.locator(".check")).to_be_hidden(timeout=15_000)
    screen.context.set_offline(False)
    expect(screen.locator(".check")).to_be_visible(timeout=40_000)
