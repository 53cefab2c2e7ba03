"""Courses: written, learnt, passed and certified."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from centres.enums import Role
from portal import clock
from portal.errors import BadInput, NotAllowed, RuleBroken
from support import courses
from support.actions import learn, write_course
from support.certificate_paper import initials, tidy
from support.enums_training import Standing
from support.models import Attempt, Certificate, Lesson
from tests.factories.centres import MORNING, CentreFactory, MembershipFactory
from tests.factories.training import a_course, a_draft_course, a_teacher, passed, read_all, right_answers

pytestmark = pytest.mark.django_db
TOMORROW = MORNING + timedelta(days=1)


@pytest.fixture(autouse=True)
def morning():
    with clock.fixed(MORNING):
        yield


def tries(user, course, answers, at=MORNING, key="khoa-1"):
    version = courses.current_of(course)
    return learn.answer(version=version, answers=answers, client_key=key, at=at, acting_user=user)


def wrong_answers(course):
    return {pk: [1] for pk in right_answers(courses.current_of(course))}


def test_whoever_reads_all_and_answers_rightly_gets_a_certificate(officer):
    course = a_course(valid_months=12)
    version = read_all(officer, course)
    made = tries(officer, course, right_answers(version))
    assert (made.passed, made.right, made.total) == (True, 2, 2)
    row = Certificate.objects.get()
    assert (row.user, row.version, row.valid_until) == (officer, version, date(2027, 11, 23))
    assert row.standing(MORNING.date()) == Standing.GENUINE
    assert row.standing(date(2027, 11, 24)) == Standing.ENDED


def test_the_questions_wait_until_all_lessons_are_read(officer):
    course = a_course()
    with pytest.raises(RuleBroken) as refused:
        tries(officer, course, wrong_answers(course))
    assert refused.value.code == "not_read"


def test_tries_are_counted_by_the_day_and_a_form_sent_twice_is_one(officer):
    course = a_course(tries=2)
    read_all(officer, course)
    for key in ("khoa-1", "khoa-1", "khoa-2"):
        tries(officer, course, wrong_answers(course), key=key)
    assert Attempt.objects.count() == 2
    with pytest.raises(RuleBroken) as refused:
        tries(officer, course, wrong_answers(course), key="khoa-3")
    assert refused.value.code == "no_try_left"
    assert not Certificate.objects.exists()
    tries(officer, course, right_answers(courses.current_of(course)), at=TOMORROW, key="khoa-4")
    assert Certificate.objects.count() == 1


def test_half_right_passes_where_half_is_enough_and_part_of_an_answer_is_none(officer):
    course = a_course(pass_mark=50)
    version = read_all(officer, course)
    first, second = version.questions.all()
    made = tries(officer, course, {first.pk: [0], second.pk: [0]})
    assert (made.right, made.passed) == (1, True)
    with pytest.raises(BadInput):
        tries(officer, course, {first.pk: [0]}, key="khoa-2")


def test_the_certificate_comes_with_whatever_was_missing_last(officer):
    course = a_course(needs_session=True)
    version = read_all(officer, course)
    tries(officer, course, right_answers(version))
    assert not Certificate.objects.exists()


def test_passing_again_gives_another_certificate_only_when_the_first_ends_soon(officer):
    course = a_course(valid_months=1)
    passed(officer, course)
    passed(officer, course, at=MORNING + timedelta(hours=1))
    assert Certificate.objects.count() == 2, "a month is soon"
    other = a_course("Khác", valid_months=6)
    passed(officer, other)
    version = courses.current_of(other)
    tries(officer, other, right_answers(version), at=MORNING + timedelta(hours=1), key="khoa-9")
    assert Certificate.objects.filter(version=version).count() == 1


def test_a_course_is_for_its_roles_and_its_centre(officer, supporter, centre):
    course = write_course.describe_course(
        course=a_course(centre=centre), title="Hỗ trợ", roles=[Role.SUPPORT], acting_user=a_teacher()
    )
    elsewhere = MembershipFactory(centre=CentreFactory(), role=Role.SUPPORT).user
    assert [len(courses.for_user(user)) for user in (officer, supporter, elsewhere)] == [0, 1, 0]
    lesson = Lesson.objects.filter(version__course=course).first()
    with pytest.raises(NotAllowed):
        learn.finish_lesson(lesson=lesson, at=MORNING, acting_user=officer)


def test_what_is_published_does_not_change_and_the_next_version_begins_with_all_of_it(officer):
    course = a_course()
    first = courses.current_of(course)
    by = {"acting_user": a_teacher()}
    refused = [
        lambda: write_course.keep_lesson(version=first, title="x", text="y", **by),
        lambda: write_course.remove_part(part=first.questions.first(), **by),
        lambda: write_course.describe_version(version=first, tries=9, **by),
        lambda: write_course.publish_version(version=first, at=MORNING, **by),
    ]
    for attempt in refused:
        with pytest.raises(RuleBroken) as problem:
            attempt()
        assert problem.value.code == "published"
    second = write_course.begin_version(course=course, **by)
    assert write_course.begin_version(course=course, **by) == second
    assert (second.number, second.lessons.count(), second.questions.count()) == (2, 2, 2)
    assert courses.current_of(course) == first
    write_course.publish_version(version=second, at=MORNING, **by)
    assert courses.current_of(course) == second
    with pytest.raises(RuleBroken) as problem:
        learn.finish_lesson(lesson=first.lessons.first(), at=MORNING, acting_user=officer)
    assert problem.value.code == "not_taught"


def test_an_empty_course_is_not_published():
    draft = a_draft_course()
    draft.questions.all().delete()
    with pytest.raises(RuleBroken) as refused:
        write_course.publish_version(version=draft, at=MORNING, acting_user=a_teacher())
    assert refused.value.code == "course_empty"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"title": " "}, "empty"),
        ({"video": "http://example.vn/phim"}, "bad_address"),
        ({"video": "javascript:alert(1)"}, "bad_address"),
        ({"text": ""}, "empty"),
        ({"text": "x" * 8001}, "too_long"),
    ],
)
def test_lessons_that_cannot_be(said, code):
    with pytest.raises(BadInput) as refused:
        write_course.keep_lesson(
            version=a_draft_course(), acting_user=a_teacher(), **{"title": "Bài", "text": "Chữ", **said}
        )
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"options": ["một"]}, "bad_options"),
        ({"options": ["một", "một"]}, "bad_options"),
        ({"right": []}, "no_right"),
        ({"right": [2]}, "no_right"),
        ({"explanation": ""}, "empty"),
    ],
)
def test_questions_that_cannot_be(said, code):
    good = {"text": "Gì?", "options": ["một", "hai"], "right": [0], "explanation": "Vì thế."}
    with pytest.raises(BadInput) as refused:
        write_course.keep_question(version=a_draft_course(), acting_user=a_teacher(), **{**good, **said})
    assert refused.value.code == code


def test_only_teachers_of_the_place_write(centre, officer, supporter, stranger, manager):
    for user in (officer, stranger):
        with pytest.raises(NotAllowed):
            write_course.add_course(centre=centre, title="x", at=MORNING, acting_user=user)
    for user in (supporter, manager):
        write_course.add_course(centre=centre, title="x", at=MORNING, acting_user=user)
        with pytest.raises(NotAllowed):
            write_course.add_course(centre=None, title="x", at=MORNING, acting_user=user)


def test_a_withdrawn_certificate_counts_no_more(officer):
    row = passed(officer, a_course())
    with pytest.raises(BadInput):
        learn.withdraw_certificate(certificate=row, reason=" ", at=MORNING, acting_user=a_teacher())
    with pytest.raises(NotAllowed):
        learn.withdraw_certificate(certificate=row, reason="x", at=MORNING, acting_user=officer)
    row = learn.withdraw_certificate(certificate=row, reason="Nhờ người thi hộ", at=MORNING, acting_user=a_teacher())
    assert row.standing(MORNING.date()) == Standing.WITHDRAWN


def test_the_database_holds_what_can_never_be(officer):
    course = a_course()
    row = passed(officer, course)
    version = row.version
    never = [
        lambda: Certificate.objects.filter(pk=row.pk).update(withdrawn_at=MORNING),
        lambda: course.versions.create(number=1),
        lambda: [course.versions.create(number=number) for number in (2, 3)],
        lambda: Lesson.objects.filter(version=version).update(sha256="a" * 64),
        lambda: version.questions.update(explanation=""),
        lambda: course.versions.update(pass_mark=0),
    ]
    for change in never:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_codes_and_initials():
    assert initials("Nguyễn Thị  Mẫu") == "N.T.M."
    assert tidy("o1il-0000-0000") == "011100000000"
    assert tidy("ngắn") == ""
    assert learn.months_after(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert learn.months_after(date(2026, 12, 31), 12) == date(2027, 12, 31)
