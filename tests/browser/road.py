"""One road of a dossier walked by the people concerned: each in a browser of their own, and a clock that can be set."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from applications.models import Application, IssuedForm
from centres.enums import Role
from citizens.models import User
from portal import clock
from tests.applications.printed import words_of
from tests.browser.pages import DESK, PHONES, Looker
from tests.factories.applications import MONDAY, a_centre, member_of
from tests.moments import hanoi

# Where somebody who wants to see the pages and the papers has them put.
KEPT = os.environ.get("ROAD_PICTURES", "")


class Road:
    """``road.page(Role.LEADER)`` is that person's page; ``road.citizen`` is a phone."""

    def __init__(self, browser: Browser, url: str, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        self.looker, self.name, self.now = Looker(browser, url), name, MONDAY
        self.pages: dict[int, Page] = {}
        self.taken = 0
        monkeypatch.setattr(clock, "now", lambda: self.now)
        self.centre = a_centre()
        self.citizen = self.looker.page(PHONES[0])

    def at(self, moment: str) -> datetime:
        self.now = hanoi(moment)
        return self.now

    def who(self, role: str) -> User:
        return member_of(role, self.centre)

    def page(self, who: str | User) -> Page:
        user = self.who(who) if isinstance(who, str) else who
        if user.pk not in self.pages:
            self.pages[user.pk] = self.looker.page(DESK, user=user)
        return self.pages[user.pk]

    def open(self, who: str | User, path: str | Application) -> Page:
        page = self.page(who)
        self.looker.open(page, path if isinstance(path, str) else f"/dossiers/{path.pk}/")
        return page

    def track(self, dossier: Application) -> Page:
        """The citizen looks."""
        self.looker.open(self.citizen, f"/t/{dossier.token}/")
        self.looker.no_wider_than_the_screen(self.citizen, f"{self.name}: tracking")
        return self.citizen

    def seen(self, page: Page, what: str, *, axe: bool = False) -> None:
        """Look at the page; keep its picture where somebody wants it."""
        self.taken += 1
        self.looker.no_wider_than_the_screen(page, what)
        if axe:
            self.looker.axe(page, what)
        if KEPT:
            Path(KEPT).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(KEPT) / f"{self.name}-{self.taken:02}-{what}.png", full_page=True)

    def step(self, who: str | User, dossier: Application, key: str, **typed: str | bool) -> Page:
        """Take one step on the dossier's page, and wait for the page that says it is done."""
        page = self.open(who, dossier)
        self.fill(page, key, **typed)
        self.seen(page, key)
        self.send(page, page.locator(f"button[formaction$='/{key}/']"), f"/{key}/")
        expect(page.locator("#messages .message, #messages li, #messages p").first).to_be_visible()
        return page

    def fill(self, page: Page, key: str, **typed: str | bool) -> Locator:
        """The fields of this step, unfolded and filled in."""
        box = page.locator(f"section.step:has(#step-{key})")
        if box.locator("details:not([open])").count():
            box.locator("summary").click()
        for name, value in typed.items():
            field = box.locator(f"[name='{key}-{name}']")
            if isinstance(value, bool):
                field.set_checked(value)
            elif field.first.get_attribute("type") == "radio":
                box.locator(f"[name='{key}-{name}'][value='{value}']").check()
            elif field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        return box

    def send(self, page: Page, button: Locator, path: str) -> None:
        """Press it, and wait until what follows is there."""
        with page.expect_navigation(url=lambda url: not url.endswith(path), wait_until="load"):
            button.click()

    def key(self, page: Page, key: str, to: str) -> None:
        """Press a key as shown, and wait for the page it leads to."""
        with page.expect_navigation(url=to, wait_until="load"):
            page.keyboard.press(key)

    def paper(self, page: Page, link: Locator | str, what: str) -> str:
        """The words of a printed paper, as whoever clicks gets it."""
        href = link if isinstance(link, str) else link.get_attribute("href") or ""
        answer = page.request.get(urljoin(page.url, href))
        assert answer.headers["content-type"] == "application/pdf", (href, answer.status)
        if KEPT:
            (Path(KEPT) / f"{self.name}-{what}.pdf").write_bytes(answer.body())
        return words_of(answer.body())

    def form(self, page: Page, dossier: Application, number: str) -> str:
        """The words of the last form with this number, by the link on the dossier's page."""
        form = IssuedForm.objects.filter(application=dossier, number=number).latest("issued_at", "pk")
        link = page.locator(f"#forms-out + ul a[href$='/forms/{form.pk}.pdf']")
        return self.paper(page, link, f"form{number}-{form.sequence}")

    def end(self) -> None:
        self.looker.close()
        assert not self.looker.wrong, "\n".join(self.looker.wrong)


COUNTER, SPECIALIST, LEADER, MANAGER = Role.COUNTER_OFFICER, Role.SPECIALIST, Role.LEADER, Role.MANAGER
