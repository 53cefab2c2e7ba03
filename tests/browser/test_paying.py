"""A couple pays by VietQR on the phone; the counter, its second screen and the phone say "paid" without anybody touching them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from applications.accounts import text_of
from applications.actions.match_notice import match_notice
from applications.enums import PaymentState
from applications.models import Application, BankNotice, Payment
from centres.actions.devices import register
from centres.enums import DeviceKind, Role
from portal import clock
from tests.browser.pages import DESK, PHONES, Looker
from tests.browser.test_story import PICTURES
from tests.factories.applications import MONDAY, a_centre, a_draft, member_of
from tests.factories.bank import KEY, a_bank, an_account

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MONDAY)


@pytest.fixture
def looker(browser: Browser, live_server: Any) -> Iterator[Looker]:
    looker = Looker(browser, live_server.url)
    yield looker
    looker.close()


def pictured(looker: Looker, page: Page, name: str, *sizes: tuple[int, int]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=PICTURES / f"paying-{name}-{width}.png", full_page=True)
        looker.no_wider_than_the_screen(page, f"{name} {width}")
        looker.axe(page, f"{name} {width}")


def test_the_couple_pays_on_the_phone_and_the_officer_sees_it_without_doing_anything(
    looker: Looker, live_server: Any, settings: Any
) -> None:
    settings.BANK_NOTICE_KEYS = [KEY]
    centre = a_centre()
    an_account(centre)
    draft = a_draft(procedure="land_change_info")
    _device, key = register(
        centre=centre, kind=DeviceKind.SCREEN, name="Quầy 1", counter=draft.matter.ticket.counter, at=MONDAY,
        acting_user=member_of(Role.MANAGER, centre),
    )  # fmt: skip
    screen = looker.page(DESK)
    looker.open(screen, "/screen/")
    screen.fill("[name=key]", key)
    screen.click("main button.primary")
    desk = looker.page(DESK, user=draft.opened_by)
    looker.open(desk, f"/desk/?matter={draft.pk}")
    desk.keyboard.press("F9")
    expect(desk.locator("[data-code]")).to_be_visible()
    dossier = Application.objects.get(pk=draft.pk)
    request = dossier.payment_requests.get()
    expect(screen.locator(".paying .sum")).to_have_text("28.000 đ")
    pictured(looker, screen, "1-screen", DESK, (1920, 1080), (800, 1280))

    with a_bank(f"{live_server.url}/bank/notices/", now=lambda: MONDAY) as server:
        settings.BANK_SANDBOX_URL = server.url
        phone = looker.page(PHONES[0])
        looker.open(phone, f"/t/{dossier.token}/")
        expect(phone.locator(".pay .pay-code")).to_be_visible()
        pictured(looker, phone, "2-phone", (320, 640), PHONES[0], DESK)
        expect(desk.locator("#paying [data-due]")).to_be_visible()
        pictured(looker, desk, "3-desk", DESK)
        bank = looker.page(PHONES[0])
        bank.goto(phone.locator("[data-sandbox]").get_attribute("href") or "")
        expect(bank.locator("table")).to_contain_text(request.reference)
        bank.click("button")
        expect(bank.locator("main")).to_contain_text("FT")
        server.bank.settle()
        assert len(server.bank.transfers()) == 1 and text_of(request)
    notice = BankNotice.objects.get()
    assert not Payment.objects.exists(), "the row first"
    match_notice(notice_id=notice.pk, at=MONDAY)  # as the worker does

    expect(desk.locator("[data-paid-now]")).to_be_visible()
    expect(phone.locator(".card.pay")).to_have_count(0)
    expect(screen.locator(".paying .say.ok")).to_be_visible()
    pictured(looker, phone, "4-phone-paid", PHONES[0])
    pictured(looker, desk, "5-desk-paid", DESK)
    pictured(looker, screen, "6-screen-paid", DESK)
    assert Application.objects.get(pk=draft.pk).payment_state == PaymentState.PAID

    manager = looker.page(DESK, user=member_of(Role.MANAGER, centre))
    for name, path in (
        ("7-day", "/bank/day/?day=2026-11-23"),
        ("8-statements", "/bank/statements/"),
        ("9-match", "/bank/"),
    ):
        looker.open(manager, path)
        pictured(looker, manager, name, PHONES[0], DESK)
    assert not looker.wrong, "\n".join(looker.wrong)
