"""Refused before it is received (form 03): what was filed online, and what somebody asks for at the counter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from applications.actions.file_online import take_in_filing
from applications.enums import State
from applications.models import Application, IssuedForm
from notifications.models import Message
from tests.browser.road import COUNTER, Road
from tests.factories.applications import a_draft
from tests.factories.national import a_filing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def road(browser: Browser, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Road]:
    road = Road(browser, live_server.url, monkeypatch, "intake")
    yield road
    road.end()


def now(dossier: Application) -> Application:
    return Application.objects.get(pk=dossier.pk)


def test_what_is_not_taken_in_is_refused_on_paper(transactional_db: None, road: Road) -> None:
    filed_online(road)
    asked_for_at_the_counter(road)


def filed_online(road: Road) -> None:
    arrival, _is_new = take_in_filing(hoso=a_filing(), at=road.now)
    page = road.open(COUNTER, "/desk/filed/")
    road.seen(page, "filed", axe=True)
    page.locator(f"a[href='/desk/filed/{arrival.application_id}/end/']").click()
    page.wait_for_url("**/end/")
    page.locator("[name=how][value=refused]").check()
    page.locator("main form button.primary").click()
    expect(page.locator(".field.invalid")).to_have_count(2)
    road.seen(page, "refuse-incomplete", axe=True)
    page.fill("[name=reason]", "Trẻ đã được đăng ký khai sinh")
    page.fill("[name=ground]", "Điều 15 Luật Hộ tịch")
    road.send(page, page.locator("main form button.primary"), "/end/")
    dossier = now(arrival.application)
    assert dossier.state == State.REFUSED
    form = IssuedForm.objects.get(application=dossier, number="03")
    words = road.paper(page, page.locator(f"a[href$='/refusals/{form.pk}/']").first, "form03-online")
    assert "Trẻ đã được đăng ký khai sinh" in words
    assert "Điều 15 Luật Hộ tịch" in words
    assert Message.objects.filter(dedup_key__startswith=f"dossier:{dossier.pk}:not_accepted:").exists()
    phone = road.track(dossier)
    road.seen(phone, "refused-citizen", axe=True)
    assert "Điều 15" in road.paper(phone, phone.locator("a[href*='/forms/']").first, "form03-citizen")


def asked_for_at_the_counter(road: Road) -> None:
    draft = a_draft(complete=False)
    desk = road.open(draft.opened_by, f"/desk/?matter={draft.pk}")
    desk.locator(f"a[href='/desk/matters/{draft.pk}/refuse/']").click()
    desk.wait_for_url("**/refuse/")
    desk.keyboard.press("F9")
    expect(desk.locator(".field.invalid")).to_have_count(2)
    road.seen(desk, "refuse", axe=True)
    desk.fill("[name=reason]", "Trẻ chưa sinh")
    desk.fill("[name=ground]", "Điều 15 Luật Hộ tịch")
    desk.keyboard.press("F9")
    expect(desk.locator("a[href*='/refusals/']")).to_be_visible()
    assert now(draft).state == State.REFUSED
    road.seen(desk, "refused-at-the-counter", axe=True)
    form = IssuedForm.objects.get(application=draft, number="03")
    words = road.paper(desk, desk.locator(f"a[href$='/refusals/{form.pk}/']").first, "form03-counter")
    for said in ("Trẻ chưa sinh", "Nguyễn Thị Ánh", "Điều 15"):
        assert said in words, said
    phone = road.track(draft)
    expect(phone.locator("h1")).to_be_visible()
    road.seen(phone, "refused-at-the-counter-citizen")
