"""The result: not collected and reminded of, sent by post and brought back, taken by a proxy, found wrong and replaced; and
the papers that go with a dossier."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from applications import tasks
from applications.enums import DeliveryState, State
from applications.models import Application, BookPrint
from notifications.models import Message
from tests.browser.road import COUNTER, LEADER, SPECIALIST, Road
from tests.factories.applications import a_dossier, a_draft_for_elsewhere

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def road(browser: Browser, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Road]:
    road = Road(browser, live_server.url, monkeypatch, "result")
    yield road
    road.end()


def now(dossier: Application) -> Application:
    return Application.objects.get(pk=dossier.pk)


def test_a_result_finds_its_citizen_and_is_put_right(transactional_db: None, road: Road) -> None:
    dossier = a_dossier(state=State.DONE)
    nobody_collects_it(road, dossier)
    the_post_brings_it_back_and_delivers_it(road, dossier)
    it_is_found_wrong(road, dossier)
    a_proxy_takes_it(road, dossier)
    the_papers_say_the_way(road, dossier)
    taken_in_for_elsewhere(road)


def nobody_collects_it(road: Road, dossier: Application) -> None:
    road.at("2026-12-01 08:30")
    tasks.remind_uncollected()
    assert Message.objects.filter(dedup_key__startswith=f"dossier:{dossier.pk}:not_collected:").exists()
    counter = road.open(COUNTER, "/dossiers/?list=uncollected")
    expect(counter.locator("table")).to_contain_text(dossier.code or "")
    road.seen(counter, "not-collected", axe=True)
    counter = road.open(COUNTER, dossier)
    expect(counter.locator("p.note.warn").first).to_contain_text("Chưa có ai nhận kết quả")


def the_post_brings_it_back_and_delivers_it(road: Road, dossier: Application) -> None:
    counter = road.step(COUNTER, dossier, "post", tracking_number="EA123456789VN")
    assert now(dossier).delivery_state == DeliveryState.ON_WAY
    road.seen(counter, "posted", axe=True)
    phone = road.track(dossier)
    expect(phone.locator(".todo.ok")).to_contain_text("EA123456789VN")
    road.seen(phone, "posted-citizen", axe=True)
    road.at("2026-12-04 09:00")
    counter = road.open(COUNTER, "/dossiers/?list=by-post")
    expect(counter.locator("table")).to_contain_text(dossier.code or "")
    road.step(COUNTER, dossier, "post-returned", reason="Người nhận đi vắng, đã báo ba lần")
    phone = road.track(dossier)
    expect(phone.locator(".todo.act")).to_contain_text("Bưu chính không phát được")
    road.seen(phone, "brought-back-citizen", axe=True)
    road.step(
        COUNTER, dossier, "post", address="Số 8 phố Láng Hạ, phường Láng, Hà Nội", tracking_number="EA987654321VN",
    )  # fmt: skip
    road.at("2026-12-07 09:00")
    counter = road.open(COUNTER, dossier)
    road.fill(counter, "post-delivered", handed_to="Nguyễn Thị Ánh", delivered_on="2026-12-05")
    road.seen(counter, "delivered")
    road.key(counter, "F9", f"**/dossiers/{dossier.pk}/")
    assert now(dossier).state == State.RETURNED
    road.seen(counter, "two-letters", axe=True)
    phone = road.track(dossier)
    expect(phone.locator(".timeline")).to_contain_text("Bưu chính đã phát kết quả")
    road.seen(phone, "delivered-citizen")


def it_is_found_wrong(road: Road, dossier: Application) -> None:
    road.step(SPECIALIST, dossier, "correct-result", reason="Sai ngày sinh của trẻ", number="124/TP-KS")
    leader = road.open(LEADER, dossier)
    expect(leader.locator("section.note:has(#correction)")).to_contain_text("124/TP-KS")
    road.seen(leader, "found-wrong", axe=True)
    road.key(leader, "F9", f"**/dossiers/{dossier.pk}/")
    assert now(dossier).state == State.DONE
    expect(leader.locator("section:has(#result)")).to_contain_text("124/TP-KS")
    expect(leader.locator("section:has(#result) s")).to_contain_text("123/TP-KS")
    road.seen(leader, "replaced")
    phone = road.track(dossier)
    expect(phone.locator(".timeline")).to_contain_text("thay", ignore_case=True)
    road.seen(phone, "replaced-citizen")


def a_proxy_takes_it(road: Road, dossier: Application) -> None:
    """Signed for on the screen."""
    road.at("2026-12-08 14:00")
    counter = road.open(COUNTER, dossier)
    road.fill(counter, "hand-over", handed_to="Trần Văn Cường", authorisation="Giấy ủy quyền 12, em ruột")
    sign(counter)
    road.seen(counter, "proxy")
    road.send(counter, counter.locator("button[formaction$='/hand-over/']"), "/hand-over/")
    assert now(dossier).state == State.RETURNED
    expect(counter.locator("section:has(#result)")).to_contain_text("Trần Văn Cường")
    link = counter.locator("section:has(#result) dd a[href*='/documents/']").last
    assert counter.request.get(f"{road.looker.url}{link.get_attribute('href')}").headers["content-type"] == "image/png"
    road.seen(counter, "handed-over", axe=True)


def sign(page: Page) -> None:
    """Draw on the pad, as a finger would."""
    page.locator("#signature-pad").scroll_into_view_if_needed()
    pad = page.locator("#signature-pad").bounding_box()
    assert pad is not None
    page.mouse.move(pad["x"] + 40, pad["y"] + 60)
    page.mouse.down()
    for step in range(1, 8):
        page.mouse.move(pad["x"] + 40 + step * 40, pad["y"] + 60 + (-1) ** step * 25)
    page.mouse.up()


def the_papers_say_the_way(road: Road, dossier: Application) -> None:
    """The control slip (06) tells every turn; the tracking book (07) how it went out."""
    counter = road.open(COUNTER, dossier)
    with counter.context.expect_page() as opened:
        counter.locator("form[action$='/control-slip/'] button").click()
    opened.value.close()
    counter = road.open(COUNTER, dossier)
    slip = road.form(counter, dossier, "06")
    for words in ("Thụ lý", "Trình ký", "Gửi kết quả qua dịch vụ bưu chính", "chuyển hoàn", "quyết định thay thế"):
        assert words in slip, words
    counter = road.open(COUNTER, "/dossiers/book/?day=2026-11-23")
    with counter.expect_navigation():
        counter.locator("main form[method=post] button").click()
    print_ = BookPrint.objects.latest("pk")
    road.seen(counter, "book", axe=True)
    book = road.paper(counter, f"/dossiers/book/{print_.pk}.pdf", "form07")
    for words in (dossier.code or "", "Trần Văn Cường", "Tại quầy"):
        assert words in book, words


def taken_in_for_elsewhere(road: Road) -> None:
    """After three: the clock of the competent office begins at the start of the next working day."""
    at = road.at("2026-12-09 15:20")
    draft = a_draft_for_elsewhere(at=at)
    officer = draft.opened_by
    desk = road.open(officer, f"/desk/?matter={draft.pk}")
    road.seen(desk, "for-elsewhere")
    desk.wait_for_timeout(600)
    desk.keyboard.press("F9")
    expect(desk.locator("[data-code]")).to_be_visible()
    dossier = now(draft)
    assert dossier.due_at is not None
    assert dossier.due_at - at > timedelta(hours=20)
    receipt = road.paper(desk, desk.locator("[data-received] a").first, "receipt-elsewhere")
    assert "10/12/2026" in receipt
    phone = road.track(dossier)
    expect(phone.locator(".when")).to_contain_text("10/12/2026")
    road.seen(phone, "elsewhere-citizen")
