"""Read a lesson, answer the questions, and get the certificate that this earns."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from centres.permissions import roles_of
from citizens.models import User
from portal import clock
from portal.errors import BadInput, NotAllowed, RuleBroken
from procedures.models import ProcedureVersion
from support import courses, law_lessons
from support.actions.keep_equipment import line_of
from support.models import Attempt, Certificate, CourseVersion, LawLessonRead, Lesson, LessonDone
from support.models.training import REASON_LIMIT
from support.permissions import require_teacher

NAME_LIMIT = 150


@transaction.atomic
def finish_lesson(*, lesson: Lesson, at: datetime, acting_user: User) -> Certificate | None:
    """I have read it; twice is once. The certificate, where this was the last thing missing.

    Raises ``NotAllowed``, ``RuleBroken`` (``not_taught``).
    """
    _refuse_unless_taught(lesson.version, acting_user)
    LessonDone.objects.get_or_create(lesson=lesson, user=acting_user, defaults={"at": at})
    return award(user=acting_user, version=lesson.version, at=at)


@transaction.atomic
def answer(
    *,
    version: CourseVersion,
    answers: Mapping[int, Sequence[int]],
    client_key: str,
    at: datetime,
    acting_user: User,
) -> Attempt:
    """One try: ``answers`` are the places chosen, by the id of the question. Sent twice it is one try.

    Raises ``NotAllowed``, ``BadInput``, ``RuleBroken`` (``not_taught``, ``not_read``, ``no_try_left``).
    """
    _refuse_unless_taught(version, acting_user)
    User.objects.select_for_update().get(pk=acting_user.pk)
    same = Attempt.objects.filter(user=acting_user, client_key=client_key).first()
    if same is not None:
        return same
    so_far = courses.progress(acting_user, version, at)
    if not so_far.has_read_all:
        raise RuleBroken(_("Please read all lessons first."), code="not_read")
    if so_far.tries_left < 1:
        raise RuleBroken(
            _("Those were today's %(tries)s tries. Read the lessons once more; from tomorrow on you may try again.")
            % {"tries": version.tries},
            code="no_try_left",
        )
    questions = list(version.questions.all())
    if any(not answers.get(question.pk) for question in questions):
        raise BadInput(_("Please answer every question."), code="unanswered")
    right = sum(sorted(set(answers[question.pk])) == question.right for question in questions)
    made = Attempt.objects.create(
        version=version, user=acting_user, at=at, day=clock.local_day(at), client_key=client_key,
        number=version.tries - so_far.tries_left + 1,
        answers={str(question.pk): sorted(set(answers[question.pk])) for question in questions},
        right=right, total=len(questions), passed=right * 100 >= version.pass_mark * len(questions),
    )  # fmt: skip
    if made.passed:
        award(user=acting_user, version=version, at=at)
    return made


@transaction.atomic
def award(*, user: User, version: CourseVersion, at: datetime) -> Certificate | None:
    """The certificate, once everything is done and unless one holds that does not end soon."""
    User.objects.select_for_update().get(pk=user.pk)
    so_far = courses.progress(user, version, at)
    is_earned = so_far.has_read_all and so_far.has_passed and (so_far.was_there or not version.needs_session)
    if not is_earned or (so_far.certificate is not None and not so_far.is_renewing):
        return None
    day = clock.local_day(at)
    until = months_after(day, version.valid_months) if version.valid_months else None
    return Certificate.objects.create(
        user=user, version=version, name=str(user)[:NAME_LIMIT], issued_at=at, valid_until=until
    )


@transaction.atomic
def withdraw_certificate(*, certificate: Certificate, reason: str, at: datetime, acting_user: User) -> Certificate:
    """It counts no more, and its public page says so. Raises ``NotAllowed``, ``BadInput``."""
    row = Certificate.objects.select_for_update(of=("self",)).select_related("version__course").get(pk=certificate.pk)
    require_teacher(acting_user, row.version.course.centre_id)
    why = line_of(reason, REASON_LIMIT, "reason")
    if not why:
        raise BadInput(_("Please say why in a few words."), code="reason_missing", field="reason")
    if row.withdrawn_at is None:
        row.withdrawn_at, row.withdrawn_by, row.withdrawn_why = at, acting_user, why
        row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_why"])
    return row


@transaction.atomic
def read_law(*, version: ProcedureVersion, at: datetime, acting_user: User) -> LawLessonRead:
    """I have read what it changes; twice is once. Raises ``NotAllowed``."""
    if version not in law_lessons.for_user(acting_user, clock.local_day(at)):
        raise NotAllowed(_("This lesson is for others."), code="for_others")
    row, _is_new = LawLessonRead.objects.get_or_create(version=version, user=acting_user, defaults={"at": at})
    return row


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last one."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _refuse_unless_taught(version: CourseVersion, user: User) -> None:
    if not courses.is_for(version.course, roles_of(user)):
        raise NotAllowed(_("This course is for others."), code="for_others")
    taught = courses.current_of(version.course)
    if version.course.retired_at is not None or taught is None or taught.pk != version.pk:
        raise RuleBroken(_("This is not taught any more. Please look at the course again."), code="not_taught")
