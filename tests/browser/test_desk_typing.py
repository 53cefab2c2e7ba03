"""At the desk nothing typed is lost without a word, whatever is pressed next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from applications.enums import State
from applications.models import Application
from centres.models import Ticket
from portal import clock
from procedures.enums import CopyForm
from tests.browser.pages import DESK, Hall, Looker
from tests.browser.test_story import swapped
from tests.browser.until import until
from tests.factories.applications import a_draft
from tests.factories.certifications import a_missing_paper, a_picture
from tests.moments import hanoi

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE, EMAIL = "#contact-form [name=phone]", "#contact-form [name=email]"


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: hanoi("2026-11-18 10:00"))


@pytest.fixture
def hall(transactional_db: None) -> Hall:
    return Hall()


@pytest.fixture
def desk(browser: Browser, live_server: Any, hall: Hall) -> Iterator[Page]:
    """A complete draft without a phone is open at the counter."""
    looker = Looker(browser, live_server.url)
    officer = hall.with_draft.officer
    draft = a_draft(ticket=hall.tickets["draft"], officer=officer, phone="", email="", at=hall.at)
    page = looker.page(DESK, user=officer)
    looker.open(page, f"/desk/?matter={draft.pk}")
    yield page
    looker.close()


@pytest.fixture
def nobody(browser: Browser, live_server: Any, hall: Hall) -> Iterator[Page]:
    """A number is at the counter, and nobody has said yet whose it is."""
    looker = Looker(browser, live_server.url)
    Ticket.objects.filter(pk=hall.tickets["called"].pk).update(citizen=None)
    page = looker.page(DESK, user=hall.with_person.officer)
    looker.open(page, "/desk/")
    yield page
    looker.close()


def shown() -> Application:
    return Application.objects.order_by("-pk")[0]


@pytest.mark.parametrize("way", ["paper", "Alt+F", "scan", "language"])
def test_a_contact_just_typed_stays_whatever_is_pressed_next(desk: Page, way: str) -> None:
    desk.fill(EMAIL, "ba.hoa@example.vn")
    desk.fill(PHONE, "0912345678")
    with swapped(desk):
        if way == "paper":
            desk.locator("#papers button.box").first.click()
        elif way == "scan":
            desk.fill("[data-scan]", "@@@")
            desk.press("[data-scan]", "Enter")
        elif way == "language":
            desk.locator("form.switch button").first.click()
        else:
            desk.keyboard.press(way)
    expect(desk.locator(PHONE)).to_have_value("0912 345 678")
    expect(desk.locator(EMAIL)).to_have_value("ba.hoa@example.vn")
    assert shown().contact_phone == "+84912345678"


def test_a_phone_typed_before_f9_is_on_the_receipt_and_a_wrong_one_waits_beside_its_field(desk: Page) -> None:
    desk.fill(PHONE, "0912 34")
    desk.keyboard.press("F9")
    expect(desk.locator("#contact .error")).to_be_visible()
    expect(desk.locator(PHONE)).to_have_value("0912 34")
    expect(desk.locator(PHONE)).to_be_focused()
    assert shown().state == State.DRAFT

    desk.fill(PHONE, "0912 345 678")
    desk.keyboard.press("F9")
    expect(desk.locator("[data-code]")).to_be_visible()
    assert shown().contact_phone == "+84912345678"


class Slow:
    """Posts to these addresses wait until they are let through: an officer is quicker than a tired server."""

    def __init__(self, page: Page, *ends: str) -> None:
        self.page, self.waiting, self.came = page, list[Route](), list[str]()
        for end in ends:
            page.route(f"**/{end}", self._hold)

    def _hold(self, route: Route) -> None:
        self.came.append(route.request.url)
        self.waiting.append(route)

    def let_through(self, end: str = "", *, count: int = 1) -> None:
        """The next of them, once it has come."""
        for _one in range(count):
            until(self.page, lambda: any(route.request.url.endswith(end) for route in self.waiting), 10)
            route = next(route for route in self.waiting if route.request.url.endswith(end))
            self.waiting.remove(route)
            with self.page.expect_response(route.request.url):
                route.continue_()


def test_what_was_selected_to_be_typed_over_stays_selected_when_the_refusal_comes(desk: Page) -> None:
    slow = Slow(desk, "contact/")
    desk.fill(PHONE, "0912 34")
    desk.keyboard.press("F9")
    desk.keyboard.press("Control+A")
    slow.let_through()
    expect(desk.locator("#contact .error")).to_be_visible()
    desk.keyboard.type("0912 345 678")
    expect(desk.locator(PHONE)).to_have_value("0912 345 678")
    assert len(slow.came) == 1, "its going with the part is no change of the field"
    desk.keyboard.press("F9")
    slow.let_through()
    expect(desk.locator("[data-code]")).to_be_visible()
    assert shown().contact_phone == "+84912345678"
    assert len(slow.came) == 2


def test_a_phone_put_right_while_the_wrong_one_is_sent_goes_with_the_same_key(desk: Page) -> None:
    slow = Slow(desk, "contact/")
    desk.fill(PHONE, "0912 34")
    desk.keyboard.press("F9")
    desk.keyboard.type("5 678")
    slow.let_through(count=2)
    expect(desk.locator("[data-code]")).to_be_visible()
    assert shown().contact_phone == "+84912345678"


def test_the_e_mail_that_tab_selected_is_typed_over_when_the_phone_has_been_kept_meanwhile(desk: Page) -> None:
    desk.fill(EMAIL, "cu@example.vn")
    desk.press(EMAIL, "Tab")
    expect(desk.locator("#contact .error")).to_have_count(0)
    slow = Slow(desk, "contact/")
    desk.fill(PHONE, "0912345678")
    desk.press(PHONE, "Tab")
    slow.let_through()
    expect(desk.locator(PHONE)).to_have_value("0912 345 678")
    desk.keyboard.type("moi@example.vn")
    expect(desk.locator(EMAIL)).to_have_value("moi@example.vn")


def test_a_contact_on_its_way_while_the_page_comes_anew_does_not_hold_the_next_key_for_ever(desk: Page) -> None:
    slow = Slow(desk, "contact/", "tick/")
    desk.locator("#papers button.box").first.click()
    desk.fill(PHONE, "0912345678")
    desk.press(PHONE, "Tab")
    with swapped(desk):
        slow.let_through("tick/")
    slow.let_through("contact/")
    desk.unroute_all()
    desk.fill(PHONE, "0987654321")
    desk.keyboard.press("Alt+F")
    expect(desk.locator("#procedure-form")).to_be_visible()
    assert shown().contact_phone == "+84987654321"


def test_phone_and_e_mail_typed_quickly_are_both_kept_before_f9_goes(desk: Page) -> None:
    slow = Slow(desk, "contact/", "receive/")
    desk.fill(PHONE, "0912345678")
    desk.press(PHONE, "Tab")
    desk.keyboard.type("ba.hoa@example.vn")
    desk.keyboard.press("Tab")
    desk.keyboard.press("F9")
    slow.let_through("contact/", count=2)
    slow.let_through("receive/")
    expect(desk.locator("[data-code]")).to_be_visible()
    assert [url.rsplit("/", 2)[1] for url in slow.came] == ["contact", "contact", "receive"]


def test_an_answer_typed_just_before_f9_is_not_sent_again_behind_it(desk: Page) -> None:
    desk.goto(desk.url + "&view=form")
    slow = Slow(desk, "form/", "receive/")
    desk.fill("#id_child_name", "Trần Bảo An")
    desk.keyboard.press("F9")
    slow.let_through("form/")
    desk.wait_for_timeout(900)  # longer than the form waits for a pause in the typing
    slow.let_through("receive/")
    expect(desk.locator("[data-code]")).to_be_visible()
    assert [url.rsplit("/", 2)[1] for url in slow.came] == ["form", "receive"]


def test_the_contact_keeps_itself_field_by_field_and_says_so_where_none_was(desk: Page) -> None:
    expect(desk.locator("#no-phone")).to_be_visible()
    desk.fill(PHONE, "0912345678")
    desk.press(PHONE, "Tab")
    expect(desk.locator("#no-phone")).to_be_hidden()
    expect(desk.locator(PHONE)).to_have_value("0912 345 678")
    expect(desk.locator(EMAIL)).to_be_focused()
    desk.keyboard.type("ba.hoa")
    desk.press(EMAIL, "Tab")
    expect(desk.locator("#contact .error")).to_be_visible()
    expect(desk.locator(EMAIL)).to_have_value("ba.hoa")
    expect(desk.locator(PHONE)).to_have_value("0912 345 678")


def scan(desk: Page, typed: str) -> None:
    with swapped(desk):
        desk.fill("[data-scan]", typed)
        desk.press("[data-scan]", "Enter")


def test_a_person_typed_by_hand_stays_typed_while_the_procedure_is_chosen(nobody: Page) -> None:
    scan(nobody, "001190099999")
    nobody.fill("[name=full_name]", "Nguyễn Thị Lạ")
    nobody.fill("[name=birth_text]", "31/2/1990")
    with swapped(nobody):
        nobody.keyboard.press("Alt+2")
    expect(nobody.locator("#papers")).to_be_visible()
    expect(nobody.locator("[name=full_name]")).to_have_value("Nguyễn Thị Lạ")
    with swapped(nobody):
        nobody.press("[name=full_name]", "Enter")
    expect(nobody.locator("#person-form .field.invalid")).to_have_count(1)
    scan(nobody, "@@@")
    expect(nobody.locator("[name=birth_text]")).to_have_value("31/2/1990")
    with swapped(nobody):
        nobody.fill("[name=birth_text]", "1990")
        nobody.press("[name=birth_text]", "Enter")
    expect(nobody.locator("[data-person]")).to_have_text("Nguyễn Thị Lạ")
    applicant = shown().applicant
    assert applicant is not None and applicant.full_name == "Nguyễn Thị Lạ"


def test_another_number_begins_its_form_anew(nobody: Page) -> None:
    scan(nobody, "001190099999")
    nobody.fill("[name=full_name]", "Nguyễn Thị Lạ")
    scan(nobody, "001085088888")
    expect(nobody.locator("[name=identity_number]")).to_have_value("001085088888")
    expect(nobody.locator("[name=full_name]")).to_have_value("")


def test_the_scan_chosen_stays_when_the_copy_is_refused(desk: Page) -> None:
    paper = a_missing_paper(shown())
    paper.form_of_copy = CopyForm.CERTIFIED_COPY
    paper.save(update_fields=["form_of_copy"])
    desk.reload()
    desk.keyboard.press("Alt+C")
    desk.set_input_files("#certify [name=file]", {"name": "s.jpg", "mimeType": "image/jpeg", "buffer": a_picture()})
    desk.fill("#certify [name=copies]", "999")
    desk.keyboard.press("F9")
    expect(desk.locator("#certify .error-summary")).to_be_visible()
    expect(desk.locator("#certify .scan-pages > li")).to_have_count(1)
    desk.fill("#certify [name=copies]", "1")
    desk.fill("#certify [name=pages]", "2")
    desk.keyboard.press("F9")
    expect(desk.locator("#id_pages_error")).to_be_visible()
    desk.locator("#certify [name=several_on_a_sheet]").check()
    desk.keyboard.press("F9")
    expect(desk.locator("#certify form[action$='/checks/']")).to_be_visible()


@pytest.fixture
def idle(browser: Browser, live_server: Any, hall: Hall) -> Iterator[Page]:
    """Nobody stands at the counter."""
    looker = Looker(browser, live_server.url)
    page = looker.page(DESK, user=hall.empty.officer)
    looker.open(page, "/desk/")
    yield page
    looker.close()


def test_what_a_dialog_refuses_is_said_in_it_beside_the_field(idle: Page) -> None:
    for key, press, dialog in (
        ("F10", "Alt+Enter", "missed"),
        ("Alt+U", "Alt+1", "priority"),
        ("F8", "Alt+Enter", "one-number"),
    ):
        idle.keyboard.press(key)
        idle.keyboard.press(press)
        expect(idle.locator(f"#{dialog} .error")).to_be_visible()
        expect(idle.locator(f"#{dialog} [name=number]")).to_be_focused()
        idle.locator(f"#{dialog} [data-close]").click()
    waiting = Ticket.objects.filter(state="waiting")[0].label
    idle.keyboard.press("F8")
    idle.fill("#call-number", waiting)
    idle.keyboard.press("Alt+Enter")
    expect(idle.locator("#call-reason-error")).to_be_visible()
    expect(idle.locator("#call-number")).to_have_value(waiting)


def test_a_wrong_answer_in_the_form_is_said_beside_it_when_it_is_left_and_goes_when_it_is_put_right(desk: Page) -> None:
    desk.goto(desk.url + "&view=form")
    born, said = desk.locator("#id_child_born"), desk.locator("#id_child_born_error")
    with desk.expect_response(lambda answer: "/form/" in answer.url):
        born.fill("31/02/2026")
    expect(said).to_be_empty()  # still typing: nobody is scolded half way
    with desk.expect_response(lambda answer: "/form/" in answer.url):
        born.press("Tab")
    expect(said).to_contain_text("ngày/tháng/năm")
    expect(born).to_have_attribute("aria-invalid", "true")
    expect(born).to_have_attribute("aria-describedby", re.compile("id_child_born_error"))
    expect(born).to_have_value("31/02/2026")
    blank = desk.locator("#id_mother_name")
    with desk.expect_response(lambda answer: "/form/" in answer.url):
        blank.fill("")
        blank.press("Tab")
    expect(desk.locator("#id_mother_name_error")).to_be_empty()  # missing is counted, not scolded
    with desk.expect_response(lambda answer: "/form/" in answer.url):
        born.fill("01/11/2026")
        born.press("Tab")
    expect(said).to_be_empty()
    expect(born).not_to_have_attribute("aria-invalid", "true")


def test_a_form_with_a_wrong_answer_is_not_printed_but_opened_where_it_is_marked(desk: Page) -> None:
    desk.goto(desk.url + "&view=form")
    desk.fill("#id_child_born", "31/02/2026")
    with desk.context.expect_page() as opened:
        desk.keyboard.press("Alt+I")
    paper = opened.value
    expect(paper.locator("#id_child_born_error")).to_contain_text("ngày/tháng/năm")
    expect(paper.locator("#procedure-form")).to_be_visible()
