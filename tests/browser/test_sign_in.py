"""A citizen signs in on a phone and sees where everything stands: by a code, without scripts, and by VNeID."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from applications.enums import State
from applications.models import Application
from citizens.models import CitizenPhone
from notifications.models import Message
from tests.browser.pages import DESK, LANGUAGES, PHONES, Looker
from tests.factories.applications import PHONE, a_dossier, a_ticket_at_counter
from tests.factories.citizens import CitizenFactory
from tests.vneid import settings_for, vneid_sandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ADDRESS = "12 ngõ 5 phố Chùa Bộc, phường Kim Liên, Hà Nội"


@pytest.fixture
def look(browser: Browser, live_server: Any, transactional_db: None) -> Iterator[Looker]:
    looker = Looker(browser, live_server.url)
    yield looker
    looker.close()


@pytest.fixture
def dossiers() -> list[Application]:
    """Hers: one that waits for her and one that runs, and one that names another phone."""
    her = CitizenFactory(identity_number="001190001234", full_name="Nguyễn Thị Ánh", address=ADDRESS)
    return [
        a_dossier(citizen=her, state=State.SUPPLEMENT),
        a_dossier(citizen=her),
        a_dossier(citizen=her, phone="+84987654321"),
    ]


def checked(look: Looker, page: Page, what: str) -> None:
    """In three languages, no wider than the phone, without barriers."""
    for language in LANGUAGES:
        look.speak(page, language)
        page.goto(page.url)
        look.no_wider_than_the_screen(page, f"{what} ({language})")
        assert page.get_attribute("html", "lang") == language
    look.speak(page, "vi")
    page.goto(page.url)
    look.axe(page, what)


def sign_in_by_phone(page: Page, look: Looker) -> None:
    page.goto("/")
    page.get_by_role("link", name="Hồ sơ của tôi").click()
    checked(look, page, "number")
    page.fill("#id_phone", "0912 345 678")
    page.get_by_role("button", name="Gửi mã cho tôi").click()
    checked(look, page, "code")
    page.fill("#id_otp", "000000")
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.locator(".error-summary")).to_be_visible()
    look.axe(page, "wrong code")
    found = re.search(r"\d{6}", Message.objects.get(kind="sign_in_code").body)
    assert found
    page.fill("#id_otp", found[0])
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url("**/me/")


@pytest.mark.parametrize("size", PHONES)
def test_somebody_signs_in_by_phone_and_sees_where_things_stand(
    look: Looker, dossiers: list[Application], size: tuple[int, int]
) -> None:
    page = look.page(size)
    sign_in_by_phone(page, look)
    lines = page.locator(".mine li")
    expect(lines).to_have_count(2)
    expect(lines.first).to_contain_text("Cần bác bổ sung giấy tờ")
    expect(page.locator("main")).not_to_contain_text("Nguyễn Thị Ánh")
    checked(look, page, "my applications")
    lines.first.get_by_role("link").click()
    page.wait_for_url(f"**/t/{dossiers[0].token}/**")
    page.go_back()
    page.get_by_role("button", name="Đăng xuất").click()
    page.wait_for_url(f"{look.url}/")
    page.goto("/me/")
    expect(page.locator("#id_phone")).to_be_visible()
    assert not look.wrong, "\n".join(look.wrong)


def test_it_works_without_scripts_and_a_counter_binds_the_phone(
    look: Looker, browser: Browser, dossiers: list[Application]
) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, base_url=look.url, java_script_enabled=False)
    phone = context.new_page()
    phone.goto("/me/")
    phone.fill("#id_phone", "0912345678")
    phone.get_by_role("button", name="Gửi mã cho tôi").click()
    found = re.search(r"\d{6}", Message.objects.get(kind="sign_in_code").body)
    assert found
    phone.fill("#id_otp", found[0])
    phone.get_by_role("button", name="Đăng nhập").click()
    expect(phone.locator(".mine li")).to_have_count(2)
    phone.get_by_role("button", name="Lấy dãy số").click()
    number = phone.locator("[data-claim]").inner_text()

    ticket = a_ticket_at_counter(citizen=dossiers[0].applicant)
    desk = look.page(DESK, user=ticket.counter.officer)
    desk.goto("/desk/")
    desk.get_by_role("link", name="Điện thoại để đăng nhập").click()
    look.axe(desk, "binding")
    desk.fill("#id_number", number)
    desk.fill("#id_phone_last4", PHONE[-4:])
    desk.check("#id_seen")
    desk.keyboard.press("F9")
    desk.wait_for_url("**/desk/")
    assert CitizenPhone.objects.get().citizen == dossiers[0].applicant

    phone.goto("/me/")
    expect(phone.locator(".mine li")).to_have_count(3)
    expect(phone.locator("main")).to_contain_text("Nguyễn Thị Ánh")
    context.close()
    assert not look.wrong, "\n".join(look.wrong)


def test_somebody_signs_in_with_vneid(look: Looker, dossiers: list[Application], tmp_path: Path, settings: Any) -> None:
    with vneid_sandbox(tmp_path, f"{look.url}/me/vneid/back/") as issuer:
        for name, value in settings_for(issuer).items():
            setattr(settings, name, value)
        page = look.page(PHONES[0])
        page.goto("/me/")
        checked(look, page, "both ways")
        page.get_by_role("link", name="Đăng nhập bằng VNeID").click()
        page.get_by_role("button", name="Nguyễn Thị Ánh").click()
        page.get_by_role("button", name="Không đồng ý").click()
        expect(page.get_by_role("alert")).to_contain_text("Bác chưa đồng ý")
        look.axe(page, "refused")
        page.get_by_role("link", name="Quay lại đăng nhập").click()
        page.get_by_role("link", name="Đăng nhập bằng VNeID").click()
        page.get_by_role("button", name="Đồng ý", exact=True).click()
        page.wait_for_url("**/me/")
        expect(page.locator(".mine li")).to_have_count(3)
        expect(page.locator("main")).to_contain_text("Nguyễn Thị Ánh")
    assert not look.wrong, "\n".join(look.wrong)
