"""A land certificate is handed in, goes to the office by a list, comes back, and is given out with the result."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from applications.actions.edit_draft import keep_form
from applications.actions.handle import propose, sign, take
from applications.enums import State
from applications.enums_originals import Place
from applications.models import Application, Original, TransferList
from centres.enums import Role
from portal import clock
from tests.browser.pages import DESK, PHONES, Looker
from tests.browser.test_story import PICTURES
from tests.factories.applications import MONDAY, a_centre, a_dossier, a_draft, member_of
from tests.factories.citizens import CitizenFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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
    page.screenshot(path=PICTURES / f"originals-{name}.png")
    looker.axe(page, name)
    looker.no_wider_than_the_screen(page, name)


def test_the_certificate_goes_to_the_office_and_comes_back_to_its_owner(looker: Looker) -> None:
    centre = a_centre()
    draft = a_draft(procedure="land_change_info")
    desk = looker.page(DESK, user=draft.opened_by)
    office = looker.page(DESK, user=member_of(Role.SPECIALIST, centre))

    looker.open(desk, f"/desk/?matter={draft.pk}")
    line = desk.locator("[data-paper=land_certificate]")
    expect(line.locator("[data-kept]")).to_contain_text("AB 123456")
    line.locator("summary").click()
    line.locator("[name=pages]").fill("4")
    seen(looker, desk, "1-desk")
    line.locator("details button").click()
    expect(line.locator("[data-kept]")).to_contain_text("4 trang")
    desk.wait_for_timeout(600)
    desk.keyboard.press("F9")
    expect(desk.locator("[data-code]")).to_be_visible()
    dossier = Application.objects.get(pk=draft.pk)

    looker.open(desk, "/desk/originals/")
    desk.fill("#code", dossier.code or "")
    desk.keyboard.press("Enter")
    expect(desk.locator("[name=original]")).to_be_checked()
    seen(looker, desk, "2-at-the-branch")
    desk.keyboard.press("F9")
    desk.wait_for_url(re.compile(r"/lists/\d+/$"))
    seen(looker, desk, "3-sent")
    assert desk.request.get(f"{desk.url.removesuffix('/')}.pdf").headers["content-type"] == "application/pdf"

    office.goto(desk.url)
    office.get_by_label("thiếu").check()
    office.fill("[name^=note-]", "không có trong phong bì")
    office.keyboard.press("F9")
    expect(office.locator(".note.act")).to_be_visible()
    seen(looker, office, "4-missing")
    office.get_by_label("có", exact=True).check()
    office.keyboard.press("F9")
    expect(office.locator(".note.ok")).to_be_visible()

    phone = looker.page(PHONES[0])
    looker.open(phone, f"/t/{dossier.token}/")
    expect(phone.locator("[data-originals]")).to_contain_text("Chi nhánh Văn phòng đăng ký đất đai")
    seen(looker, phone, "5-citizen")

    looker.open(office, "/desk/originals/?list=office")
    office.locator("[name=original]").check()
    office.keyboard.press("F9")
    office.wait_for_url(re.compile(r"/lists/\d+/$"))
    desk.goto(office.url)
    desk.get_by_label("có", exact=True).check()
    desk.keyboard.press("F9")
    expect(desk.locator(".note.ok")).to_be_visible()
    seen(looker, desk, "6-back")
    assert TransferList.objects.filter(closed_at__isnull=True).count() == 0

    _signed(dossier)
    looker.open(desk, f"/dossiers/{dossier.pk}/")
    seen(looker, desk, "7-dossier")
    expect(desk.get_by_text("Trả kèm bản chính")).to_be_visible()
    desk.locator("[name=hand-over-on_paper]").check()
    desk.locator("button[formaction$='/hand-over/']").click()
    expect(desk.locator("#originals + ul")).to_contain_text("đã trả lại")
    seen(looker, desk, "8-given-back")
    assert Original.objects.get().place == Place.GIVEN_BACK
    assert Application.objects.get(pk=dossier.pk).state == State.RETURNED
    assert not looker.wrong, "\n".join(looker.wrong)


def _signed(dossier: Application) -> None:
    """What specialist and leader do meanwhile."""
    at, centre = clock.now(), dossier.competent
    specialist = member_of(Role.SPECIALIST, centre)
    take(application=dossier, at=at, acting_user=specialist)
    propose(application=dossier, number="12/CNVP", document=None, at=at, acting_user=specialist)
    sign(application=dossier, at=at, acting_user=member_of(Role.LEADER, centre))


def test_what_may_be_here_already_stands_beside_the_draft(looker: Looker) -> None:
    person = CitizenFactory(address="12 ngõ 5 phố Chùa Bộc, phường Kim Liên, Hà Nội")
    first = a_dossier(procedure="land_change_info", citizen=person)
    draft = a_draft(procedure="land_change_info", citizen=person)
    keep_form(
        application=draft, values={"new_address": "14 ngõ 5, Kim Liên"}, at=MONDAY, acting_user=draft.opened_by
    )  # fmt: skip
    Application.objects.filter(pk=draft.pk).update(other_matter={})
    desk = looker.page(DESK, user=draft.opened_by)
    looker.open(desk, f"/desk/?matter={draft.pk}")
    twins = desk.locator("[data-twins]")
    expect(twins).to_contain_text(first.code or "")
    expect(twins.locator("tbody tr")).to_have_count(1)
    seen(looker, desk, "9-duplicate")
    desk.keyboard.press("F9")
    expect(desk.locator("#problems")).to_contain_text(first.code or "")
    twins.locator("[name=reason]").fill("Đổi địa chỉ lần nữa theo thông báo mới")
    twins.locator("form button").click()
    expect(twins).to_have_count(0)
    desk.wait_for_timeout(600)
    desk.keyboard.press("F9")
    expect(desk.locator("[data-code]")).to_be_visible()
    assert not looker.wrong, "\n".join(looker.wrong)
