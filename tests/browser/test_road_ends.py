"""Roads inside the office and out of it before a result: another office, rework, a colleague, withdrawn, stopped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from applications import tasks
from applications.enums import State
from applications.enums_originals import Place
from applications.models import Application, Consultation, Original
from centres.enums import Role
from notifications.models import Message
from tests.browser.road import COUNTER, LEADER, MANAGER, SPECIALIST, Road
from tests.factories.applications import LAST4, a_dossier, a_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def road(browser: Browser, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Road]:
    road = Road(browser, live_server.url, monkeypatch, "ends")
    yield road
    road.end()


def now(dossier: Application) -> Application:
    return Application.objects.get(pk=dossier.pk)


def test_from_hand_to_hand_and_out_before_a_result(transactional_db: None, road: Road) -> None:
    dossier = a_dossier(state=State.PROCESSING, procedure="land_change_info")
    another_office_is_asked_and_answers(road, dossier)
    the_leader_sends_it_back(road, dossier)
    it_goes_to_a_colleague_and_everything_to_the_next(road, dossier)
    the_citizen_withdraws_it(road, dossier)
    the_leader_stops_another(road)


def another_office_is_asked_and_answers(road: Road, dossier: Application) -> None:
    road.at("2026-11-23 14:00")
    page = road.step(
        SPECIALIST, dossier, "consult", office="UBND phường Kim Liên", email="kimlien@example.vn",
        question="Địa chỉ mới của thửa đất số 45?", until="2026-11-26",
    )  # fmt: skip
    expect(page.locator("section.note.warn")).to_contain_text("UBND phường Kim Liên")
    road.seen(page, "asked-elsewhere", axe=True)
    road.open(SPECIALIST, "/dossiers/?list=asked-elsewhere")
    expect(road.page(SPECIALIST).locator("table")).to_contain_text(dossier.code or "")
    road.at("2026-11-25 08:30")
    tasks.remind_offices()
    assert Message.objects.filter(dedup_key__contains=":answer_waited:").count() == 1
    road.at("2026-11-25 15:00")
    asked = Consultation.objects.get()
    page = road.step(
        SPECIALIST, dossier, "note-answer", consultation=str(asked.pk), answer="Số 12 ngõ 5, phường Kim Liên"
    )
    expect(page.locator(f"section:has(#asked-{asked.pk})")).to_contain_text("Số 12 ngõ 5")


def the_leader_sends_it_back(road: Road, dossier: Application) -> None:
    road.step(SPECIALIST, dossier, "propose", number="88/XN-VPĐK")
    road.open(LEADER, "/dossiers/?list=to-sign")
    expect(road.page(LEADER).locator("table")).to_contain_text(dossier.code or "")
    road.step(LEADER, dossier, "send-back", reason="Sai tờ bản đồ: phải là tờ số 12")
    page = road.open(SPECIALIST, dossier)
    expect(page.locator("section.note:has(#sent-back)")).to_contain_text("tờ số 12")
    road.seen(page, "sent-back", axe=True)


def it_goes_to_a_colleague_and_everything_to_the_next(road: Road, dossier: Application) -> None:
    colleague = a_member(Role.SPECIALIST, road.centre, full_name="Nguyễn Thu Hà")
    third = a_member(Role.SPECIALIST, road.centre, full_name="Lý Văn Khoa")
    road.step(SPECIALIST, dossier, "hand-on", to=str(colleague.pk), reason="Đi công tác")
    assert now(dossier).handler == colleague
    page = road.open(colleague, "/dossiers/?list=mine")
    expect(page.locator("table")).to_contain_text(dossier.code or "")
    page = road.open(MANAGER, "/dossiers/people/")
    form = page.locator("form:has([name=do][value='hand-on'])")
    form.locator("[name$=person]").select_option(str(colleague.pk))
    form.locator("[name$=to]").select_option(str(third.pk))
    form.locator("[name$=reason]").fill("Nghỉ việc từ 01/12")
    road.seen(page, "bulk-hand-over", axe=True)
    form.locator("button[type=submit]").click()
    expect(page.locator("#messages")).to_contain_text("1")
    assert now(dossier).handler == third
    road.seen(page, "handed-over")
    page = road.open(third, "/dossiers/?list=mine")
    expect(page.locator("table")).to_contain_text(dossier.code or "")


def the_citizen_withdraws_it(road: Road, dossier: Application) -> None:
    phone = road.track(dossier)
    phone.locator("a[href$='/withdraw/']").click()
    phone.wait_for_url("**/withdraw/")
    phone.fill("[name=reason]", "Tôi bán nhà, không cần nữa")
    phone.fill("[name=phone_last4]", "0000")
    phone.locator("[name=sure]").check()
    phone.locator("main button.primary").click()
    expect(phone.locator(".field.invalid")).to_have_count(1)
    road.seen(phone, "withdraw-wrong", axe=True)
    phone.fill("[name=phone_last4]", LAST4)
    with phone.expect_navigation(url="**/t/*/**"):
        phone.locator("main button.primary").click()
    expect(phone.locator("p.note[role=note]")).to_be_visible()
    road.seen(phone, "withdraw-asked")

    counter = road.open(COUNTER, "/dossiers/?list=to-withdraw")
    expect(counter.locator("table")).to_contain_text(dossier.code or "")
    counter = road.open(COUNTER, dossier)
    expect(counter.locator("section.note:has(#wish)")).to_contain_text("Tôi bán nhà")
    expect(counter.locator("[name=withdraw-reason]")).to_have_value("Tôi bán nhà, không cần nữa")
    counter = road.step(COUNTER, dossier, "withdraw", given_back="Giấy chứng nhận AB 123456")
    assert now(dossier).state == State.WITHDRAWN
    form = road.form(counter, dossier, "05")
    for words in ("Tôi bán nhà", "Giấy chứng nhận AB 123456", "Theo đề nghị của người nộp hồ sơ"):
        assert words in form, words
    road.step(COUNTER, dossier, "give-originals-back", signed=True)
    assert Original.objects.get(application=dossier).place == Place.GIVEN_BACK
    road.seen(counter, "withdrawn", axe=True)
    phone = road.track(dossier)
    expect(phone.locator("h1")).to_contain_text("rút")
    road.seen(phone, "withdrawn-citizen")


def the_leader_stops_another(road: Road) -> None:
    dossier = a_dossier(state=State.PROCESSING, at=road.at("2026-11-26 08:30"))
    road.at("2026-11-26 10:00")
    page = road.step(LEADER, dossier, "stop", reason="Trẻ đã được đăng ký khai sinh tại phường Láng")
    assert now(dossier).state == State.STOPPED
    assert "đã được đăng ký khai sinh tại phường Láng" in road.form(page, dossier, "05")
    road.seen(page, "stopped", axe=True)
    phone = road.track(dossier)
    expect(phone.locator("h1")).to_contain_text("dừng", ignore_case=True)
    road.seen(phone, "stopped-citizen")
