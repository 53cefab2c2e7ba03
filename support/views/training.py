"""What I learn: courses, lessons, the questions, new law, and my certificates."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from centres.permissions import has_role, roles_of
from citizens.models import User
from citizens.session import signed_in
from portal import clock, files
from portal.errors import NotAllowed, RuleBroken
from procedures.models import ProcedureVersion
from support import courses, law_lessons
from support.actions import learn
from support.enums_training import COMING
from support.forms_training import AnswersForm
from support.models import Attempt, Course, CourseVersion, Lesson, Question, SessionSeat
from support.permissions import READERS, may_teach, require_staff
from support.session_lists import coming_sessions
from support.training import lacks_by_centre

KEY_LENGTH = 64
MOST_CERTIFICATES = 30


@never_cache
@require_GET
def training(request: HttpRequest) -> HttpResponse:
    """Mine: what a counter asks of me, new law, courses, sessions and certificates."""
    require_staff(request.user)
    user, at = signed_in(request), clock.now()
    today = clock.local_day(at)
    held = list(courses.certificates_of(user)[:MOST_CERTIFICATES])
    passed = {row.version_id for row in held if courses.holds(row, today)}
    context = {
        "lacks": lacks_by_centre(user, today),
        "law": law_lessons.for_user(user, today),
        "courses": [(course, version, version.pk in passed) for course, version in courses.for_user(user)],
        "seats": _my_seats(user, at),
        "certificates": [(row, row.standing(today)) for row in held],
        "teaches": has_role(user, READERS),
    }
    return render(request, "support/training.html", context)


@never_cache
@require_GET
def course(request: HttpRequest, pk: int) -> HttpResponse:
    """One course: what to read, where to go, and the questions at its end."""
    user, at = signed_in(request), clock.now()
    row = _course(user, pk)
    version = courses.current_of(row)
    context: dict[str, Any] = {"course": row, "version": version, "teaches": may_teach(user, row.centre_id)}
    if version is not None:
        so_far = courses.progress(user, version, at)
        context |= {
            "progress": so_far,
            "learns": courses.is_for(row, roles_of(user)) and row.retired_at is None,
            "lessons": [(lesson, lesson.pk in so_far.done) for lesson in so_far.lessons],
            "questions": version.questions.count(),
            "sessions": coming_sessions(row, user, at),
        }
    return render(request, "support/course.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def lesson(request: HttpRequest, pk: int) -> HttpResponse:
    """A page to read. Its button says that it was read and leads on."""
    user, at = signed_in(request), clock.now()
    row = _lesson(user, pk)
    others = list(row.version.lessons.all())
    place = others.index(row)
    after = others[place + 1] if place + 1 < len(others) else None
    if request.method == "POST":
        earned = learn.finish_lesson(lesson=row, at=at, acting_user=user)
        if earned is not None:
            messages.success(request, _("You have passed. Your certificate is below."))
        return (
            redirect("support:lesson", pk=after.pk) if after else redirect("support:course", pk=row.version.course_id)
        )
    context = {
        "lesson": row,
        "course": row.version.course,
        "number": place + 1,
        "count": len(others),
        "before": others[place - 1] if place else None,
        "after": after,
        "learns": not row.version.is_draft and courses.is_for(row.version.course, roles_of(user)),
    }
    return render(request, "support/lesson.html", context)


@require_GET
def lesson_picture(request: HttpRequest, pk: int) -> HttpResponse:
    row = _lesson(signed_in(request), pk)
    if not row.sha256:
        raise Http404
    try:
        answer = HttpResponse(files.read(row.sha256), content_type=row.media_type)
    except FileNotFoundError:
        raise Http404 from None
    answer["Content-Security-Policy"] = "default-src 'none'"
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


@never_cache
@require_http_methods(["GET", "POST"])
def quiz(request: HttpRequest, pk: int) -> HttpResponse:
    """The questions; what was chosen stays until every one is answered."""
    user, at = signed_in(request), clock.now()
    row = _course(user, pk)
    version = courses.current_of(row)
    if version is None:
        raise Http404
    so_far = courses.progress(user, version, at)
    form = AnswersForm(request.POST or None, questions=list(version.questions.all()))
    problem: RuleBroken | None = None
    if request.method == "POST" and form.is_valid():
        key = request.POST.get("client_key", "")[:KEY_LENGTH] or uuid4().hex
        try:
            made = learn.answer(version=version, answers=form.answers(), client_key=key, at=at, acting_user=user)
        except NotAllowed:
            raise
        except RuleBroken as refused:
            problem = refused
        else:
            return redirect("support:attempt", pk=made.pk)
    context = {
        "course": row,
        "version": version,
        "progress": so_far,
        "form": form,
        "problem": problem,
        "client_key": uuid4().hex,
    }
    status = problem.status if problem else 400 if form.errors else 200
    return render(request, "support/quiz.html", context, status=status)


@never_cache
@require_GET
def attempt(request: HttpRequest, pk: int) -> HttpResponse:
    """What came of a try: each question with why. The right answers are only shown once passed."""
    user = signed_in(request)
    row = get_object_or_404(Attempt.objects.select_related("version__course"), pk=pk, user=user)
    so_far = courses.progress(user, row.version, clock.now())
    questions = [_judged(question, row) for question in row.version.questions.all()]
    context = {"attempt": row, "course": row.version.course, "progress": so_far, "questions": questions}
    return render(request, "support/attempt.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def law_lesson(request: HttpRequest, pk: int) -> HttpResponse:
    """What a new version of a procedure changes."""
    require_staff(request.user)
    user, at = signed_in(request), clock.now()
    mine = {row.pk: row for row in law_lessons.for_user(user, clock.local_day(at))}
    version = mine.get(pk)
    if version is None:
        raise Http404
    if request.method == "POST":
        learn.read_law(version=version, at=at, acting_user=user)
        messages.success(request, _("Confirmed. Thank you."))
        return redirect("support:training")
    context = {"version": version, "changes": law_lessons.changes(version), "is_ahead": _is_ahead(version)}
    return render(request, "support/law_lesson.html", context)


def _is_ahead(version: ProcedureVersion) -> bool:
    return version.effective_from > clock.today()


def _my_seats(user: User, at: datetime) -> QuerySet[SessionSeat]:
    rows = SessionSeat.objects.filter(user=user, session__until_at__gte=at, session__cancelled_at__isnull=True)
    return rows.filter(state__in=COMING).select_related("session__course").order_by("session__from_at")


def _course(user: User, pk: int) -> Course:
    require_staff(user)
    row = get_object_or_404(Course.objects.select_related("centre"), pk=pk)
    if not courses.may_read(row, user):
        raise NotAllowed(_("This course is for others."), code="for_others")
    return row


def _lesson(user: User, pk: int) -> Lesson:
    """Of what is or was taught; of a draft for whoever writes it."""
    require_staff(user)
    row = get_object_or_404(Lesson.objects.select_related("version__course"), pk=pk)
    version: CourseVersion = row.version
    if version.is_draft and not may_teach(user, version.course.centre_id):
        raise Http404
    if not courses.may_read(version.course, user):
        raise NotAllowed(_("This course is for others."), code="for_others")
    return row


def _judged(question: Question, attempt: Attempt) -> dict[str, Any]:
    chosen = attempt.answers.get(str(question.pk), [])
    options = [
        {"text": text, "chosen": place in chosen, "right": attempt.passed and place in question.right}
        for place, text in enumerate(question.options)
    ]
    return {"question": question, "options": options, "is_right": chosen == question.right}
