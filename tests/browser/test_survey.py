"""The surveyor offline in a commune and back; two surveyors; the pages of readiness; axe finds nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.http import HttpRequest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from centres.enums import Role
from centres.models import Centre
from portal import clock
from portal.errors import Unavailable
from support.actions.find_gaps import give_gap
from support.models import GoLive, Survey, SurveyAnswer, SurveyGap, SurveyPhoto
from support.views import survey as survey_view
from tests.browser.line import Line
from tests.browser.pages import DESK, PHONES, Looker
from tests.browser.until import until
from tests.factories.applications import member_of
from tests.factories.centres import CentreFactory
from tests.factories.survey import a_survey, an_answer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TABLET = (820, 1180)
MUSTS = 14


@pytest.fixture
def commune(transactional_db: None) -> Centre:
    for command in ("load_units", "load_checklist"):
        call_command(command, verbosity=0)
    names = {"vi": "Điểm Xã Ba Vì", "en": "Point Ba Vi"}
    return CentreFactory(code="diem-09700", short_name=names, unit_code="09619", in_preparation=True)


@pytest.fixture
def line(live_server: Any) -> Iterator[Line]:
    with Line(live_server.thread.host, live_server.thread.port) as line:
        yield line


@pytest.fixture
def look(browser: Browser, line: Line) -> Iterator[Looker]:
    looker = Looker(browser, line.url)
    yield looker
    looker.close()


def a_picture() -> bytes:
    made = io.BytesIO()
    Image.effect_noise((2400, 1800), 60).convert("RGB").save(made, "JPEG")
    return made.getvalue()


def open_kept(page: Page, look: Looker, commune: Centre) -> None:
    look.open(page, f"/support/survey/{commune.code}/")
    page.wait_for_selector("html[data-kept=whole]")


def choose(page: Page, question: str, value: str) -> None:
    page.check(f"[data-question='{question}'] [value={value}]")
    page.wait_for_selector(f"[data-question='{question}'] [data-mark]:not([hidden])")


def test_the_surveyor_offline_in_a_commune_and_back(commune: Centre, line: Line, look: Looker) -> None:
    surveyor = member_of(Role.SUPPORT, commune)
    tablet = look.page(TABLET, user=surveyor)
    look.open(tablet, f"/support/readiness/{commune.code}/")
    look.axe(tablet, "nobody has surveyed it")
    tablet.click("text=Điền danh mục")
    tablet.wait_for_selector("html[data-kept=whole]")
    look.axe(tablet, "the checklist")
    line.cut()
    choose(tablet, "main-line", "yes")
    tablet.reload()
    expect(tablet.locator("[data-question='main-line'] [value=yes]")).to_be_checked()
    keys = tablet.locator("[data-question]").evaluate_all("all => all.map((one) => one.dataset.question)")
    assert len(keys) == 22
    for key in keys:
        choose(tablet, key, "no" if key == "ramp" else "yes")
    choose(tablet, "ramp", "partly")
    tablet.fill("[data-question=ramp] [data-note]", "Dốc đang đổ bê tông")
    tablet.locator("[data-question=ramp] [data-note]").blur()
    tablet.set_input_files("#photo-ramp", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": a_picture()})
    expect(tablet.locator("[data-question=ramp] [data-photos]")).to_have_text("1")
    tablet.set_input_files("#photo-ramp", {"name": "b.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"})
    expect(tablet.locator("[data-question=ramp] [data-not-a-picture]")).to_be_visible()
    tablet.click("[data-finish]")
    expect(tablet.locator("[data-when=kept]")).to_contain_text("26")
    look.axe(tablet, "without a line")
    assert not Survey.objects.exists()

    line.mend()
    expect(tablet.locator("[data-when=sent]")).to_be_visible(timeout=30_000)
    survey = Survey.objects.get()
    assert (survey.score, survey.finished_by) == (98, surveyor)
    assert SurveyAnswer.objects.count() == 24 and SurveyPhoto.objects.get().size < 1_000_000
    given = list(SurveyAnswer.objects.order_by("pk").values_list("question__key", flat=True))
    assert given[0] == "main-line" and given[-3:] == ["priority-seats", "ramp", "ramp"], (
        "in the order in which they were given"
    )
    assert SurveyAnswer.objects.latest("pk").note == "Dốc đang đổ bê tông"

    look.open(tablet, f"/support/readiness/{commune.code}/")
    expect(tablet.locator("body")).to_contain_text("Có đường dốc")
    look.axe(tablet, "what is missing")
    tablet.click("summary:has-text('Đã có rồi')")
    tablet.fill("[name=how]", "Đã đổ xong, thử xe lăn")
    tablet.click("text=Đóng việc này")
    tablet.click("button:has-text('Đưa vào hoạt động')")
    expect(tablet.locator("main")).to_contain_text("quyết định")
    commune.refresh_from_db()
    assert not commune.in_preparation and GoLive.objects.get().by == surveyor and SurveyGap.objects.get().closed_at
    assert not look.wrong, "\n".join(look.wrong)


def test_an_answer_whose_reply_was_lost_is_there_once(
    commune: Centre, look: Looker, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, lost = survey_view._take, []

    def take_and_lose(request: HttpRequest) -> str:
        key = take(request)
        lost.append(key)
        if len(lost) == 1:
            raise Unavailable("The answer does not arrive.", code="lost")
        return key

    monkeypatch.setattr(survey_view, "_take", take_and_lose)
    tablet = look.page(TABLET, user=member_of(Role.SUPPORT, commune))
    open_kept(tablet, look, commune)
    choose(tablet, "main-line", "no")
    expect(tablet.locator("[data-question='main-line'] [data-mark=sent]")).to_be_visible(timeout=30_000)
    assert SurveyAnswer.objects.count() == 1 and lost[0] == lost[1]


def test_two_surveyors_see_that_they_differ_and_one_settles_it(commune: Centre, line: Line, look: Looker) -> None:
    here, there = member_of(Role.SUPPORT, commune), member_of(Role.MANAGER, commune)
    tablet = look.page(TABLET, user=here)
    open_kept(tablet, look, commune)
    line.cut()
    choose(tablet, "wifi-for-citizens", "yes")
    an_answer(commune, there, "wifi-for-citizens", "no", at=clock.now(), note="Mật khẩu sai")
    line.mend()
    disputed = tablet.locator("[data-question='wifi-for-citizens'] [data-disputed]")
    expect(disputed).to_be_visible(timeout=30_000)
    expect(disputed).to_contain_text("Mật khẩu sai")
    look.axe(tablet, "two answers")
    choose(tablet, "wifi-for-citizens", "partly")
    expect(disputed).to_be_hidden()
    until(tablet, lambda: SurveyAnswer.objects.count() == 3, 20)
    expect(tablet.locator("[data-question='wifi-for-citizens'] [data-mark=sent]")).to_be_visible()
    assert tablet.locator("[data-question='wifi-for-citizens'] [value=partly]").is_checked() and disputed.is_hidden()
    assert not look.wrong, "\n".join(look.wrong)


def test_what_is_refused_stays_with_its_reason_until_it_is_removed(commune: Centre, look: Looker) -> None:
    tablet = look.page(TABLET, user=member_of(Role.SUPPORT, commune))
    open_kept(tablet, look, commune)
    tablet.click("[data-finish]")
    refused = tablet.locator("[data-refused] li")
    expect(refused).to_contain_text("Chưa có câu nào")
    look.axe(tablet, "refused")
    refused.locator("button").click()
    expect(refused).to_have_count(0)


def test_what_one_person_kept_is_not_sent_as_another(commune: Centre, line: Line, look: Looker) -> None:
    here, there = member_of(Role.SUPPORT, commune), member_of(Role.MANAGER, commune)
    tablet = look.page(TABLET, user=here)
    open_kept(tablet, look, commune)
    line.cut()
    choose(tablet, "ramp", "yes")
    line.mend()
    other = look.page(TABLET, user=there)
    tablet.context.clear_cookies()
    tablet.context.add_cookies(other.context.cookies())
    look.open(tablet, f"/support/survey/{commune.code}/")
    expect(tablet.locator("[data-when=others]")).to_be_visible()
    tablet.wait_for_timeout(500)
    assert not SurveyAnswer.objects.filter(by=there).exists()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_pages_of_readiness_have_no_barriers(commune: Centre, look: Looker, language: str) -> None:
    city = member_of(Role.CITY_ADMIN, None)
    now = clock.now()
    a_survey(commune, city, at=now - timedelta(days=40), ramp="no")
    a_survey(commune, city, at=now - timedelta(days=2), ramp="partly")
    give_gap(gap=SurveyGap.objects.get(), owner=city, due_on=clock.today(), at=now, acting_user=city)
    for code, unit in (("diem-a", "00004"), ("diem-b", "10000"), ("chi-nhanh-9", "")):
        other = CentreFactory(code=code, unit_code=unit)
        if unit == "00004":
            a_survey(other, city, at=now)
    for size in (DESK, *PHONES):
        page = look.page(size, user=city)
        look.speak(page, language)
        for path in (
            "readiness/",
            "readiness/?show=preparing",
            f"readiness/{commune.code}/",
            "survey/",
            f"survey/{commune.code}/",
        ):
            look.open(page, f"/support/{path}")
            look.axe(page, f"{path} {size}")
            look.no_wider_than_the_screen(page, f"{path} {size}")
    assert not look.wrong, "\n".join(look.wrong)
