"""A colleague leaves, in a real browser: the administrator sees what lies with them, names who takes it, and it is done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from applications.enums import State
from applications.models import Application
from centres.enums import Role
from centres.models import StaffChange
from citizens.models import User
from portal import clock
from tests.browser.house import ROOT
from tests.browser.pages import DESK, PHONES, Looker
from tests.factories.applications import a_centre, a_dossier, a_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = ROOT / "var" / "city"


@pytest.fixture
def look(browser: Browser, live_server: Any) -> Iterator[Looker]:
    looker = Looker(browser, live_server.url)
    yield looker
    looker.close()


def seen(look: Looker, page: Page, name: str) -> None:
    """Keep a picture, and have axe look at it."""
    Path(PICTURES).mkdir(parents=True, exist_ok=True)
    for size in (DESK, PHONES[0]):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.screenshot(path=PICTURES / f"{name}-{size[0]}.png", full_page=True)
        look.axe(page, f"{name} {size[0]}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})


def test_a_colleague_leaves_and_a_new_one_has_everything(look: Looker) -> None:
    centre = a_centre()
    dossier = a_dossier(state=State.PROCESSING, at=clock.now())
    leaver = dossier.handler
    assert leaver is not None
    their = look.page(DESK, user=leaver)
    look.open(their, "/dossiers/")
    page = look.page(DESK, user=a_member(Role.CITY_ADMIN, None))
    look.open(page, "/city/")
    seen(look, page, "1-city")
    page.get_by_role("link", name="Nhân sự", exact=True).click()
    seen(look, page, "2-staff")
    # Nobody else can take it over: the plan says so, and there is no button.
    look.open(page, f"/city/staff/{leaver.pk}/leave/")
    expect(page.locator(".note.warn li").first).to_be_visible()
    assert page.locator("main button.primary").count() == 0
    seen(look, page, "3-refused")
    look.open(page, "/city/staff/join/")
    page.fill("#id_full_name", "Nguyễn Thu Hà")
    page.fill("#id_username", "nguyen.thu.ha")
    page.select_option("#id_role", Role.SPECIALIST.value)
    page.select_option("#id_centre", str(centre.pk))
    seen(look, page, "4-join")
    page.locator("main button.primary").click()
    link = page.locator("code").inner_text()
    seen(look, page, "5-slip")
    new = look.page(DESK)
    new.goto(link)
    seen(look, new, "6-first-sign-in")
    new.fill("#id_new_password1", "mot-cua-2026-abc")
    new.fill("#id_new_password2", "mot-cua-2026-abc")
    new.locator("main button.primary").click()
    expect(new).to_have_url(f"{look.url}/dossiers/")
    look.open(page, f"/city/staff/{leaver.pk}/")
    seen(look, page, "7-person")
    page.locator("a.danger").click()
    seen(look, page, "8-plan")
    page.locator("main button.primary").click()
    expect(page.locator(".field.invalid").first).to_be_visible()
    page.select_option(f"[name='dossiers-{centre.pk}']", label="Nguyễn Thu Hà")
    page.fill("[name=reason]", "Nghỉ việc theo nguyện vọng")
    page.locator("main button.primary").click()
    page.wait_for_url("**/city/staff/*/")
    seen(look, page, "9-left")
    assert Application.objects.get(pk=dossier.pk).handler == User.objects.get(username="nguyen.thu.ha")
    assert StaffChange.objects.filter(person=leaver, kind="left").count() == 1
    their.goto(f"{look.url}/dossiers/")
    assert "/sign-in/" in their.url
    look.open(new, "/dossiers/")
    expect(new.get_by_text(dossier.code).first).to_be_visible()
