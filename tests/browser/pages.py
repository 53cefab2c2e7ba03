"""A hall with a page in each of its states, and somebody who looks at them."""

from __future__ import annotations

import re
from datetime import timedelta

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from applications.actions.choose import choose
from applications.actions.keep_closing_paper import keep_closing_paper
from applications.actions.strike_entry import strike_entry
from applications.demo.centres import Place, set_up
from applications.enums import State
from applications.models import Application, Closing, Register
from centres import device_access
from centres.actions.announce_hall import announce
from centres.actions.counters import open_counter, pause_counter
from centres.actions.draw import draw
from centres.actions.finish import finish
from centres.actions.hold import hold, latest_return
from centres.actions.miss import miss, recalls_left, seconds_to_come
from centres.actions.park import park
from centres.actions.recall import recall
from centres.enums import DeviceKind, ParkKind, Role
from centres.models import Appointment, CalendarDay, Counter, Device, Ticket, Zone
from citizens.models import User
from portal import clock
from portal.context import LARGE_PRINT_COOKIE
from procedures.models import Procedure
from tests.factories.applications import a_dossier, a_draft, member_of
from tests.factories.centres import AppointmentFactory, BookingRulesFactory
from tests.factories.certifications import a_missing_paper, a_request, an_item
from tests.factories.citizens import CitizenFactory
from tests.factories.registers import a_line, close_days
from tests.law import load_catalogue

DESK, BOARD, KIOSK = (1366, 768), (1920, 1080), (1080, 1920)
PHONES = ((390, 844), (320, 640))
# A phone of 390 px whose reader has zoomed to 200 %.
MAGNIFIED = (195, 422)
LAND = "/kiosk/for/A/land_change_info/"
LANGUAGES = ("vi", "en", "ko")
# Templates that went wrong show themselves by what they leave on the page.
LEFT_OVER = re.compile(r"\{\{|\{%|\{#|#\}|%\(\w+\)s")


class Hall:
    """Branch no. 3 this morning: one dossier in each state, one ticket in each, an officer at each kind of desk."""

    def __init__(self) -> None:
        load_catalogue()
        for command in ("load_units", "load_national_days", "load_queue_policies"):
            call_command(command, verbosity=0)
        self.at = clock.now()
        self.place: Place = set_up(self.at, clock.today())
        self.kiosk = Device.objects.get(kind=DeviceKind.KIOSK)
        self.board = Device.objects.get(kind=DeviceKind.BOARD)
        self.manager = member_of(Role.MANAGER, self.place.centre)
        self.appointments = self._appointments()
        self.dossiers = {state: self._dossier(state) for state in
                         (State.ACCEPTED, State.SUPPLEMENT, State.PROCESSING, State.DONE, State.RETURNED)}  # fmt: skip
        Counter.objects.update(officer=None, state="closed")
        self.empty = self._seat(0)
        self.with_person = self._seat(1)
        self.with_draft = self._seat(2)
        self.paused = self._seat(3)
        self.without_counter = self.place.officers[5]
        pause_counter(counter=self.paused, reason="Máy in hỏng", at=self.at, acting_user=self.paused.officer)
        self.zone = Zone.objects.create(centre=self.place.centre, name="Khu A")
        announce(centre=self.place.centre, text="Mời bác uống nước ở cuối sảnh.", until_at=self.at + timedelta(hours=1),
                 at=self.at, acting_user=self.manager)  # fmt: skip
        self.tickets = self._tickets()
        self.draft = a_draft(procedure="marriage", ticket=self.tickets["draft"], officer=self.with_draft.officer,
                             at=self.at)  # fmt: skip
        self.paper = a_missing_paper(self.draft)
        self.item = an_item(self.paper, at=self.at)
        self.asked = a_request("Giấy khai sinh", "Học bạ", is_checked=False, ticket=self.tickets["draft"],
                               officer=self.with_draft.officer, at=self.at)  # fmt: skip
        self.register, self.last_years, self.closings = self._registers()

    def _appointments(self) -> dict[str, Appointment]:
        """One in each state, one that can be checked in now, and one whose day has closed."""
        BookingRulesFactory()
        service, device = self.place.services["A"], self.kiosk
        soon, tomorrow = self.at + timedelta(minutes=5), self.at + timedelta(days=1)
        procedure = Procedure.objects.get(key="land_change_info")
        made = {"now": AppointmentFactory(service=service, starts_at=soon, device=device, procedure=procedure),
                "late": AppointmentFactory(service=service, starts_at=self.at - timedelta(minutes=20)),
                "tomorrow": AppointmentFactory(service=service, starts_at=tomorrow, procedure=procedure)}  # fmt: skip
        for state in ("missed", "cancelled", "moved"):
            made[state] = AppointmentFactory(service=service, starts_at=tomorrow, state=state, ended_at=self.at)
        made["closed"] = AppointmentFactory(service=service, starts_at=self.at + timedelta(days=2))
        CalendarDay.objects.update_or_create(
            centre=self.place.centre, day=made["closed"].day, defaults={"hours": [], "reason": "tập huấn"}
        )
        return made

    def _registers(self) -> tuple[Register, Register, list[Closing]]:
        """This year's with a second page and a line struck through, last year's still open, and two days closed."""
        leader = member_of(Role.LEADER, self.place.centre)
        lines = [a_line(self.place.centre, at=self.at - timedelta(days=2)) for _number in range(32)]
        strike_entry(entry=lines[3], reason="Ghi nhầm tên người yêu cầu", at=self.at, acting_user=leader)
        closings = close_days(self.at)
        keep_closing_paper(closing=closings[0], at=self.at)
        old = a_line(self.place.centre, at=self.at - timedelta(days=365))
        return lines[0].register, old.register, closings

    def _dossier(self, state: int) -> Application:
        # Yesterday's: the factory gives its tickets numbers that the kiosk's counter of numbers does not know.
        return a_dossier(state=state, at=self.at - timedelta(days=1, hours=5))

    def _seat(self, number: int) -> Counter:
        return open_counter(counter=self.place.counters[number], at=self.at, acting_user=self.place.officers[number])

    def _draw(self, key: str, letter: str) -> Ticket:
        return draw(service=self.place.services[letter], client_key=f"{key}-0123456789abcdef", device=self.kiosk,
                    at=self.at)  # fmt: skip

    def _called(self, key: str, counter: Counter) -> Ticket:
        """Straight to this counter; whoever was there has gone."""
        for before in Ticket.objects.at_counter().filter(counter=counter):
            before.park(ParkKind.FETCHING, "chờ", self.at)
            before.save()
        ticket = self._draw(key, "A")
        ticket.call(counter, self.at)
        ticket.save()
        return ticket

    def _tickets(self) -> dict[str, Ticket]:
        made = {"waiting": self._draw("waiting", "A")}
        by = {"at": self.at, "acting_user": self.empty.officer}
        made["missed"] = self._called("missed", self.empty)
        while recalls_left(made["missed"]):
            recall(ticket=made["missed"], **by)
        walked = timedelta(seconds=seconds_to_come(made["missed"], self.at))
        miss(ticket=made["missed"], **{**by, "at": self.at + walked})
        made["parked"] = self._called("parked", self.empty)
        park(ticket=made["parked"], reason="chờ bản sao", **by)
        away = self._draw("held", "A")
        made["held"] = hold(ticket=away, back_by=latest_return(away, self.at), at=self.at)
        made["done"] = self._called("done", self.empty)
        finish(ticket=made["done"], **by)
        made["called"] = self._called("called", self.with_person)
        made["called"].citizen = CitizenFactory(card_address="Láng Hạ, Đống Đa, Hà Nội")
        made["called"].save()
        made["draft"] = self._called("draft", self.with_draft)
        made["draft"].arrive(self.at)
        made["draft"].save()
        return made

    def start_matter(self) -> Application:
        """The person at the second counter says what it is about."""
        return choose(ticket=self.tickets["called"], procedure=Procedure.objects.get(key="birth"), at=self.at,
                      acting_user=self.with_person.officer)  # fmt: skip


class Looker:
    """Opens pages and keeps a list of what is wrong with them, so that one run tells all of it."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url
        self.wrong: list[str] = []
        self.contexts: list[BrowserContext] = []

    def page(self, size: tuple[int, int], *, user: User | None = None, device: Device | None = None) -> Page:
        """A page in a browser of its own, signed in as this person or screen."""
        context = self.browser.new_context(viewport={"width": size[0], "height": size[1]}, base_url=self.url)
        self.contexts.append(context)
        for name, value in _cookies(user, device).items():
            context.add_cookies([{"name": name, "value": value, "url": self.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: script error {error}"))
        return page

    def open(self, page: Page, path: str, status: int = 200) -> None:
        answer = page.goto(path, wait_until="load")
        if answer is None or answer.status != status:
            self.wrong.append(f"{path}: {answer.status if answer else 'no answer'}, expected {status}")
        if found := LEFT_OVER.search(page.inner_text("body")):
            self.wrong.append(f"{path}: {found[0]} is left of a template")

    def axe(self, page: Page, path: str) -> None:
        found = Axe().run(page)
        self.wrong += [f"{path}: {one['id']}: {one['nodes'][0]['html'][:160]}" for one in found.response["violations"]]

    def no_wider_than_the_screen(self, page: Page, path: str) -> None:
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            widest = page.evaluate(
                """[...document.querySelectorAll('body *')].filter((one) =>
                    one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
                    .slice(0, 3).map((one) => one.outerHTML.slice(0, 90)).join(' | ')"""
            )
            self.wrong.append(f"{path}: {over} px too wide at {page.viewport_size}: {widest}")

    def speak(self, page: Page, language: str) -> None:
        page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": self.url}])

    def large(self, page: Page) -> None:
        page.context.add_cookies([{"name": LARGE_PRINT_COOKIE, "value": "1", "url": self.url}])

    def close(self) -> None:
        for context in self.contexts:
            context.close()


def _cookies(user: User | None, device: Device | None) -> dict[str, str]:
    if device is not None:
        answer = HttpResponse()
        device_access.remember(answer, device)
        return {name: cookie.value for name, cookie in answer.cookies.items()}
    if user is None:
        return {}
    client = Client()
    client.force_login(user)
    return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
