"""A citizen's page read aloud."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.script_page import show

pytestmark = [pytest.mark.browser]

VOICES = """
    const spoken = window.spoken = [];
    Object.defineProperty(window, "speechSynthesis", { value: {
      getVoices: () => VOICES, cancel() {}, speaking: false, addEventListener() {},
      speak: (words) => spoken.push([words.voice.name, words.text]),
    } });
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""
OWN = '{ name: "own", lang: "vi-VN", localService: true }'
ONLINE = '{ name: "online", lang: "vi-VN", localService: false }'
BODY = (
    "<button data-read-button hidden>Đọc</button><p data-read-none hidden>Máy không có giọng đọc</p>"
    "<h1 data-read>Hồ sơ</h1><p data-read>Đã tiếp nhận</p>"
)


def opened(page: Page, voices: str) -> Page:
    page.add_init_script(VOICES.replace("=> VOICES", f"=> [{voices}]"))
    show(page, BODY, "read")
    return page


def test_the_page_is_read_in_order_by_the_devices_own_voice(page: Page) -> None:
    opened(page, f"{ONLINE}, {OWN}").click("[data-read-button]")
    assert page.evaluate("spoken") == [["own", "Hồ sơ"], ["own", "Đã tiếp nhận"]]


def test_what_a_citizens_page_says_is_sent_to_no_voice_of_an_online_service(page: Page) -> None:
    expect(opened(page, ONLINE).locator("[data-read-none]")).to_be_visible()
    expect(page.locator("[data-read-button]")).to_be_hidden()
