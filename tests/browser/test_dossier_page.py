"""The dossier's page: a paper read beside the form, a name corrected, a letter and its answer, a note that stays inside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from applications.enums import State
from applications.models import Application
from centres.enums import Role
from portal import clock
from tests.applications.test_previews import handed_in
from tests.browser.pages import DESK, PHONES, Looker
from tests.browser.test_story import PICTURES
from tests.browser.until import until
from tests.factories.applications import LAST4, MONDAY, a_centre, a_dossier, member_of
from tests.factories.letters import the_templates
from tests.hostile import a_pdf

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOTE = "Đã gọi bệnh viện, chờ xác nhận"


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MONDAY + timedelta(hours=4))


@pytest.fixture
def looker(browser: Browser, live_server: Any) -> Iterator[Looker]:
    looker = Looker(browser, live_server.url)
    yield looker
    looker.close()


def seen(looker: Looker, page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"dossier-{name}.png", full_page=True)
    looker.axe(page, name)
    looker.no_wider_than_the_screen(page, name)


def drawn(page: Page) -> None:
    """The picture has come: its own width, not the place that is kept for it."""
    width = "document.querySelector('.preview img')?.naturalWidth ?? 0"
    until(page, lambda: page.evaluate(width) > 100, 20)


def test_officer_and_citizen_put_a_name_right(looker: Looker) -> None:
    centre = a_centre()
    the_templates()
    dossier = a_dossier(state=State.PROCESSING)
    handed_in(dossier, a_pdf(pages=3), "giay.pdf")
    address, specialist = f"/dossiers/{dossier.pk}/", member_of(Role.SPECIALIST, centre)

    desk = looker.page(DESK, user=specialist)
    looker.open(desk, address)
    desk.locator("#papers ~ ul a[hx-get]").first.click()
    expect(desk.locator("#preview-title")).to_be_focused()
    drawn(desk)
    desk.keyboard.press("Alt+j")
    expect(desk.locator("#preview-title")).to_contain_text("2/3")
    desk.keyboard.press("Alt+j")
    expect(desk.locator("#preview-title")).to_contain_text("3/3")
    expect(desk.locator("#preview-after")).to_have_count(0)
    desk.keyboard.press("Alt+k")
    expect(desk.locator("#preview-title")).to_contain_text("2/3")
    seen(looker, desk, "1-preview")
    desk.keyboard.press("Escape")
    expect(desk.locator(".preview")).to_have_count(0)

    pocket = looker.page(PHONES[1], user=specialist)
    looker.open(pocket, address)
    pocket.locator("#papers ~ ul a[hx-get]").first.click()
    drawn(pocket)
    seen(looker, pocket, "2-preview-phone")

    desk.locator("#id_note").fill(NOTE)
    desk.locator("form[action$='/note/'] button").click()
    expect(desk.locator("#notes ~ ol")).to_contain_text(NOTE)
    desk.locator("nav a[href*='template=']").nth(1).click()
    expect(desk.locator("#id_letter")).to_have_value(re.compile(re.escape(dossier.code)))
    desk.locator("#id_letter").fill("Tên đệm của cháu là gì?")
    desk.locator("form[action$='/write/'] button[type=submit]").click()
    expect(desk.locator(".letters .ours").first).to_contain_text("Tên đệm của cháu là gì?")

    phone = looker.page(PHONES[1])
    looker.open(phone, f"/t/{dossier.token}/")
    expect(phone.locator("main")).to_contain_text("Tên đệm của cháu là gì?")
    assert NOTE not in phone.content()
    seen(looker, phone, "3-citizen")
    phone.locator("a[href$='/answer/']").click()
    phone.fill("#id_letter", "Cháu tên là Nguyễn Gia Bách")
    phone.fill("#id_phone_last4", LAST4)
    seen(looker, phone, "4-answer")
    phone.click("main button.primary")
    expect(phone.locator("main")).to_contain_text("Cháu tên là Nguyễn Gia Bách")

    looker.open(desk, "/dossiers/")
    desk.click("a[href='/dossiers/letters/']")
    seen(looker, desk, "5-letters")
    desk.locator("tbody a").first.click()
    expect(desk.locator(".letters .theirs")).to_contain_text("Nguyễn Gia Bách")
    desk.click("#step-correct-form")
    desk.fill("#id_child_name", "Nguyễn Gia Bách")
    desk.fill("#id_correction-reason", "Công dân cho biết")
    seen(looker, desk, "6-correct")
    desk.keyboard.press("F9")
    expect(desk.locator(".changed s").first).to_have_text("Nguyễn Gia Bảo")
    desk.locator("button[name=read]").click()
    expect(desk.locator("button[name=read]")).to_have_count(0)
    seen(looker, desk, "7-corrected")
    looker.open(pocket, address)
    seen(looker, pocket, "8-corrected-phone")

    assert Application.objects.get(pk=dossier.pk).form_data["child_name"] == "Nguyễn Gia Bách"
    assert not looker.wrong, "\n".join(looker.wrong)


def test_what_is_typed_beside_a_letter_or_a_note_stays_and_nothing_goes_without_a_question(looker: Looker) -> None:
    the_templates()
    dossier = a_dossier(state=State.PROCESSING)
    desk = looker.page(DESK, user=dossier.handler)
    looker.open(desk, f"/dossiers/{dossier.pk}/")
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    desk.on("dialog", stay)
    number, note, letter = (
        desk.locator("input[name$='-number']").first,
        desk.locator("#id_note"),
        desk.locator("#id_letter"),
    )
    number.fill("12/2026")
    desk.locator("nav a[href*='template=']").nth(1).click()
    expect(letter).to_have_value(re.compile(re.escape(dossier.code)))
    letter.fill("Thư đang viết dở")
    desk.locator("nav a[href*='template=']").nth(0).click()
    until(desk, lambda: asked == ["confirm"], 5)
    note.fill(NOTE)
    desk.locator("form[action$='/note/'] button").click()
    expect(desk.locator("#notes ~ ol")).to_contain_text(NOTE)
    expect(desk.locator("#history-part")).to_contain_text(NOTE)
    expect(note).to_have_value("")
    expect(letter).to_have_value("Thư đang viết dở")
    expect(number).to_have_value("12/2026")
    desk.locator("header nav a").first.click(no_wait_after=True)
    until(desk, lambda: asked == ["confirm", "beforeunload"], 5)
    desk.locator("form[action$='/write/'] button[type=submit]").click()
    expect(desk.locator(".letters .ours").first).to_contain_text("Thư đang viết dở")
    expect(number).to_have_value("12/2026")
    assert asked == ["confirm", "beforeunload"]
    assert not looker.wrong, "\n".join(looker.wrong)
