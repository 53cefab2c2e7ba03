"""Somebody comes for three certified copies; one paper must not be certified. All by the keyboard, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page, expect

from applications.enums import State
from applications.models import Application, CertificationItem, IssuedForm
from applications.notarisation.enums import JobState
from portal import clock
from tests.browser.pages import DESK, Hall, Looker
from tests.factories.certifications import a_picture, draft_of_request
from tests.moments import hanoi

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCAN = {"name": "scan.jpg", "mimeType": "image/jpeg", "buffer": a_picture()}


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: hanoi("2026-11-18 10:00"))


@pytest.fixture
def hall(transactional_db: None) -> Hall:
    return Hall()


@pytest.fixture
def asked(hall: Hall) -> Application:
    return draft_of_request(ticket=hall.tickets["draft"], officer=hall.with_draft.officer, at=hall.at)


@pytest.fixture
def desk(browser: Browser, live_server: Any, hall: Hall, asked: Application) -> Iterator[Page]:
    looker = Looker(browser, live_server.url)
    page = looker.page(DESK, user=hall.with_draft.officer)
    looker.open(page, f"/desk/?matter={asked.pk}")
    yield page
    looker.close()


def add(desk: Page, title: str, *, forbidden: bool = False) -> None:
    """One document by keys alone, but for its file."""
    desk.wait_for_timeout(600)  # the list that has just come by itself has its keys a moment later
    desk.keyboard.press("Alt+C")
    desk.set_input_files("#certify [name=file]", SCAN)  # type: ignore[arg-type]
    desk.fill("#certify [name=title]", title)
    desk.keyboard.press("F9")
    expect(desk.locator("dialog#certify[open] .check-line")).to_have_count(5)
    expect(desk.locator("#certify input:checked")).to_have_count(0)
    for number in range(1, 6):
        desk.keyboard.press(f"Alt+{number}")
    expect(desk.locator("#certify input:checked")).to_have_count(5)
    if forbidden:
        desk.locator("#certify [name=ground-private][value=yes]").check()
    desk.keyboard.press("F9")
    if not forbidden:
        expect(desk.locator("#certify a[data-close].primary")).to_be_visible()
        desk.keyboard.press("F9")
        expect(desk.locator("dialog#certify[open]")).to_have_count(0)


def test_three_documents_of_which_one_is_refused(desk: Page, asked: Application) -> None:
    add(desk, "Giấy khai sinh")
    expect(desk.locator("[data-total]")).to_contain_text("2.000")
    add(desk, "Bằng tốt nghiệp")
    expect(desk.locator("[data-total]")).to_contain_text("4.000")
    add(desk, "Giấy vay tiền", forbidden=True)
    expect(desk.locator("#certify form[action$='/refuse/']")).to_be_visible()
    desk.fill("#refuse-reason", "viết tay")
    desk.keyboard.press("F9")
    expect(desk.locator("#certify a[href*='/refusals/']")).to_be_visible()
    form = IssuedForm.objects.get(number="03")
    href = desk.locator("#certify a[href*='/refusals/']").get_attribute("href") or ""
    paper = desk.request.get(urljoin(desk.url, href))
    assert paper.body().startswith(b"%PDF") and form.frozen["refused"]["reason"] == "viết tay"
    desk.locator("#certify [data-close]").first.click()
    expect(desk.locator("[data-document='Giấy vay tiền']")).to_have_attribute("data-state", "refused")
    expect(desk.locator("[data-total]")).to_contain_text("4.000")
    desk.keyboard.press("F9")
    expect(desk.locator("[data-code]")).to_be_visible()
    expect(desk.locator("[data-document='Giấy khai sinh']")).to_have_attribute("data-state", "submitted")
    asked.refresh_from_db()
    assert asked.state == State.ACCEPTED
    states = CertificationItem.objects.filter(certification__application=asked).order_by("pk")
    assert [item.state for item in states] == [JobState.SUBMITTED, JobState.SUBMITTED, JobState.REFUSED]
    desk.keyboard.press("F9")
    expect(desk.locator("dialog#aside")).to_be_visible()
    desk.keyboard.press("2")
    expect(desk.locator("[data-ticket]")).to_have_count(0)


def test_a_refused_file_loses_nothing_typed(desk: Page) -> None:
    desk.keyboard.press("Alt+C")
    broken = {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 broken"}
    desk.set_input_files("#certify [name=file]", broken)  # type: ignore[arg-type]
    desk.fill("#certify [name=title]", "Học bạ của cháu")
    desk.fill("#certify [name=copies]", "3")
    desk.keyboard.press("F9")
    expect(desk.locator("#id_document_file_error")).to_be_visible()
    expect(desk.locator("#certify [name=title]")).to_have_value("Học bạ của cháu")
    expect(desk.locator("#certify [name=copies]")).to_have_value("3")
    desk.set_input_files("#certify [name=file]", SCAN)  # type: ignore[arg-type]
    desk.keyboard.press("F9")
    expect(desk.locator("dialog#certify[open] .check-line")).to_have_count(5)
    expect(desk.locator("#certify")).to_contain_text("6.000")
