"""Courses, people who pass them and sessions for tests, made by the real actions."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from centres.enums import Role
from centres.models import Centre
from citizens.models import User
from procedures.enums import Confidence
from procedures.models import Procedure, ProcedureVersion
from support import courses
from support.actions.ask_training import ask_for
from support.actions.learn import answer, finish_lesson
from support.actions.meet import plan_session
from support.actions.write_course import add_course, keep_lesson, keep_question, publish_version
from support.models import Certificate, Course, CourseVersion, TrainingRequirement, TrainingSession
from tests.factories.centres import MORNING, MembershipFactory

TITLE = "Sử dụng phần mềm một cửa"
EARLIER = MORNING - timedelta(days=3)


def a_teacher() -> User:
    """Whoever writes courses for the whole city and sets what counters ask for."""
    held = MembershipFactory._meta.model.objects.filter(role=Role.CITY_ADMIN).first()
    return (held or MembershipFactory(centre=None, role=Role.CITY_ADMIN)).user


def a_draft_course(title: str = TITLE, centre: Centre | None = None, **given: Any) -> CourseVersion:
    """Two lessons and two questions, not yet published."""
    by = {"acting_user": a_teacher()}
    course = add_course(
        centre=centre, title=title, at=EARLIER, **{"summary": "Tiếp nhận đúng ngay lần đầu.", **given}, **by
    )
    version = course.versions.get()
    for name in ("Gọi số", "Quét thẻ"):
        keep_lesson(version=version, title=name, text=f"{name}: làm thế này.\n\nRồi thế kia.", **by)
    keep_question(
        version=version, text="Bấm phím nào để gọi số?", options=["F2", "F9"], right=[0],
        explanation="F2 gọi người tiếp theo.", **by,
    )  # fmt: skip
    keep_question(
        version=version, text="Quét gì?", options=["Thẻ", "Phiếu", "Tay"], right=[0, 1],
        explanation="Thẻ căn cước hoặc phiếu hẹn.", **by,
    )  # fmt: skip
    return version


def a_course(title: str = TITLE, centre: Centre | None = None, *, at: datetime = EARLIER, **given: Any) -> Course:
    """Published; ``given`` goes to the version."""
    version = a_draft_course(title, centre)
    CourseVersion.objects.filter(pk=version.pk).update(**given)
    return publish_version(version=version, at=at, acting_user=a_teacher()).course


def read_all(user: User, course: Course, at: datetime = MORNING) -> CourseVersion:
    version = courses.current_of(course)
    assert version is not None
    for lesson in version.lessons.all():
        finish_lesson(lesson=lesson, at=at, acting_user=user)
    return version


def right_answers(version: CourseVersion) -> dict[int, list[int]]:
    return {question.pk: question.right for question in version.questions.all()}


def passed(user: User, course: Course, at: datetime = MORNING) -> Certificate:
    """Read, answered rightly, and certified."""
    version = read_all(user, course, at)
    key = f"khoa-{user.pk}-{version.pk}-{at:%y%m%d%H%M%S}"
    answer(version=version, answers=right_answers(version), client_key=key, at=at, acting_user=user)
    return Certificate.objects.filter(user=user, version=version).latest("issued_at")


def a_rule(
    course: Course | None, centre: Centre | None = None, *, warns: date, blocks: date | None = None, **given: Any
) -> TrainingRequirement:
    """Asked of counter officers; it may begin in the past."""
    row = ask_for(
        centre=centre, course=course, at=MORNING, acting_user=a_teacher(), warns_from=date(2099, 1, 1),
        **{"role": Role.COUNTER_OFFICER, **given},
    )  # fmt: skip
    TrainingRequirement.objects.filter(pk=row.pk).update(warns_from=warns, blocks_from=blocks)
    row.refresh_from_db()
    return row


def a_session(course: Course, centre: Centre, trainer: User | None = None, **given: Any) -> TrainingSession:
    said = {
        "place": "Phòng họp tầng 2", "from_at": MORNING + timedelta(hours=4), "until_at": MORNING + timedelta(hours=6),
        "seats": 1,
    }  # fmt: skip
    by = a_teacher()
    return plan_session(
        course=course, centre=centre, trainer=trainer or by, at=MORNING, acting_user=by, **{**said, **given}
    )


def a_new_law(procedure: Procedure, *, first_day: date) -> ProcedureVersion:
    """A published version that replaces an older one on that day, with another time limit."""
    said = {"procedure": procedure, "confidence": Confidence.SURE}
    ProcedureVersion.objects.create(
        number=1, effective_from=date(2025, 7, 1), effective_to=first_day - timedelta(days=1),
        time_limit={"kind": "working_days", "days": 5}, published_at=EARLIER, **said,
    )  # fmt: skip
    return ProcedureVersion.objects.create(
        number=2, effective_from=first_day, time_limit={"kind": "working_days", "days": 3}, published_at=EARLIER,
        legal_basis=["Nghị định 1/2026/NĐ-CP"], **said,
    )  # fmt: skip
