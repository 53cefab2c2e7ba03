"""The woman alone at the kiosk who asks for help: one touch, who comes, and the helper's phone; axe finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser

from applications.demo.centres import Place, set_up
from centres.actions.counters import open_counter
from centres.actions.draw import draw
from centres.enums import Role
from citizens.models import User
from portal import clock
from support.actions.go_to_help import accept
from support.actions.helper_shift import begin_shift
from support.enums_help import HelpState, Urgency
from support.models import AssistanceRequest
from tests.browser.pages import DESK, KIOSK, LANGUAGES, PHONES, Looker
from tests.factories.applications import member_of
from tests.factories.help import a_point
from tests.moments import hanoi

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WEDNESDAY = hanoi("2026-11-18 10:00")


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: WEDNESDAY)


@pytest.fixture
def place(transactional_db: None) -> Place:
    for command in ("load_units", "load_national_days", "load_catalogue", "load_queue_policies"):
        call_command(command, verbosity=0)
    made = set_up(WEDNESDAY, clock.today())
    open_counter(counter=made.counters[0], at=WEDNESDAY, acting_user=made.officers[0])
    return made


@pytest.fixture
def helper(place: Place) -> User:
    user = User.objects.get(username="sanh1")
    begin_shift(centre=place.centre, badge="áo xanh, thẻ 12", at=WEDNESDAY, acting_user=user)
    return user


@pytest.fixture
def look(browser: Browser, live_server: Any) -> Iterator[Looker]:
    looker = Looker(browser, live_server.url)
    yield looker
    looker.close()


def test_the_woman_alone_at_the_kiosk_asks_and_is_told_who_comes(place: Place, helper: User, look: Looker) -> None:
    phone = look.page(PHONES[0], user=helper)
    look.open(phone, "/support/helping/")
    look.axe(phone, "a helper who waits")
    kiosk = look.page(KIOSK, device=place.kiosk)
    look.open(kiosk, "/kiosk/")
    kiosk.click("form[action='/kiosk/help/'] button")
    kiosk.click("button[value=alone]")
    kiosk.wait_for_selector("#help [role=status]")
    look.axe(kiosk, "somebody is called")
    asked = AssistanceRequest.objects.get()
    assert (asked.is_alone, asked.urgency) == (True, Urgency.NEEDS)

    phone.click(".asks button")
    phone.wait_for_selector(".mine")
    look.axe(phone, "a helper who is out")
    look.no_wider_than_the_screen(phone, "a helper who is out")
    kiosk.wait_for_selector("h1:has-text('Mẫu')")
    assert "áo xanh, thẻ 12" in kiosk.inner_text("#help")
    look.axe(kiosk, "somebody comes")
    kiosk.click("button[value=here]")
    kiosk.wait_for_selector("#help:not(:has(button))")
    phone.click("form[action$='/done/'] button")
    phone.wait_for_selector(".empty")
    assert AssistanceRequest.objects.get().state == HelpState.DONE
    assert not look.wrong, "\n".join(look.wrong)


def test_an_officer_presses_one_key_and_reads_who_comes(place: Place, helper: User, look: Looker) -> None:
    desk = look.page(DESK, user=place.officers[0])
    look.open(desk, "/desk/")
    desk.keyboard.press("Alt+h")
    desk.wait_for_selector("#desk-help .state.warn")
    accept(request=AssistanceRequest.objects.get(), at=WEDNESDAY, acting_user=helper)
    desk.wait_for_selector("#desk-help .state:has-text('Mẫu')")
    look.axe(desk, "a helper comes to the counter")
    look.no_wider_than_the_screen(desk, "a helper comes to the counter")
    assert not look.wrong, "\n".join(look.wrong)


def test_the_pages_of_help_have_no_barriers(place: Place, helper: User, look: Looker) -> None:
    point = a_point(place.centre)
    ticket = draw(service=place.services["A"], client_key="0123456789abcdef-help", device=place.kiosk, at=WEDNESDAY)
    manager = look.page(DESK, user=member_of(Role.MANAGER, place.centre))
    for path in ("/support/helping/", "/support/helping/points/", "/day/"):
        look.open(manager, path)
        look.axe(manager, path)
        look.no_wider_than_the_screen(manager, path)
    phone = look.page(PHONES[1])
    for language in LANGUAGES:
        look.speak(phone, language)
        for path in (f"/support/here/{point.token}/", f"/t/{ticket.token}/help/", f"/t/{ticket.token}/"):
            look.open(phone, path)
            look.axe(phone, f"{path} ({language})")
            look.no_wider_than_the_screen(phone, f"{path} ({language})")
    phone.goto(f"{phone.url.split('/t/')[0]}/support/here/{point.token}/")
    phone.click("button[value=ask]")
    phone.wait_for_selector("button[value=cancel]")
    look.axe(phone, "somebody is called to a seat")
    look.no_wider_than_the_screen(phone, "somebody is called to a seat")
    assert not look.wrong, "\n".join(look.wrong)
