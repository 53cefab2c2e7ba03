"""Support in a real browser: reported with two keys, answered, told to citizens; axe finds nothing on any page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser

from applications.demo.centres import Place, set_up
from applications.demo.support import seed_support
from centres.actions.counters import open_counter
from citizens.models import User
from portal import clock
from support.enums import IncidentState, Kind, Severity
from support.models import Announcement, Incident, KnownProblem
from tests.browser.pages import DESK, LANGUAGES, PHONES, Looker
from tests.law import load_catalogue
from tests.moments import hanoi

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WEDNESDAY = hanoi("2026-11-18 10:00")


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: WEDNESDAY)


@pytest.fixture
def place(transactional_db: None) -> Place:
    load_catalogue()
    for command in ("load_units", "load_national_days", "load_queue_policies"):
        call_command(command, verbosity=0)
    made = set_up(WEDNESDAY, clock.today())
    open_counter(counter=made.counters[0], at=WEDNESDAY, acting_user=made.officers[0])
    seed_support(made, WEDNESDAY)
    return made


@pytest.fixture
def look(browser: Browser, live_server: Any) -> Iterator[Looker]:
    looker = Looker(browser, live_server.url)
    yield looker
    looker.close()


def test_the_desk_whose_printer_dies_reports_with_two_keys_and_support_answers(place: Place, look: Looker) -> None:
    desk = look.page(DESK, user=place.officers[0])
    look.open(desk, "/desk/")
    desk.wait_for_selector("#concerns .concerns")
    desk.keyboard.press("Alt+b")
    desk.wait_for_selector("#report-dialog[open]")
    look.axe(desk, "what does not work")
    desk.keyboard.press("1")
    desk.wait_for_selector("form[data-report]")
    desk.wait_for_selector("#alike details")
    look.axe(desk, "how bad is it")
    desk.keyboard.press("3")
    desk.wait_for_selector("#report-dialog h2:has-text('Đã báo')")
    look.axe(desk, "reported")
    made = Incident.objects.latest("pk")
    assert (made.kind, made.severity, made.page) == (Kind.PRINTER, Severity.ONE, "/desk/")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#report-dialog:not([open])", state="attached")

    support = look.page(DESK, user=User.objects.get(username="hotro1"))
    look.open(support, "/support/")
    support.click(f"a[href='/support/incidents/{made.pk}/']")
    support.wait_for_url(f"**/support/incidents/{made.pk}/")
    support.keyboard.press("F9")
    support.wait_for_selector("#messages .note.ok")
    made.refresh_from_db()
    assert made.state == IncidentState.ACKNOWLEDGED
    assert not look.wrong, "\n".join(look.wrong)


def test_pages_of_support_have_no_barriers(place: Place, look: Looker) -> None:
    first, known, said = Incident.objects.earliest("pk"), KnownProblem.objects.all()[0], Announcement.objects.all()[0]
    page = look.page(DESK, user=User.objects.get(username="hotro1"))
    for path in (
        "", f"incidents/{first.pk}/", f"incidents/{first.pk}/review/", "on-call/", "outages/", "announcements/",
        f"announcements/{said.pk}/", "known/", "known/new/", f"known/{known.pk}/", "statistics/", "mine/", "report/",
        "report/?kind=printer",
    ):  # fmt: skip
        look.open(page, f"/support/{path}")
        page.wait_for_selector("#concerns .concerns")
        look.axe(page, path)
        look.no_wider_than_the_screen(page, path)
    assert not look.wrong, "\n".join(look.wrong)


def test_what_everybody_reads_fits_a_phone_in_every_language(place: Place, look: Looker) -> None:
    page, small = look.page(PHONES[0]), look.page(PHONES[1])
    for language in LANGUAGES:
        look.speak(page, language)
        look.speak(small, language)
        for path in ("status/", f"status/{place.centre.code}/", "tell/", "told/"):
            look.open(page, f"/support/{path}")
            look.axe(page, f"{path} ({language})")
            look.open(small, f"/support/{path}")
            look.no_wider_than_the_screen(small, f"{path} ({language})")
    assert not look.wrong, "\n".join(look.wrong)
