"""Training at branch no. 3: two courses that every counter asks for, a session this week, and a newcomer who has not begun."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.contrib.auth.hashers import make_password

from applications.demo.centres import Place
from centres.enums import Role
from centres.models import Membership
from citizens.models import User
from portal import clock, demo
from support import courses, law_lessons
from support.actions.ask_training import ask_for
from support.actions.learn import answer, finish_lesson, read_law
from support.actions.meet import plan_session, take_seat
from support.actions.write_course import (
    add_course,
    describe_version,
    keep_lesson,
    keep_question,
    publish_version,
)
from support.models import Course, TrainingSession

NEWCOMER = "quaymoi"
_NAME = "Mai Thị Tập Sự"
_COURSES = Path(__file__).with_name("courses.yaml")
# At the end of an answer that is right.
_STAR = " *"


def seed_training(place: Place, at: datetime) -> None:
    """Made once: what is there stays."""
    newcomer = _newcomer(place, clock.local_day(at))
    if Course.objects.exists():
        return
    city = User.objects.get(username="thanhpho")
    before = at - timedelta(days=20)
    for number, said in enumerate(yaml.safe_load(_COURSES.read_text(encoding="utf-8"))):
        course = _course(said, city, before)
        for officer in place.officers:
            _passes(officer, course, before + timedelta(days=1 + number))
        ask_for(
            centre=place.centre, role=Role.COUNTER_OFFICER, course=course, warns_from=clock.local_day(at),
            blocks_from=clock.local_day(at) + timedelta(days=14 * number), at=at, acting_user=city,
        )  # fmt: skip
    ask_for(
        centre=None, role=Role.COUNTER_OFFICER, course=None, warns_from=clock.local_day(at), at=at, acting_user=city
    )
    for officer in place.officers[:-1]:
        for version in law_lessons.for_user(officer, clock.local_day(at)):
            read_law(version=version, at=at, acting_user=officer)
    _session(place, newcomer, at)


def _newcomer(place: Place, day: date) -> User:
    user = User.objects.filter(username=NEWCOMER).first()
    if user is None:
        user = User.objects.create(username=NEWCOMER, full_name=_NAME, password=make_password(demo.PASSWORD))
    Membership.objects.get_or_create(
        user=user, centre=place.centre, role=Role.COUNTER_OFFICER, defaults={"valid_from": day}
    )
    return user


def _course(said: dict[str, Any], city: User, at: datetime) -> Course:
    course = add_course(
        centre=None, title=said["title"], summary=said["summary"], roles=[Role.COUNTER_OFFICER, Role.MANAGER], at=at,
        acting_user=city,
    )  # fmt: skip
    version = course.versions.get()
    describe_version(version=version, minutes=said["minutes"], acting_user=city)
    for lesson in said["lessons"]:
        keep_lesson(version=version, acting_user=city, **lesson)
    for one in said["questions"]:
        keep_question(
            version=version, text=one["text"], options=[answer.removesuffix(_STAR) for answer in one["answers"]],
            right=[place for place, answer in enumerate(one["answers"]) if answer.endswith(_STAR)],
            explanation=one["explanation"], acting_user=city,
        )  # fmt: skip
    publish_version(version=version, at=at, acting_user=city)
    return course


def _passes(officer: User, course: Course, at: datetime) -> None:
    version = courses.current_of(course)
    assert version is not None
    for lesson in version.lessons.all():
        finish_lesson(lesson=lesson, at=at, acting_user=officer)
    right = {question.pk: question.right for question in version.questions.all()}
    answer(version=version, answers=right, client_key=f"demo-{version.pk}", at=at, acting_user=officer)


def _session(place: Place, newcomer: User, at: datetime) -> TrainingSession:
    """Tomorrow afternoon, for whoever would rather be shown."""
    start = datetime.combine(clock.local_day(at) + timedelta(days=1), time(14), tzinfo=clock.HANOI)
    manager = User.objects.get(username="quanly")
    session = plan_session(
        course=Course.objects.order_by("pk")[0], centre=place.centre, trainer=manager, place="Phòng họp tầng 2",
        from_at=start, until_at=start + timedelta(hours=2), seats=12, at=at, acting_user=manager,
    )  # fmt: skip
    for user in (newcomer, place.officers[-1]):
        take_seat(session=session, at=at, acting_user=user)
    return session
