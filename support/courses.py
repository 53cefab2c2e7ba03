"""Which courses are for whom, and how far somebody is in one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet

from centres.permissions import centres_of, roles_of
from citizens.models import User
from portal import clock
from support.models import Attempt, Certificate, Course, CourseVersion, Lesson, LessonDone, SessionSeat
from support.permissions import READERS, may_teach
from support.rules import rules_on


def is_for(course: Course, roles: frozenset[tuple[int | None, str]]) -> bool:
    """Whether one of these roles learns it, at the centre it is held at."""
    return any(
        (not course.roles or role in course.roles)
        and (course.centre_id is None or centre_id is None or centre_id == course.centre_id)
        for centre_id, role in roles
    )


def may_read(course: Course, user: User) -> bool:
    """Whoever learns it or teaches it."""
    return is_for(course, roles_of(user)) or may_teach(user, course.centre_id)


def taught_by(user: User) -> QuerySet[Course]:
    """The courses that this person writes, the newest version of each in ``versions``."""
    allowed = centres_of(user, READERS)
    rows = Course.objects.select_related("centre")
    return rows if allowed is None else rows.filter(centre__in=allowed)


def current(courses: Any) -> dict[int, CourseVersion]:
    """The version that is taught now, by the id of its course; one statement."""
    rows = CourseVersion.objects.filter(course__in=courses, published_at__isnull=False).order_by("course", "number")
    return {row.course_id: row for row in rows}


def current_of(course: Course) -> CourseVersion | None:
    return course.versions.filter(published_at__isnull=False).order_by("-number").first()


def for_user(user: User) -> list[tuple[Course, CourseVersion]]:
    """Courses this person may learn now, by title."""
    roles = roles_of(user)
    places = {centre_id for centre_id, _role in roles}
    rows = Course.objects.filter(retired_at__isnull=True)
    if None not in places:
        rows = rows.filter(Q(centre__isnull=True) | Q(centre__in=places))
    found = [row for row in rows if is_for(row, roles)]
    taught = current(found)
    return [(row, taught[row.pk]) for row in found if row.pk in taught]


@dataclass(frozen=True)
class Progress:
    """How far somebody is in one version of a course."""

    lessons: list[Lesson]
    done: frozenset[int]
    was_there: bool
    attempts: list[Attempt]
    certificate: Certificate | None
    tries_left: int
    is_renewing: bool

    @property
    def next_lesson(self) -> Lesson | None:
        return next((lesson for lesson in self.lessons if lesson.pk not in self.done), None)

    @property
    def has_read_all(self) -> bool:
        return self.next_lesson is None

    @property
    def has_passed(self) -> bool:
        return any(attempt.passed for attempt in self.attempts)


def progress(user: User, version: CourseVersion, at: datetime) -> Progress:
    """Five statements, however long the course is. ``attempts`` are those since the last certificate, the newest first."""
    today = clock.local_day(at)
    lessons = list(version.lessons.all())
    done = LessonDone.objects.filter(user=user, lesson__version=version).values_list("lesson_id", flat=True)
    last = version.certificates.filter(user=user).order_by("-issued_at").first()
    certificate = last if last is not None and holds(last, today) else None
    tries = list(Attempt.objects.filter(user=user, version=version).order_by("-at", "-pk"))
    return Progress(
        lessons=lessons,
        done=frozenset(done),
        was_there=was_there(user, version),
        attempts=[one for one in tries if last is None or one.at > last.issued_at],
        certificate=certificate,
        tries_left=max(0, version.tries - sum(one.day == today for one in tries)),
        is_renewing=certificate is not None and ends_soon(certificate, today),
    )


def was_there(user: User, version: CourseVersion) -> bool:
    """Whether they were at a session of the course since this version is taught."""
    return SessionSeat.objects.filter(
        user=user, session__course=version.course_id, attended_at__gte=version.published_at
    ).exists()


def holds(certificate: Certificate, day: date) -> bool:
    """Neither withdrawn nor ended."""
    return certificate.withdrawn_at is None and (certificate.valid_until is None or certificate.valid_until >= day)


def ends_soon(certificate: Certificate, day: date) -> bool:
    """So soon that it may be renewed."""
    soon = timedelta(days=rules_on(day).certificate_soon_days)
    return certificate.valid_until is not None and certificate.valid_until - day <= soon


def certificates_of(user: User) -> QuerySet[Certificate]:
    return Certificate.objects.filter(user=user).select_related("version__course")


def versions_of(course: Course) -> QuerySet[CourseVersion]:
    """All of a course with their lessons and questions, the newest first."""
    return course.versions.prefetch_related(Prefetch("lessons"), Prefetch("questions")).order_by(F("number").desc())
