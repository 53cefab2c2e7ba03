"""Training in a real browser: the new officer who is kept from a counter, learns, passes, and opens it; axe finds nothing on any page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page

from applications.demo.centres import Place, set_up
from applications.demo.training import NEWCOMER, seed_training
from centres.models import Counter
from citizens.models import User
from portal import clock
from procedures.models import ProcedureVersion
from support import courses, session_codes
from support.actions.write_course import begin_version
from support.models import Attempt, Certificate, Course, SessionSeat, TrainingSession
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
    seed_training(made, WEDNESDAY)
    return made


@pytest.fixture
def look(browser: Browser, live_server: Any) -> Iterator[Looker]:
    looker = Looker(browser, live_server.url)
    yield looker
    looker.close()


def read_the_lessons(page: Page, look: Looker, course: Course) -> None:
    for _each in range(courses.current_of(course).lessons.count()):  # type: ignore[union-attr]
        page.wait_for_selector(".lesson")
        look.axe(page, "a lesson")
        with page.expect_navigation():
            page.keyboard.press("F9")


def choose(page: Page, course: Course, *, rightly: bool) -> None:
    """Every question, by what stands beside the box."""
    for question in courses.current_of(course).questions.all():  # type: ignore[union-attr]
        wanted = question.right if rightly else [len(question.options) - 1]
        for place_of in wanted:
            page.check(f"input[name='q{question.pk}'][value='{place_of}']")


def test_the_new_officer_trains_passes_and_opens_a_counter(place: Place, look: Looker) -> None:
    newcomer, course = User.objects.get(username=NEWCOMER), Course.objects.earliest("pk")
    page = look.page(DESK, user=newcomer)
    look.open(page, "/desk/")
    page.locator("form[action$='/sit/'] button").first.click()
    page.wait_for_selector(".note.act[role=alert]")
    look.axe(page, "kept from the counter")
    assert not Counter.objects.filter(officer=newcomer).exists()
    page.click(f".note[role=alert] a[href='/support/training/courses/{course.pk}/']")
    page.wait_for_url(f"**/courses/{course.pk}/")
    look.axe(page, "the course")
    page.keyboard.press("F9")
    read_the_lessons(page, look, course)
    page.wait_for_url(f"**/courses/{course.pk}/")
    page.keyboard.press("F10")
    page.wait_for_url("**/questions/")
    look.axe(page, "the questions")
    choose(page, course, rightly=False)
    page.keyboard.press("F10")
    page.wait_for_url("**/tries/**")
    look.axe(page, "not yet passed")
    assert not Certificate.objects.filter(user=newcomer).exists()
    page.keyboard.press("F9")
    page.wait_for_url("**/questions/")
    choose(page, course, rightly=True)
    page.keyboard.press("F10")
    page.wait_for_url("**/tries/**")
    page.wait_for_selector("h1:has-text('Đã đạt')")
    look.axe(page, "passed")
    assert [row.passed for row in Attempt.objects.filter(user=newcomer)] == [False, True]

    row = Certificate.objects.get(user=newcomer)
    anyone = look.page(PHONES[0])
    look.open(anyone, f"/support/certificates/{row.code}/")
    anyone.wait_for_selector("dd:has-text('M.T.T.S.')")
    look.axe(anyone, "the certificate, for anyone")

    look.open(page, "/desk/")
    page.locator("form[action$='/sit/'] button").first.click()
    page.wait_for_selector("#queue, .desk")
    assert Counter.objects.get(officer=newcomer).state == "open"
    assert not look.wrong, "\n".join(look.wrong)


def test_a_phone_scans_the_trainer_s_screen_and_is_there(place: Place, look: Looker) -> None:
    session = TrainingSession.objects.get()
    TrainingSession.objects.filter(pk=session.pk).update(
        from_at=WEDNESDAY - timedelta(minutes=5), until_at=WEDNESDAY + timedelta(hours=1)
    )
    screen = look.page(DESK, user=session.trainer)
    look.open(screen, f"/support/training/sessions/{session.pk}/screen/")
    screen.wait_for_selector("#session-code img")
    look.axe(screen, "the trainer's screen")
    phone = look.page(PHONES[0], user=User.objects.get(username=NEWCOMER))
    look.open(phone, f"/support/training/here/{session.pk}/{session_codes.code_at(session, WEDNESDAY)}/")
    look.axe(phone, "I am here")
    phone.click("main form button.big")
    phone.wait_for_selector(".note.ok")
    assert SessionSeat.objects.get(user__username=NEWCOMER).attended_at == WEDNESDAY
    assert not look.wrong, "\n".join(look.wrong)


def test_pages_of_training_have_no_barriers(place: Place, look: Looker) -> None:
    course, session = Course.objects.earliest("pk"), TrainingSession.objects.get()
    version = courses.current_of(course)
    assert version is not None
    draft = begin_version(course=course, acting_user=User.objects.get(username="thanhpho"))
    law = ProcedureVersion.objects.filter(number=2, procedure__key="birth").get()
    of_city = (
        "", "courses/", f"courses/{course.pk}/", f"courses/{course.pk}/edit/", f"versions/{version.pk}/",
        f"versions/{version.pk}/people/", f"versions/{draft.pk}/", f"versions/{draft.pk}/lesson/",
        f"versions/{draft.pk}/lesson/{draft.lessons.earliest('pk').pk}/", f"versions/{draft.pk}/question/",
        f"versions/{draft.pk}/question/{draft.questions.earliest('pk').pk}/", "sessions/", f"sessions/{session.pk}/",
        "staff/", "rules/",
    )  # fmt: skip
    of_officer = ("", f"courses/{course.pk}/", f"lessons/{version.lessons.earliest('pk').pk}/", f"law/{law.pk}/")
    for user, paths in (("thanhpho", of_city), (NEWCOMER, of_officer)):
        wide, small = (look.page(size, user=User.objects.get(username=user)) for size in (DESK, PHONES[0]))
        for path in paths:
            for page in (wide, small):
                look.open(page, f"/support/training/{path}")
                look.axe(page, path)
                look.no_wider_than_the_screen(page, path)
    assert not look.wrong, "\n".join(look.wrong)


def test_the_public_page_of_a_certificate_fits_a_phone_in_every_language(place: Place, look: Looker) -> None:
    code = Certificate.objects.earliest("pk").code
    page, small = look.page(PHONES[0]), look.page(PHONES[1])
    for language in LANGUAGES:
        for one in (page, small):
            look.speak(one, language)
            for path, status in ((code, 200), ("000000000000", 404)):
                look.open(one, f"/support/certificates/{path}/", status)
                look.no_wider_than_the_screen(one, f"{path} ({language})")
        look.axe(page, language)
    assert not look.wrong, "\n".join(look.wrong)
