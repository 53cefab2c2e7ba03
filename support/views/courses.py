"""Writing courses: the list, a version with its lessons and questions, and their publication."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from centres.permissions import centres_of, has_role
from citizens.session import signed_in
from portal import clock
from portal.errors import BadInput, NotAllowed, RuleBroken
from portal.uploads import add_refusals
from support import courses
from support.actions import write_course
from support.forms_training import CourseForm, LessonForm, QuestionForm, VersionForm, initial_of
from support.lesson_pictures import keep_picture
from support.models import Course, CourseVersion, Lesson, Question
from support.permissions import READERS, require_teacher
from support.places import centres_read

PAGE_SIZE = 30


@never_cache
@require_http_methods(["GET", "POST"])
def course_list(request: HttpRequest) -> HttpResponse:
    """The courses I write, and a form for a new one."""
    user = signed_in(request)
    if not has_role(user, READERS):
        raise NotAllowed(_("This page is for support staff and managers."), code="not_support")
    form = CourseForm(request.POST or None, centres=centres_read(user), for_all=centres_of(user, READERS) is None)
    if request.method == "POST" and form.is_valid():
        try:
            made = write_course.add_course(at=clock.now(), acting_user=user, **form.cleaned_data)
        except BadInput as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            return redirect("support:course_version", pk=made.versions.get().pk)
    published = Q(versions__published_at__isnull=False)
    rows = courses.taught_by(user).annotate(
        taught=Count("versions", filter=published, distinct=True),
        passed=Count("versions__certificates__user", distinct=True),
    )
    page = Paginator(rows.order_by("retired_at", "title", "pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": page.object_list, "form": form}
    return render(request, "support/courses.html", context, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def course_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """What a course is called and for whom; its versions."""
    user = signed_in(request)
    row = get_object_or_404(Course.objects.select_related("centre"), pk=pk)
    require_teacher(user, row.centre_id)
    initial = {"title": row.title, "summary": row.summary, "roles": row.roles}
    form = CourseForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            write_course.describe_course(course=row, acting_user=user, **form.cleaned_data)
        except BadInput as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect("support:course_edit", pk=pk)
    context = {"course": row, "form": form, "versions": courses.versions_of(row)}
    return render(request, "support/course_edit.html", context, status=400 if form.errors else 200)


@require_POST
def course_act(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """``begin`` the next version, or ``retire`` the course."""
    user = signed_in(request)
    row = get_object_or_404(Course, pk=pk)
    if key == "begin":
        return redirect("support:course_version", pk=write_course.begin_version(course=row, acting_user=user).pk)
    if key != "retire":
        raise Http404
    write_course.retire_course(course=row, at=clock.now(), acting_user=user)
    messages.success(request, _("Done."))
    return redirect("support:courses")


@never_cache
@require_http_methods(["GET", "POST"])
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version with all that is in it; a draft is changed here, and published."""
    row = _version(request, pk)
    initial = {name: getattr(row, name) for name in write_course.SAID_OF_A_VERSION}
    form = VersionForm(request.POST or None, initial=initial)
    problem = None
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, row, form)
        except NotAllowed:
            raise
        except RuleBroken as refused:
            if refused.field in form.fields:
                form.add_error(refused.field, str(refused))
            else:
                problem = refused
        else:
            return redirect("support:course_version", pk=pk)
    context = {
        "version": row,
        "course": row.course,
        "form": form,
        "problem": problem,
        "lessons": row.lessons.all(),
        "questions": row.questions.all(),
    }
    status = problem.status if problem else 400 if form.errors else 200
    return render(request, "support/course_version.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def lesson_edit(request: HttpRequest, pk: int, lesson_id: int | None = None) -> HttpResponse:
    """A lesson of a draft: new, other words, or taken out."""
    draft = _version(request, pk)
    row = get_object_or_404(Lesson, pk=lesson_id, version=draft) if lesson_id else None
    initial = {name: getattr(row, name) for name in ("title", "text", "picture_says", "video")} if row else {}
    form = LessonForm(
        request.POST or None, request.FILES or None, initial=initial, has_picture=bool(row and row.sha256)
    )

    def keep() -> None:
        said = dict(form.cleaned_data)
        upload = said.pop("picture")
        picture = keep_picture(upload) if upload else None
        write_course.keep_lesson(version=draft, lesson=row, picture=picture, acting_user=signed_in(request), **said)

    return _part(request, draft, row, form, keep, "support/lesson_edit.html")


@never_cache
@require_http_methods(["GET", "POST"])
def question_edit(request: HttpRequest, pk: int, question_id: int | None = None) -> HttpResponse:
    """A question of a draft: new, other words, or taken out."""
    draft = _version(request, pk)
    row = get_object_or_404(Question, pk=question_id, version=draft) if question_id else None
    form = QuestionForm(request.POST or None, initial=initial_of(row) if row else {})

    def keep() -> None:
        write_course.keep_question(version=draft, question=row, acting_user=signed_in(request), **form.said())

    return _part(request, draft, row, form, keep, "support/question_edit.html")


@never_cache
@require_GET
def people(request: HttpRequest, pk: int) -> HttpResponse:
    """Who has passed this version and who tried."""
    row = _version(request, pk)
    page = Paginator(row.certificates.select_related("user"), PAGE_SIZE).get_page(request.GET.get("page"))
    tried = row.attempts.aggregate(tries=Count("pk"), people=Count("user", distinct=True))
    today = clock.today()
    rows = [(one, one.standing(today)) for one in page.object_list]
    context = {"version": row, "course": row.course, "page": page, "rows": rows, "tried": tried}
    return render(request, "support/course_people.html", context)


def _part(
    request: HttpRequest,
    draft: CourseVersion,
    row: Lesson | Question | None,
    form: forms.Form,
    keep: Callable[[], None],
    template: str,
) -> HttpResponse:
    if request.method == "POST" and request.POST.get("do") == "remove" and row is not None:
        write_course.remove_part(part=row, acting_user=signed_in(request))
        return redirect("support:course_version", pk=draft.pk)
    status = 200
    if request.method == "POST":
        status = add_refusals(form, request) or 400
        if form.is_valid():
            try:
                keep()
            except BadInput as refused:
                field = "picture" if refused.field == "file" else refused.field
                form.add_error(field if field in form.fields else None, str(refused))
            else:
                return redirect("support:course_version", pk=draft.pk)
    context: dict[str, Any] = {"version": draft, "course": draft.course, "row": row, "form": form}
    return render(request, template, context, status=status)


def _save(request: HttpRequest, row: CourseVersion, form: VersionForm) -> None:
    user = signed_in(request)
    write_course.describe_version(version=row, acting_user=user, **form.cleaned_data)
    if request.POST.get("do") == "publish":
        write_course.publish_version(version=row, at=clock.now(), acting_user=user)
        messages.success(request, _("Published. From now on this is taught."))
    else:
        messages.success(request, _("Saved."))


def _version(request: HttpRequest, pk: int) -> CourseVersion:
    row = get_object_or_404(CourseVersion.objects.select_related("course__centre"), pk=pk)
    require_teacher(signed_in(request), row.course.centre_id)
    return row
