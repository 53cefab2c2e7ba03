"""A linked request from its first result to the last, and one person whose two records are made one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from applications.enums import State
from applications.models import Application, Part
from centres.enums import Role
from citizens.models import Merge
from portal import clock
from tests.browser.pages import DESK, LANGUAGES, PHONES, Looker
from tests.factories.applications import a_centre, a_dossier, a_linked_dossier, member_of
from tests.factories.citizens import CitizenFactory
from tests.moments import hanoi

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Where somebody who wants to see the pages has them put.
PICTURES = os.environ.get("LINKED_PICTURES", "")


@pytest.fixture(autouse=True)
def _afternoon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: hanoi("2026-11-23 14:00"))


@pytest.fixture
def look(browser: Browser, live_server: Any) -> Iterator[Looker]:
    looker = Looker(browser, live_server.url)
    yield looker
    looker.close()


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def step(page: Page, key: str) -> Any:
    """The fields of this step, unfolded."""
    box = page.locator(f"section.step:has(#step-{key})")
    if box.locator("details:not([open])").count():
        box.locator("summary").click()
    return box


def test_each_office_is_done_in_its_own_time_and_the_citizen_sees_it(transactional_db: None, look: Looker) -> None:
    dossier = a_linked_dossier("birth_linked")
    centre, path = dossier.competent, f"/dossiers/{dossier.pk}/"
    specialist = look.page(DESK, user=member_of(Role.SPECIALIST, centre))
    look.open(specialist, path)
    look.axe(specialist, "a linked dossier")
    box = step(specialist, "part-done")
    box.locator("[name=part-done-part]").select_option("birth")
    box.locator("[name=part-done-number]").fill("12/KS")
    box.locator("button[type=submit]").click()
    expect(specialist.locator("#parts")).to_be_visible()
    specialist.locator("a[href$='?part=residence']").click()
    expect(specialist.locator("[name=what-0]")).to_be_visible()
    look.axe(specialist, "asking for a supplement of one service")
    specialist.fill("[name=what-0]", "Thiếu ý kiến của chủ hộ")
    specialist.fill("[name=todo-0]", "Xin chữ ký của chủ hộ")
    picture(specialist, "ask")
    specialist.keyboard.press("F9")
    specialist.wait_for_url(f"**{path}")
    picture(specialist, "dossier")
    assert Application.objects.get(pk=dossier.pk).state == State.PROCESSING

    phone = look.page(PHONES[1])
    for language in LANGUAGES:
        look.speak(phone, language)
        look.open(phone, f"/t/{dossier.token}/")
        look.no_wider_than_the_screen(phone, f"tracking ({language})")
        look.axe(phone, f"tracking ({language})")
        picture(phone, f"tracking-{language}")
    look.large(phone)
    look.open(phone, f"/t/{dossier.token}/")
    look.no_wider_than_the_screen(phone, "tracking in large print")

    counter = look.page(DESK, user=dossier.received_by)
    look.open(counter, path)
    box = step(counter, "hand-over-parts")
    box.locator("[name=hand-over-parts-on_paper]").check()
    picture(counter, "hand-over-parts")
    box.locator("button[type=submit]").click()
    expect(counter.locator("tr:has-text('12/KS')")).to_contain_text("Ánh")
    box = step(counter, "accept-supplement")
    box.locator("button[type=submit]").click()

    look.open(specialist, path)
    for key in ("residence", "health_card"):
        box = step(specialist, "part-done")
        box.locator("[name=part-done-part]").select_option(key)
        box.locator("[name=part-done-number]").fill("13/KQ")
        box.locator("button[type=submit]").click()
        specialist.wait_for_load_state()
    assert Application.objects.get(pk=dossier.pk).state == State.DONE
    look.open(counter, path)
    box = step(counter, "hand-over-parts")
    box.locator("[name=hand-over-parts-on_paper]").check()
    box.locator("button[type=submit]").click()
    counter.wait_for_load_state()
    assert Application.objects.get(pk=dossier.pk).state == State.RETURNED
    assert not Part.objects.filter(application=dossier, handed_at=None).exists()
    assert not look.wrong, "\n".join(look.wrong)


def test_two_records_are_compared_merged_and_parted(transactional_db: None, look: Looker) -> None:
    centre, home = a_centre(), "12 ngõ 5 phố Chùa Bộc, phường Kim Liên, Hà Nội"
    right, wrong = (
        a_dossier(citizen=CitizenFactory(identity_number=number, address=home)).applicant
        for number in ("001190000123", "001190000132")
    )
    manager = look.page(DESK, user=member_of(Role.MANAGER, centre))
    look.open(manager, "/dossiers/")
    manager.click("a[href='/people/']")
    look.axe(manager, "records that may be of one person")
    picture(manager, "people")
    manager.click("main ul.lines a.button")
    look.axe(manager, "two records side by side")
    manager.check(f"[name=survivor][value='{right.pk}']")
    manager.fill("[name=reason]", "Đã xem thẻ căn cước, số thứ hai gõ nhầm")
    picture(manager, "compare")
    manager.click("main form button.primary")
    manager.wait_for_url("**/people/merged/*/")
    look.axe(manager, "what was merged")
    picture(manager, "merged")
    done = Merge.objects.get()
    assert (done.survivor, done.merged) == (right, wrong)
    assert not Application.objects.filter(applicant=wrong).exists()
    assert "001190" not in manager.url
    manager.fill("[name=reason]", "Thực ra là hai chị em")
    manager.click("main form button")
    manager.wait_for_load_state()
    picture(manager, "parted")
    assert Application.objects.get(applicant=wrong)
    for size in PHONES:
        small = look.page(size, user=member_of(Role.MANAGER, centre))
        for path in ("/people/", f"/people/{right.pk}/{wrong.pk}/", f"/people/merged/{done.pk}/"):
            look.open(small, path)
            look.no_wider_than_the_screen(small, path)
    assert not look.wrong, "\n".join(look.wrong)
