"""An officer quicker than the server: what was pressed last counts, whichever answer comes last."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from applications.actions.edit_draft import answer_facts
from applications.enums import PaperState
from centres.enums import TicketState
from centres.models import Ticket
from portal import clock
from tests.browser.pages import DESK, Hall, Looker
from tests.browser.test_story import swapped
from tests.browser.until import until
from tests.factories.applications import a_draft
from tests.moments import hanoi

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: hanoi("2026-11-18 10:00"))


@pytest.fixture
def hall(transactional_db: None) -> Hall:
    return Hall()


@pytest.fixture
def desk(browser: Browser, live_server: Any, hall: Hall) -> Iterator[Page]:
    """A draft that lacks three papers, one of which can be certified here, is open at the counter."""
    looker = Looker(browser, live_server.url)
    officer = hall.with_draft.officer
    draft = a_draft(procedure="land_change_info", ticket=hall.tickets["draft"], officer=officer, at=hall.at)
    answer_facts(application=draft, facts={"joint_owners": True}, at=hall.at, acting_user=officer)
    draft.papers.exclude(state=PaperState.LOOKED_UP).update(state=PaperState.MISSING)
    page = looker.page(DESK, user=officer)
    looker.open(page, f"/desk/?matter={draft.pk}")
    yield page
    looker.close()


class Late:
    """Answers to these addresses are made at once and brought only when they are let through."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.answers = page, list[tuple[Route, Any]]()
        self.pattern = re.compile(address)
        page.route(self.pattern, self._hold)

    def _hold(self, route: Route) -> None:
        self.answers.append((route, route.fetch()))

    def made(self, count: int = 1) -> None:
        until(self.page, lambda: len(self.answers) >= count, 10)

    def bring(self, which: int = 0) -> None:
        route, answer = self.answers.pop(which)
        with self.page.expect_response(route.request.url):
            route.fulfill(response=answer)
        self.page.wait_for_timeout(100)  # htmx settles what it has brought


def state_of(hall: Hall) -> str:
    return Ticket.objects.get(pk=hall.tickets["draft"].pk).state


def test_the_way_back_that_was_overtaken_does_not_show_who_has_gone(desk: Page, hall: Hall) -> None:
    desk.keyboard.press("Alt+C")
    late = Late(desk, r"/desk/\?matter=\d+$")
    desk.locator("#certify a[data-close]").last.click()
    late.made()
    desk.keyboard.press("F4")
    with swapped(desk):
        desk.keyboard.press("1")
    expect(desk.locator("[data-ticket]")).to_have_count(0)
    late.bring()
    expect(desk.locator("[data-ticket]")).to_have_count(0)
    assert state_of(hall) == TicketState.PARKED


def test_a_question_asked_before_the_page_has_come_is_still_there_and_takes_its_key(desk: Page, hall: Hall) -> None:
    desk.keyboard.press("Alt+C")
    late = Late(desk, r"/desk/\?matter=\d+$")
    desk.locator("#certify a[data-close]").last.click()
    late.made()
    desk.keyboard.press("F4")
    late.bring()
    expect(desk.locator("dialog#aside")).to_be_visible()
    with swapped(desk):
        desk.keyboard.press("1")
    expect(desk.locator("[data-ticket]")).to_have_count(0)
    assert state_of(hall) == TicketState.PARKED


def test_what_was_typed_into_a_dialog_stays_when_the_page_comes_under_it(desk: Page) -> None:
    late = Late(desk, r"/tick/$")
    desk.locator("#papers button.box").first.click()
    late.made()
    desk.keyboard.press("Alt+C")
    expect(desk.locator("dialog#certify")).to_be_visible()
    desk.fill("#certify [name=copies]", "3")
    late.bring()
    expect(desk.locator("dialog#certify")).to_be_visible()
    expect(desk.locator("#certify [name=copies]")).to_have_value("3")
    expect(desk.locator("#certify [name=copies]")).to_be_focused()
    desk.locator("#certify a[data-close]").last.click()
    expect(desk.locator("dialog#certify")).to_have_count(0)


def test_a_dialog_that_comes_after_its_page_has_gone_opens_on_the_new_one(desk: Page) -> None:
    late = Late(desk, r"/(tick|certify)/$")
    desk.locator("#papers button.box").first.click()
    late.made()
    desk.keyboard.press("Alt+C")
    late.made(2)
    late.bring()
    late.bring()
    expect(desk.locator("dialog#certify")).to_be_visible()


def test_two_boxes_ticked_quickly_are_both_ticked_whichever_answer_comes_last(desk: Page) -> None:
    desk.route(re.compile(r"/papers/$"), lambda route: route.abort())  # the list's own polling is not what is tried
    late = Late(desk, r"/tick/$")
    boxes = desk.locator("#papers [data-state=missing] button.box")
    kinds = [box.locator("xpath=ancestor::*[@data-paper]").get_attribute("data-paper") for box in boxes.all()[:2]]
    for count, kind in enumerate(kinds, 1):
        desk.locator(f"[data-paper={kind}] button.box").click()
        late.made(count)
    late.bring(1)
    late.bring(0)
    for kind in kinds:
        expect(desk.locator(f"[data-paper={kind}]")).to_have_attribute("data-state", "presented")
