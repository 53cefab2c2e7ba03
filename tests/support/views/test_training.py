"""The pages of training: learnt, answered, scanned, checked by anyone, written, and managed."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from portal import clock, files
from support import courses, session_codes
from support.actions.meet import take_seat
from support.actions.write_course import begin_version
from support.models import (
    Attempt,
    Certificate,
    Course,
    LawLessonRead,
    Lesson,
    SessionSeat,
    TrainingException,
    TrainingRequirement,
    TrainingSession,
)
from tests.factories.centres import (
    MORNING,
    CounterFactory,
    FieldFactory,
    MembershipFactory,
    ProcedureFactory,
    ServiceFactory,
)
from tests.factories.training import (
    a_course,
    a_draft_course,
    a_new_law,
    a_rule,
    a_session,
    a_teacher,
    passed,
    read_all,
    right_answers,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def morning():
    with clock.fixed(MORNING):
        yield


def signed_in(user):
    client = Client(headers={"accept-language": "en"})
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def sent(course, chosen):
    return {f"q{pk}": [str(place) for place in places] for pk, places in chosen.items()}


def statements(client, url):
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_a_course_is_read_answered_and_certified(officer):
    course, client = a_course(), signed_in(officer)
    assert course.title in words(client.get("/support/training/"))
    first, second = courses.current_of(course).lessons.all()
    page = words(client.get(f"/support/training/lessons/{first.pk}/"))
    assert "Lesson 1 of 2" in page and "làm thế này" in page
    answer = client.post(f"/support/training/lessons/{first.pk}/")
    assert answer.url == f"/support/training/lessons/{second.pk}/"
    assert client.post(f"/support/training/lessons/{second.pk}/").url == f"/support/training/courses/{course.pk}/"
    quiz = f"/support/training/courses/{course.pk}/questions/"
    key = re.search(r'name="client_key" value="(\w+)"', client.get(quiz).content.decode())[1]
    said = sent(course, right_answers(courses.current_of(course)))
    answer = client.post(quiz, {**said, "client_key": key})
    made = Attempt.objects.get()
    assert answer.url == f"/support/training/tries/{made.pk}/"
    assert client.post(quiz, {**said, "client_key": key}).url == answer.url
    row = Certificate.objects.get()
    page = words(client.get(answer.url))
    assert "Passed" in page and "F2 gọi người tiếp theo." in page
    assert row.code in client.get(f"/support/training/courses/{course.pk}/").content.decode()


def test_after_a_failed_try_the_page_says_why_and_not_which_answer_is_right(officer):
    course, client = a_course(), signed_in(officer)
    version = read_all(officer, course)
    quiz = f"/support/training/courses/{course.pk}/questions/"
    answer = client.post(quiz, sent(course, {pk: [1] for pk in right_answers(version)}), follow=True)
    assert "Not yet passed" in words(answer) and "F2 gọi người tiếp theo." in words(answer)
    assert not any(option["right"] for each in answer.context["questions"] for option in each["options"])


def test_a_question_left_out_keeps_what_was_chosen(officer):
    course, client = a_course(), signed_in(officer)
    version = read_all(officer, course)
    first = version.questions.first()
    answer = client.post(f"/support/training/courses/{course.pk}/questions/", {f"q{first.pk}": "1"})
    assert answer.status_code == 400 and not Attempt.objects.exists()
    assert answer.context["form"][f"q{first.pk}"].value() == "1"


def test_tries_of_others_and_pages_of_a_draft_are_not_there(officer, manager):
    course = a_course()
    passed(officer, course)
    draft = begin_version(course=course, acting_user=a_teacher())
    client = signed_in(manager)
    for url in (
        f"/support/training/tries/{Attempt.objects.get().pk}/",
        f"/support/training/lessons/{draft.lessons.first().pk}/",
    ):
        assert client.get(url).status_code == 404
    assert signed_in(a_teacher()).get(url).status_code == 200


def test_anyone_checks_a_certificate_and_learns_no_name(officer):
    officer.full_name = "Nguyễn Thị Kiểm Thử"
    officer.save()
    row = passed(officer, a_course(valid_months=12))
    anyone = Client()
    anyone.cookies["django_language"] = "en"
    page = anyone.get(f"/support/certificates/{row.code}/")
    said = words(page)
    assert "This certificate is genuine." in said and "N.T.K.T." in said and "23/11/2027" in said
    assert "Kiểm" not in page.content.decode()
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    gone = anyone.get("/support/certificates/000000000000/")
    assert gone.status_code == 404 and "No certificate of ours has this code." in words(gone)
    teacher = signed_in(a_teacher())
    teacher.post(f"/support/certificates/{row.code}/withdraw/", {"reason": "Thi hộ"})
    assert "was withdrawn on 23/11/2026" in words(anyone.get(f"/support/certificates/{row.code}/"))


def test_codes_are_not_tried_by_the_hundred():
    anyone = Client()
    answers = [anyone.get(f"/support/certificates/{number:012}/").status_code for number in range(32)]
    assert answers[0] == 404 and answers[-1] == 429


def test_the_paper_is_for_whoever_earned_it_and_whoever_teaches(officer, manager):
    row = passed(officer, a_course())
    url = f"/support/certificates/{row.code}/certificate.pdf"
    paper = signed_in(officer).get(url)
    assert paper["Content-Type"] == "application/pdf" and paper.content.startswith(b"%PDF")
    assert signed_in(a_teacher()).get(url).status_code == 200
    assert signed_in(manager).get(url).status_code == 403
    assert Client().get(url).status_code == 302


def test_the_counter_page_says_what_is_missing_and_where_and_does_not_open(officer, centre):
    course = a_course()
    counter = CounterFactory(centre=centre)
    a_rule(course, warns=TODAY, blocks=TODAY)
    client = signed_in(officer)
    href = f'href="/support/training/courses/{course.pk}/"'
    assert href in client.get("/desk/").content.decode()
    answer = client.post(reverse("applications:sit_down", args=[counter.pk]))
    assert answer.status_code == 409 and answer.content.decode().count(href) == 1
    passed(officer, course)
    assert href not in client.get("/desk/").content.decode()
    assert client.post(reverse("applications:sit_down", args=[counter.pk])).status_code == 302


def test_new_law_is_read_and_confirmed(officer, centre):
    field = FieldFactory(code="land")
    ServiceFactory(centre=centre, field=field)
    law = a_new_law(ProcedureFactory(field=field), first_day=TODAY + timedelta(days=2))
    client = signed_in(officer)
    url = f"/support/training/law/{law.pk}/"
    assert url in client.get("/support/banner/").content.decode()
    page = words(client.get(url))
    assert "From 25/11/2026 on this is different:" in page and "The time limit has changed." in page
    assert "Nghị định 1/2026/NĐ-CP" in page
    client.post(url)
    assert LawLessonRead.objects.get().user == officer
    assert signed_in(MembershipFactory().user).get(url).status_code == 404


def test_the_phone_that_scans_says_that_its_owner_is_there(officer, centre):
    session = a_session(a_course(), centre, from_at=MORNING + timedelta(minutes=10))
    screen = signed_in(a_teacher()).get(f"/support/training/sessions/{session.pk}/screen/")
    assert "data:image/svg+xml" in screen.content.decode()
    assert signed_in(officer).get(f"/support/training/sessions/{session.pk}/code/").status_code == 403
    client = signed_in(officer)
    address = f"/support/training/here/{session.pk}/{session_codes.code_at(session, MORNING)}/"
    page = client.get(address)
    assert not SessionSeat.objects.exists(), "opening a page does nothing"
    word = re.search(r'name="scanned" value="([^"]+)"', page.content.decode())[1]
    assert "You are here" in words(client.post(address, {"scanned": word}))
    assert SessionSeat.objects.get().attended_at == MORNING
    old = session_codes.code_at(session, MORNING - timedelta(minutes=5))
    answer = client.get(f"/support/training/here/{session.pk}/{old}/")
    assert answer.status_code == 409 and 'name="scanned"' not in answer.content.decode()


def test_seats_are_taken_and_given_back_on_the_course_s_page(officer, centre):
    course = a_course()
    session = a_session(course, centre)
    client, act = signed_in(officer), f"/support/training/sessions/{session.pk}/"
    assert client.post(f"{act}take/").url == f"/support/training/courses/{course.pk}/"
    assert "I do not come" in words(client.get(f"/support/training/courses/{course.pk}/"))
    client.post(f"{act}leave/")
    assert SessionSeat.objects.get().state == "left"
    assert client.post(f"{act}nothing/").status_code == 404
    teacher = signed_in(a_teacher())
    assert teacher.post(f"{act}off/", {"reason": ""}).status_code == 400
    teacher.post(f"{act}off/", {"reason": "Mất điện"})
    session.refresh_from_db()
    assert session.cancelled_why == "Mất điện"
    assert "Mất điện" in words(teacher.get(act))


def test_a_course_is_written_and_published_page_by_page(centre, manager):
    client = signed_in(manager)
    answer = client.post("/support/training/courses/", {"title": "An toàn cháy nổ", "centre": centre.pk})
    version = Course.objects.get().versions.get()
    assert answer.url == f"/support/training/versions/{version.pk}/"
    picture = BytesIO()
    Image.new("RGB", (3000, 1000), "red").save(picture, "JPEG", exif=b"Exif\0\0GPS")
    upload = SimpleUploadedFile("cua.jpg", picture.getvalue(), "image/jpeg")
    lesson = f"{answer.url}lesson/"
    unsaid = client.post(lesson, {"title": "Lối thoát", "text": "Đi bộ.", "picture": upload})
    assert unsaid.status_code == 400, "those who do not see the picture are forgotten"
    upload.seek(0)
    client.post(lesson, {"title": "Lối thoát", "text": "Đi bộ.", "picture": upload, "picture_says": "Cửa sau"})
    row = Lesson.objects.get()
    kept = files.read(row.sha256)
    assert Image.open(BytesIO(kept)).size == (1600, 533) and b"GPS" not in kept
    shown = client.get(f"/support/training/lessons/{row.pk}/picture/")
    assert (shown["Content-Type"], shown.content) == ("image/jpeg", kept)
    question = {"text": "Đi đâu?", "explanation": "Gần nhất.", "option_0": "Cửa sau", "option_2": "Thang máy"}
    assert client.post(f"{answer.url}question/", question).status_code == 400, "no answer is marked"
    client.post(f"{answer.url}question/", {**question, "right_2": "on"})
    assert version.questions.get().right == [1], "empty lines are no answers"
    form = {"minutes": 20, "pass_mark": 80, "tries": 3, "do": "publish"}
    client.post(answer.url, form)
    version.refresh_from_db()
    assert not version.is_draft
    assert client.post(answer.url, form).status_code == 409
    client.post(f"/support/training/courses/{version.course_id}/begin/")
    draft = version.course.versions.get(number=2)
    part = f"/support/training/versions/{draft.pk}/lesson/{draft.lessons.get().pk}/"
    client.post(part, {"do": "remove"})
    assert not draft.lessons.exists()
    client.post(f"/support/training/courses/{version.course_id}/retire/")
    version.course.refresh_from_db()
    assert version.course.retired_at == MORNING


def test_a_file_that_is_no_picture_is_refused(manager, centre):
    draft = a_draft_course(centre=centre)
    upload = SimpleUploadedFile("bai.jpg", b"MZ program", "image/jpeg")
    answer = signed_in(manager).post(
        f"/support/training/versions/{draft.pk}/lesson/", {"title": "Bài", "text": "Chữ", "picture": upload}
    )
    assert answer.status_code == 400 and answer.context["form"].errors["picture"]


def test_a_session_is_planned(manager, centre):
    course = a_course()
    said = {
        "course": course.pk, "centre": centre.pk, "trainer": manager.pk, "place": "Phòng họp", "seats": 10,
        "from_at": "2026-11-24T08:00", "until_at": "2026-11-24T10:00",
    }  # fmt: skip
    client = signed_in(manager)
    assert client.post("/support/training/sessions/", {**said, "place": ""}).status_code == 400
    client.post("/support/training/sessions/", said)
    assert TrainingSession.objects.get().trainer == manager


def test_the_manager_asks_for_a_course_sees_who_lacks_it_and_excepts_somebody(manager, officer, centre):
    course, client = a_course(), signed_in(manager)
    CounterFactory(centre=centre)
    rules, staff = "/support/training/rules/", "/support/training/staff/"
    said = {"centre": centre.pk, "role": "counter_officer", "course": course.pk, "warns_from": "2026-11-23"}
    assert client.post(rules, {**said, "blocks_from": "2026-11-22"}).status_code == 400
    client.post(rules, {**said, "blocks_from": "2026-11-23"})
    rule = TrainingRequirement.objects.get()
    page = words(client.get(staff))
    assert "may not open" in page and course.title in page
    assert client.post(staff, {"person": officer.pk, "last_day": "2026-11-23", "reason": ""}).status_code == 400
    client.post(staff, {"person": officer.pk, "last_day": "2026-11-23", "reason": "Hai người ốm"})
    assert TrainingException.objects.get().user == officer
    page = words(client.get(staff))
    assert "by exception" in page and "Hai người ốm" in page
    client.post(f"{rules}{rule.pk}/end/")
    rule.refresh_from_db()
    assert (rule.until, rule.ended_by) == (TODAY, manager)
    assert signed_in(officer).get(staff).status_code == 403


def test_lists_take_as_many_statements_for_thirty_rows_as_for_one(centre, officer):
    teacher = signed_in(a_teacher())
    client = signed_in(officer)
    first = a_course("Khóa 0")
    a_session(first, centre)
    passed(officer, first)
    version = courses.current_of(first)
    urls = [
        (teacher, "/support/training/courses/"),
        (teacher, "/support/training/sessions/"),
        (teacher, f"/support/training/versions/{version.pk}/people/"),
        (client, "/support/training/"),
        (client, f"/support/training/courses/{first.pk}/"),
    ]
    session = TrainingSession.objects.get()
    urls.append((teacher, f"/support/training/sessions/{session.pk}/"))
    take_seat(session=session, at=MORNING, acting_user=officer)
    for client_of, url in urls:
        client_of.get(url)  # what a process reads once
    before = [statements(*each) for each in urls]
    for number in range(1, 30):
        course = a_course(f"Khóa {number}")
        a_session(first, centre)
        colleague = MembershipFactory(centre=centre).user
        passed(colleague, first)
        passed(officer, course)
        take_seat(session=session, at=MORNING, acting_user=colleague)
    assert [statements(*each) for each in urls] == before
