"""A signer in a real browser: sets up a phone, works through the queue by keyboard, and meets no barrier on the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from applications.models import CertificationItem, SecondFactor
from applications.notarisation.enums import JobState
from centres.enums import Role
from portal import clock
from tests.applications.notarisation.test_second_factor import code_of
from tests.browser.house import ROOT
from tests.browser.pages import DESK, PHONES, Looker
from tests.factories.applications import a_centre, a_member, member_of
from tests.factories.certifications import a_picture, a_submitted_item, signer_for
from tests.factories.citizens import PASSWORD
from tests.factories.signing import a_delegation, a_key

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = ROOT / "var" / "signing"


@pytest.fixture
def look(browser: Browser, live_server: Any) -> Iterator[Looker]:
    looker = Looker(browser, live_server.url)
    yield looker
    looker.close()


def seen(look: Looker, page: Page, name: str) -> None:
    """Keep a picture, and have axe look at it."""
    Path(PICTURES).mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    look.axe(page, name)


def test_a_signer_sets_up_a_phone_and_signs_what_is_ticked_by_keyboard(look: Looker) -> None:
    at = clock.now()
    items = [
        a_submitted_item(title=title, scan=a_picture(kind, (1240, 1754)), name=f"scan.{kind.lower()}", at=at)
        for title, kind in (
            ("Giấy chứng nhận kết hôn", "JPEG"),
            ("Bằng tốt nghiệp đại học", "PDF"),
            ("Giấy khai sinh", "PNG"),
        )
    ]
    leader = signer_for(items[0])
    page = look.page(DESK, user=leader)
    look.open(page, f"/signing/confirm/?item={items[0].pk}")
    page.locator("a[href^='/signing/factor/']").last.click()
    seen(look, page, "1-begin")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".qr-code")).to_be_visible()
    seen(look, page, "2-scan")
    page.fill("[name=otp]", code_of(SecondFactor.objects.get().secret, clock.now()))
    page.keyboard.press("Enter")
    expect(page.locator(".codes li")).to_have_count(10)
    seen(look, page, "3-recovery-codes")

    look.open(page, "/signing/")
    expect(page.locator(".signing-side h2")).to_have_text(items[0].title)
    expect(page.locator(".signing-pages img").first).to_have_js_property("complete", True)
    assert page.locator(".signing-pages img").first.evaluate("image => image.naturalWidth") > 500
    page.keyboard.press("F4")
    expect(page.locator("input[name=item]:checked")).to_have_count(1)
    page.keyboard.press("F2")
    expect(page.locator(".signing-side h2")).to_have_text(items[1].title)
    page.keyboard.press("F4")
    expect(page.locator("input[name=item]:checked")).to_have_count(2)
    page.keyboard.press("Shift+F2")
    expect(page.locator(".signing-side h2")).to_have_text(items[0].title)
    expect(page.locator("input[name=item]:checked")).to_have_count(2)
    seen(look, page, "4-queue")
    page.keyboard.press("F9")
    page.wait_for_url("**/signing/confirm/**")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("[name=otp]")).to_be_focused()
    page.keyboard.type("000000")
    page.keyboard.press("F9")
    expect(page.locator("#id_otp_error")).to_be_visible()
    seen(look, page, "5-wrong-code")
    page.fill("[name=otp]", code_of(SecondFactor.objects.get().secret, clock.now(), drift=1))
    page.keyboard.press("F9")
    expect(page.locator("#messages")).to_contain_text("0001, 0002")
    seen(look, page, "6-signed")
    states = CertificationItem.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [JobState.APPROVED, JobState.APPROVED, JobState.SUBMITTED]

    page.keyboard.press("F7")
    page.select_option("[name=ground]", "secret")
    page.fill("#refuse_reason", "Tài liệu mật")
    seen(look, page, "7-refuse")
    page.locator("form[action$='/refuse/'] button").click()
    expect(page.locator(".empty")).to_be_visible()

    look.open(page, "/signing/factor/")
    seen(look, page, "8-factor")
    later = a_submitted_item(title="Sổ hộ khẩu", at=clock.now())
    look.open(page, "/signing/")
    expect(page.locator(".signing-list li")).to_have_count(1)
    another = a_submitted_item(title="Học bạ", at=clock.now())
    expect(page.locator(".signing-list li")).to_have_count(2, timeout=15_000)
    assert later.pk != another.pk
    narrow = look.page(PHONES[1], user=leader)
    look.open(narrow, "/signing/")
    look.no_wider_than_the_screen(narrow, "/signing/ on a phone")
    assert not look.wrong, "\n".join(look.wrong)


def test_deeds_and_keys_are_entered_without_barriers(look: Looker) -> None:
    centre = a_centre()
    a_delegation()
    a_key(member_of(Role.LEADER, centre), valid_from=clock.now(), entered_at=clock.now())
    manager = look.page(DESK, user=member_of(Role.MANAGER, centre))
    for path in ("/signing/delegations/", "/day/certified/days/"):
        look.open(manager, path)
        seen(look, manager, path.strip("/").replace("/", "-"))
    city = look.page(DESK, user=a_member(Role.CITY_ADMIN))
    look.open(city, "/signing/keys/")
    seen(look, city, "signing-keys")
    assert not look.wrong, "\n".join(look.wrong)
