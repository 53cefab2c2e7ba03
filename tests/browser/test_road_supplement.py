"""Something is missing: asked for once, brought and gone on; asked again by a leader; or never brought, and ended by law."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from applications import tasks
from applications.enums import State
from applications.models import AnswerLimit, Application
from notifications.models import Message
from tests.browser.road import COUNTER, LEADER, SPECIALIST, Road
from tests.factories.applications import a_dossier

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def road(browser: Browser, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Road]:
    road = Road(browser, live_server.url, monkeypatch, "supplement")
    yield road
    road.end()


def state_of(dossier: Application) -> State:
    return State(Application.objects.get(pk=dossier.pk).state)


def test_what_is_missing_is_asked_for_brought_or_ended_by_law(transactional_db: None, road: Road) -> None:
    asked_once_brought_and_asked_again(road)
    never_brought(road)


def asked_once_brought_and_asked_again(road: Road) -> None:
    dossier = a_dossier(state=State.PROCESSING, procedure="land_change_info")
    road.at("2026-11-23 14:00")
    specialist = road.open(SPECIALIST, dossier)
    specialist.locator("#step-ask-supplement").click()
    specialist.wait_for_url("**/ask-supplement/")
    specialist.fill("[name=what-1]", "Bản chụp bị mờ, không đọc được số vào sổ")
    specialist.fill("[name=todo-1]", "Nộp bản chụp rõ hơn, đủ bốn trang")
    about = specialist.locator("input[name^=about-]").first
    about.fill("Địa chỉ mới")
    free = (about.get_attribute("name") or "").removeprefix("about-")
    specialist.fill(f"[name=what-{free}]", "Thiếu số nhà")
    specialist.fill(f"[name=todo-{free}]", "Ghi lại theo thông báo của phường")
    specialist.fill("[name=guidance]", "Không cần nộp lại các giấy tờ khác.")
    road.seen(specialist, "ask", axe=True)
    road.key(specialist, "F9", f"**/dossiers/{dossier.pk}/")
    road.seen(specialist, "asked", axe=True)
    assert state_of(dossier) == State.SUPPLEMENT
    form = road.form(specialist, dossier, "02")
    for words in ("Bản chụp bị mờ", "đủ bốn trang", "Thiếu số nhà", "Không cần nộp lại", dossier.code or ""):
        assert words in form, words

    phone = road.track(dossier)
    expect(phone.locator(".todo.act")).to_contain_text("Bản chụp bị mờ")
    expect(phone.locator(".todo.act")).to_contain_text("Ghi lại theo thông báo của phường")
    road.seen(phone, "citizen", axe=True)
    assert "Thiếu số nhà" in road.paper(phone, phone.locator("a[href*='/forms/']").first, "form02-citizen")

    road.at("2026-11-25 09:00")
    counter = road.step(COUNTER, dossier, "accept-supplement", note="Bản chụp rõ, tờ khai ghi lại")
    road.seen(counter, "brought")
    assert state_of(dossier) == State.PROCESSING
    expect(road.track(dossier).locator(".when")).to_contain_text("trước")

    # The specialist may not ask twice; the leader may, and reads first what it means.
    specialist = road.open(SPECIALIST, dossier)
    expect(specialist.locator("#step-ask-supplement")).to_have_count(0)
    leader = road.open(LEADER, dossier)
    leader.locator("#step-ask-supplement").click()
    leader.wait_for_url("**/ask-supplement/")
    expect(leader.locator(".note.act")).to_be_visible()
    leader.fill("[name=what-1]", "Bản chụp thiếu trang 3")
    leader.fill("[name=todo-1]", "Nộp thêm bản chụp trang 3")
    leader.keyboard.press("F9")
    expect(leader.locator(".field.invalid").first).to_be_visible()
    road.seen(leader, "again-refused", axe=True)
    leader.fill("[name=reason]", "Trang 3 có thay đổi mới phát hiện khi thẩm tra")
    leader.locator("[name=understood]").check()
    road.key(leader, "F9", f"**/dossiers/{dossier.pk}/")
    expect(leader.locator("header.stack-tight")).to_contain_text("quá hạn")
    road.seen(leader, "again")
    assert "thiếu trang 3" in road.form(leader, dossier, "02")
    assert Application.objects.get(pk=dossier.pk).asked_again


def never_brought(road: Road) -> None:
    road.at("2026-11-23 10:26")
    AnswerLimit.objects.create(
        procedure_code="1.001193", valid_from=date(2025, 7, 1), working_days=7, source="NĐ 63/2024"
    )
    dossier = a_dossier(state=State.SUPPLEMENT)
    phone = road.track(dossier)
    expect(phone.locator(".todo.act")).to_contain_text("03/12/2026")
    road.seen(phone, "law-ends-it")
    road.at("2026-12-02 09:00")
    tasks.mind_supplements()
    assert Message.objects.filter(dedup_key__startswith=f"dossier:{dossier.pk}:supplement_waits:").exists()
    assert state_of(dossier) == State.SUPPLEMENT
    road.at("2026-12-04 09:00")
    tasks.mind_supplements()
    assert state_of(dossier) == State.STOPPED
    specialist = road.open(SPECIALIST, dossier)
    road.seen(specialist, "ended")
    form = road.form(specialist, dossier, "05")
    assert "Quá thời hạn bổ sung" in form
    phone = road.track(dossier)
    expect(phone.locator("h1")).to_contain_text("dừng", ignore_case=True)
    road.seen(phone, "ended-citizen", axe=True)
    assert "Quá thời hạn bổ sung" in road.paper(phone, phone.locator("a[href*='/forms/']").first, "form05-citizen")
