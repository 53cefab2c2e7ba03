"""The checklist of a centre: answers taken in once and in order, two surveyors, gaps, the score, and going live."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from centres.actions.draw import draw
from centres.enums import Role
from portal import clock, files
from portal.errors import BadInput, NotAllowed, RuleBroken
from support.actions import fill_survey, find_gaps
from support.actions.go_live import go_live
from support.enums_survey import Answer
from support.models import GoLive, Survey, SurveyAnswer, SurveyGap, SurveyPhoto, SurveyQuestion
from support.readiness import readiness, readiness_of
from support.survey_answers import lines_of, questions_on
from support.survey_map import draw_map
from tests.factories.centres import MORNING, CentreFactory, MembershipFactory, ServiceFactory
from tests.factories.survey import a_checklist, a_key, a_survey, an_answer

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TODAY = clock.local_day(MORNING)


@pytest.fixture(autouse=True)
def _checklist(db):
    a_checklist()


@pytest.fixture
def colleague(centre):
    return MembershipFactory(centre=centre, role=Role.SUPPORT).user


def line(centre, key):
    survey = Survey.objects.filter(centre=centre).latest("pk")
    return next(one for one in lines_of(survey, questions_on(TODAY)) if one.question.key == key)


def test_an_answer_sent_again_is_the_same_one(centre, supporter):
    key = a_key()
    first = an_answer(centre, supporter, "line", Answer.NO, client_key=key)
    assert an_answer(centre, supporter, "line", Answer.NO, client_key=key, at=MORNING + HOUR) == first
    assert SurveyAnswer.objects.count() == Survey.objects.count() == 1


def test_a_key_of_somebody_else_is_refused(centre, supporter, colleague):
    key = a_key()
    an_answer(centre, supporter, "line", client_key=key)
    with pytest.raises(RuleBroken) as refused:
        an_answer(centre, colleague, "line", client_key=key)
    assert refused.value.code == "key_used"


def test_ones_own_later_answer_stands_in_the_place_of_the_one_before(centre, supporter):
    an_answer(centre, supporter, "line", Answer.NO)
    an_answer(centre, supporter, "line", Answer.YES)
    assert line(centre, "line").value == Answer.YES


def test_two_who_did_not_see_each_other_are_both_kept_until_one_settles_it(centre, supporter, colleague):
    an_answer(centre, supporter, "line", Answer.YES)
    late = an_answer(centre, colleague, "line", Answer.NO, note="Mất tín hiệu lúc mưa")
    found = line(centre, "line")
    assert found.is_disputed and [one.value for one in found.answers] == [Answer.YES, Answer.NO]
    with pytest.raises(RuleBroken) as refused:
        fill_survey.finish(centre=centre, client_key=a_key(), given_at=MORNING, at=MORNING, acting_user=supporter)
    assert refused.value.code == "disputed"
    an_answer(centre, supporter, "line", Answer.PARTLY, seen=late.pk)
    assert line(centre, "line").value == Answer.PARTLY


def test_who_had_seen_the_other_answer_replaces_it(centre, supporter, colleague):
    seen = an_answer(centre, supporter, "line", Answer.NO)
    an_answer(centre, colleague, "line", Answer.YES, seen=seen.pk)
    found = line(centre, "line")
    assert found.value == Answer.YES and len(found.answers) == 1


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"question": "boat"}, "no_question"),
        ({"value": "maybe"}, "bad_answer"),
        ({"value": "na"}, "must_is_needed"),
        ({"client_key": "x"}, "bad_client_key"),
        ({"given_at": MORNING + HOUR}, "too_old"),
        ({"given_at": MORNING - timedelta(days=61)}, "too_old"),
        ({"note": "x" * 301}, "too_long"),
    ],
)
def test_what_cannot_be_is_refused(centre, supporter, said, code):
    with pytest.raises(BadInput) as refused:
        an_answer(centre, supporter, **{"question": "line", "value": "yes", **said})
    assert refused.value.code == code and not SurveyAnswer.objects.exists()


def test_only_whoever_supports_or_manages_the_centre_surveys_it(centre, officer, stranger, manager):
    for user in (officer, stranger):
        with pytest.raises(NotAllowed):
            an_answer(centre, user, "line")
    an_answer(centre, manager, "line")


def test_finishing_gives_a_score_and_gaps_once(centre, supporter):
    key = a_key()
    an_answer(centre, supporter, "line")
    an_answer(centre, supporter, "kiosk", Answer.PARTLY)
    an_answer(centre, supporter, "wifi", Answer.NOT_NEEDED)
    done = {"centre": centre, "client_key": key, "given_at": MORNING, "at": MORNING, "acting_user": supporter}
    survey = fill_survey.finish(**done)
    assert survey.score == 75
    assert [gap.key for gap in SurveyGap.objects.all()] == ["kiosk"]
    an_answer(centre, supporter, "line", at=MORNING + HOUR)
    assert fill_survey.finish(**done) == survey, "sent again, it ends no other one"
    assert Survey.objects.filter(finished_at=None).count() == 1


def test_an_answer_kept_on_a_tablet_while_another_finished_belongs_to_that_survey(centre, supporter, colleague):
    survey = a_survey(centre, supporter)
    before = survey.answers.filter(question__key="line").latest("pk")
    late = an_answer(
        centre, colleague, "line", Answer.NO, seen=before.pk, given_at=MORNING + timedelta(seconds=30), at=MORNING + HOUR
    )  # fmt: skip
    survey.refresh_from_db()
    assert late.survey == survey and survey.score == 67 and Survey.objects.count() == 1
    assert SurveyGap.objects.get().key == "line"


def test_the_next_survey_closes_what_is_there_now_and_keeps_owner_and_date(centre, supporter, colleague):
    a_survey(centre, supporter, kiosk=Answer.NO, wifi=Answer.NO)
    kiosk, wifi = SurveyGap.objects.order_by("key")
    due = TODAY + timedelta(days=3)
    find_gaps.give_gap(gap=wifi, owner=colleague, due_on=due, at=MORNING, acting_user=supporter)
    a_survey(centre, colleague, at=MORNING + HOUR, wifi=Answer.PARTLY)
    kiosk.refresh_from_db()
    wifi.refresh_from_db()
    assert kiosk.closed_by == colleague
    assert (wifi.closed_at, wifi.owner, wifi.due_on) == (None, colleague, due)
    assert wifi.is_late(due + timedelta(days=1)) and not wifi.is_late(due)


def test_a_gap_wants_an_owner_with_a_role_a_day_to_come_and_words_at_its_end(centre, supporter, stranger):
    a_survey(centre, supporter, kiosk=Answer.NO)
    gap = SurveyGap.objects.get()
    by = {"gap": gap, "at": MORNING, "acting_user": supporter}
    for owner, due, code in (
        (None, TODAY, "no_owner"),
        (supporter, None, "bad_due"),
        (supporter, date(2020, 1, 1), "bad_due"),
    ):
        with pytest.raises(BadInput) as refused:
            find_gaps.give_gap(owner=owner, due_on=due, **by)
        assert refused.value.code == code
    with pytest.raises(BadInput):
        find_gaps.close_gap(how=" ", **by)
    with pytest.raises(NotAllowed):
        find_gaps.close_gap(gap=gap, how="Có rồi", at=MORNING, acting_user=stranger)
    find_gaps.close_gap(how="Đã lắp", **by)
    with pytest.raises(RuleBroken):
        find_gaps.close_gap(how="Đã lắp", **by)


def test_a_centre_goes_live_when_its_must_haves_are_done(centre, supporter, manager):
    centre.in_preparation = True
    centre.save()
    service = ServiceFactory(centre=centre)
    said = {"service": service, "client_key": a_key(), "at": MORNING}
    with pytest.raises(RuleBroken) as closed:
        draw(**said)
    assert closed.value.code == "service_closed"
    live = {"centre": centre, "at": MORNING + HOUR, "acting_user": supporter}
    with pytest.raises(RuleBroken) as refused:
        go_live(**live)
    assert refused.value.code == "must_haves_open"
    a_survey(centre, supporter, kiosk=Answer.PARTLY)
    with pytest.raises(RuleBroken):
        go_live(**live)
    assert [one.key for one in readiness_of(centre, MORNING + HOUR).must_open] == ["kiosk"]
    find_gaps.close_gap(gap=SurveyGap.objects.get(), how="Đã nối máy in", at=MORNING + HOUR, acting_user=supporter)
    with pytest.raises(NotAllowed):
        go_live(**{**live, "acting_user": manager})
    made = go_live(**live)
    assert (made.by, made.survey) == (supporter, Survey.objects.get())
    with pytest.raises(RuleBroken) as again:
        go_live(**live)
    assert again.value.code == "live_already" and GoLive.objects.count() == 1
    service.centre.refresh_from_db()
    assert draw(**said).number == 1


def test_a_must_have_that_is_new_is_open_until_somebody_looks(centre, supporter):
    a_survey(centre, supporter)
    assert readiness_of(centre, MORNING + HOUR).is_ready
    SurveyQuestion.objects.create(key="ramp", area="access", is_must=True, text={"vi": "Đường dốc"}, valid_from=TODAY)
    assert not readiness_of(centre, MORNING + HOUR).is_ready


def test_the_database_lets_no_second_survey_be_open(centre, supporter):
    by = {"centre": centre, "started_at": MORNING, "started_by": supporter}
    Survey.objects.create(**by)
    with pytest.raises(IntegrityError), transaction.atomic():
        Survey.objects.create(**by)
    with pytest.raises(IntegrityError), transaction.atomic():
        Survey.objects.create(**{**by, "centre": CentreFactory()}, finished_at=MORNING)


def a_picture(kind="JPEG", size=(3000, 2000), **more):
    made = io.BytesIO()
    Image.new("RGB", size, "navy").save(made, kind, **more)
    return made.getvalue()


def add(centre, user, content, name="anh.jpg", key=None):
    upload = SimpleUploadedFile(name, content)
    return fill_survey.add_photo(
        centre=centre, question="kiosk", upload=upload, client_key=key or a_key(), given_at=MORNING, at=MORNING,
        acting_user=user,
    )  # fmt: skip


def test_a_picture_is_kept_small_once_and_without_where_it_was_taken(centre, supporter):
    exif = Image.Exif()
    exif[0x010E] = "21.03 105.84"
    key = a_key()
    made = add(centre, supporter, a_picture(exif=exif), key=key)
    assert add(centre, supporter, a_picture(exif=exif), key=key) == made
    kept = Image.open(io.BytesIO(files.read(made.sha256)))
    assert max(kept.size) == 1600 and not kept.getexif()


@pytest.mark.parametrize(
    ("content", "name"), [(b"%PDF-1.4 not", "a.pdf"), (b"MZ" + b"x" * 99, "anh.jpg"), (b"", "a.jpg")]
)
def test_only_pictures_are_taken(centre, supporter, content, name):
    with pytest.raises(BadInput):
        add(centre, supporter, content, name)
    assert not SurveyPhoto.objects.exists()


def test_the_table_asks_the_same_however_many_centres(client):
    admin = MembershipFactory(role=Role.CITY_ADMIN, centre=None).user
    client.force_login(admin)
    url = reverse("support:readiness")

    def asked(count: int) -> int:
        while True:
            here = CentreFactory()
            a_survey(here, admin, kiosk=Answer.NO)
            if Survey.objects.count() >= count:
                break
        client.get(url)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url).status_code == 200
        return len(seen)

    assert asked(1) == asked(30) <= 12


def test_the_map_puts_the_north_on_top(db):
    call_command("load_units", verbosity=0)
    centres = [CentreFactory(unit_code=code) for code in ("00004", "00008", "")]
    drawing = draw_map(readiness(centres, MORNING))
    by_code = {dot.ready.centre.unit_code: dot for dot in drawing.dots}
    assert drawing.without == 1 and by_code["00004"].y < by_code["00008"].y and by_code["00008"].x < by_code["00004"].x


def test_the_checklist_is_loaded_once_and_is_whole_in_two_languages(db):
    SurveyQuestion.objects.all().delete()
    call_command("load_checklist", verbosity=0)
    call_command("load_checklist", verbosity=0)
    rows = list(SurveyQuestion.objects.all())
    assert len(rows) == 22 and len({row.area for row in rows}) == 7
    assert all(row.text["vi"] and row.text["en"] for row in rows)


def test_a_second_row_of_a_key_is_refused_while_the_first_is_valid(db):
    with pytest.raises(ValidationError):
        SurveyQuestion(key="line", area="network", text={"vi": "Khác"}, valid_from=TODAY).full_clean()
