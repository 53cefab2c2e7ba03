"""Sessions of courses: planned, listed, the trainer's screen, and the phone that scans it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from centres.models import Centre, Membership
from centres.permissions import centres_of, has_role
from centres.qr import qr_picture
from citizens.models import User
from citizens.session import signed_in
from portal import clock
from portal.errors import BadInput, NotAllowed, RuleBroken
from support import session_codes
from support.actions import meet
from support.enums_training import COMING
from support.forms_training import ReasonForm, SessionForm, courses_asked
from support.models import TrainingSession
from support.permissions import READERS, require_staff
from support.places import centres_read
from support.session_lists import sessions_of

PAGE_SIZE = 30
# As often as the code changes, and a little sooner.
SCREEN_MS = 8000


@never_cache
@require_http_methods(["GET", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Those I look after, and a form for a new one."""
    user, at = signed_in(request), clock.now()
    if not has_role(user, READERS):
        raise NotAllowed(_("This page is for support staff and managers."), code="not_support")
    form = _form(request, user)
    if request.method == "POST" and form.is_valid():
        try:
            made = meet.plan_session(at=at, acting_user=user, **form.cleaned_data)
        except BadInput as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("Planned."))
            return redirect("support:session", pk=made.pk)
    page = Paginator(sessions_of(user), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": page.object_list, "form": form, "at": at}
    return render(request, "support/sessions.html", context, status=400 if form.errors else 200)


@never_cache
@require_GET
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """Who comes and who was there, for the trainer."""
    return _page(request, _session_of(request, pk))


@require_POST
def act(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """``take`` and ``leave`` a seat; ``there`` and ``off`` are the trainer's."""
    require_staff(request.user)
    user, at = signed_in(request), clock.now()
    row = get_object_or_404(TrainingSession.objects.select_related("course"), pk=pk)
    by: dict[str, Any] = {"session": row, "at": at, "acting_user": user}
    if key == "take":
        meet.take_seat(**by)
    elif key == "leave":
        meet.leave_seat(**by)
    elif key == "there":
        given = request.POST.get("person", "")
        person = get_object_or_404(User, pk=int(given) if given.isascii() and given.isdigit() else 0)
        meet.mark_there(person=person, **by)
    elif key == "off":
        return _call_off(request, row)
    else:
        raise Http404
    messages.success(request, _("Done."))
    return redirect("support:session", pk=pk) if key == "there" else redirect("support:course", pk=row.course_id)


@never_cache
@require_GET
def screen(request: HttpRequest, pk: int) -> HttpResponse:
    """What the trainer shows to the room: a code that changes."""
    row = _session_of(request, pk)
    return render(request, "support/session_screen.html", {**_code(row), "every": SCREEN_MS})


@never_cache
@require_GET
def code(request: HttpRequest, pk: int) -> HttpResponse:
    """The code of now, for the screen that renews itself."""
    return render(request, "support/parts/session_code.html", _code(_session_of(request, pk)))


@never_cache
@require_http_methods(["GET", "POST"])
def here(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Where the code leads a phone: one touch says that I am here."""
    require_staff(request.user)
    user, at = signed_in(request), clock.now()
    row = get_object_or_404(TrainingSession.objects.select_related("course", "trainer"), pk=pk)
    context: dict[str, Any] = {"session": row, "course": row.course}
    try:
        if request.method == "POST":
            meet.be_there(session=row, scanned=request.POST.get("scanned", ""), at=at, acting_user=user)
            return render(request, "support/session_here.html", {**context, "done": True})
        if not session_codes.is_shown(row, code, at):
            raise RuleBroken(_("The code on the screen has changed. Please scan it once more."), code="scan_again")
    except NotAllowed:
        raise
    except RuleBroken as problem:
        return render(request, "support/session_here.html", {**context, "problem": problem}, status=problem.status)
    return render(request, "support/session_here.html", {**context, "scanned": session_codes.scanned(row, user)})


def _call_off(request: HttpRequest, row: TrainingSession) -> HttpResponse:
    form = ReasonForm(request.POST)
    if form.is_valid():
        meet.call_off(session=row, at=clock.now(), acting_user=signed_in(request), **form.cleaned_data)
        messages.success(request, _("Called off. Everybody who meant to come is told."))
        return redirect("support:session", pk=row.pk)
    return _page(request, _session_of(request, row.pk), form)


def _page(request: HttpRequest, row: TrainingSession, form: ReasonForm | None = None) -> HttpResponse:
    seats = row.taken.filter(state__in=COMING).select_related("user").order_by("state", "asked_at", "pk")
    context = {"session": row, "seats": seats, "form": form or ReasonForm(), "is_over": row.until_at < clock.now()}
    return render(request, "support/session.html", context, status=400 if form is not None else 200)


def _session_of(request: HttpRequest, pk: int) -> TrainingSession:
    """For the trainer, and whoever teaches there."""
    require_staff(request.user)
    row = get_object_or_404(TrainingSession.objects.select_related("course__centre", "centre", "trainer"), pk=pk)
    meet.require_session_teacher(row, signed_in(request))
    return row


def _code(row: TrainingSession) -> dict[str, Any]:
    shown = session_codes.code_at(row, clock.now())
    address = settings.PUBLIC_URL + reverse("support:session_here", args=[row.pk, shown])
    return {
        "session": row,
        "picture": qr_picture(address),
        "there": row.taken.filter(attended_at__isnull=False).count(),
    }


def _form(request: HttpRequest, user: User) -> SessionForm:
    allowed = centres_of(user, READERS)
    centres = centres_read(user)
    held = Membership.objects.filter(valid_to__isnull=True, blocked_reason="")
    if allowed is not None:
        held = held.filter(Q(centre__isnull=True) | Q(centre__in=allowed))
    return SessionForm(
        request.POST or None,
        courses=courses_asked(Centre.objects.filter(pk__in=allowed or ()), allowed is None),
        centres=centres,
        people=User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("full_name", "pk"),
        for_all=allowed is None,
        initial={"trainer": user.pk, "centre": None if allowed is None else centres.order_by("code").first()},
    )
