"""Staff of the city: who works where, and how they join, move and leave."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from applications.actions.leave_service import leave, move
from applications.forms_staff import JoinForm, LeaveForm, MoveForm
from applications.leaving import plan_of
from applications.permissions import CITY, certifying_scope, check
from applications.staff import search, staff_seen_by, with_roles
from centres.actions.staff import guard, join
from centres.models import Centre, StaffChange
from centres.permissions import MANAGERS, centres_of, has_role
from centres.qr import qr_picture
from citizens.actions.accounts import first_sign_in, renew_first_sign_in
from citizens.models import User
from citizens.session import signed_in
from portal import clock
from portal.errors import RuleBroken

PAGE_SIZE = 30


@never_cache
@require_GET
def staff(request: HttpRequest) -> HttpResponse:
    """The list, thirty a page, searched by name (``q``), centre and whether they still work."""
    check(has_role(request.user, MANAGERS))
    allowed = centres_of(request.user, MANAGERS)
    centres = Centre.objects.filter(is_active=True) if allowed is None else Centre.objects.filter(pk__in=allowed)
    places, wanted = list(centres), request.GET.get("centre", "")
    centre = next((one for one in places if str(one.pk) == wanted), None)
    words, gone = request.GET.get("q", "")[:80], request.GET.get("gone") == "1"
    found = search(staff_seen_by(request.user), words, centre, gone=gone)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    asked = {"q": words, "centre": str(centre.pk) if centre else "", "gone": "1" if gone else ""}
    context = {
        "page": page,
        "rows": with_roles(page.object_list),
        "centres": places,
        "centre": centre,
        "words": words,
        "gone": gone,
        "may_change": has_role(request.user, CITY),
        "query": urlencode({name: value for name, value in asked.items() if value}),
    }
    return render(request, "applications/city/staff.html", context)


@never_cache
@require_GET
def person(request: HttpRequest, user_id: int) -> HttpResponse:
    """One person: the roles with their dates, and who changed what."""
    check(has_role(request.user, MANAGERS))
    one = get_object_or_404(staff_seen_by(request.user), pk=user_id)
    allowed = centres_of(request.user, MANAGERS)
    roles = one.memberships.select_related("centre").order_by("valid_from", "pk")
    changes = StaffChange.objects.filter(person=one).select_related("centre", "by")
    if allowed is not None:
        roles, changes = roles.filter(centre__in=allowed), changes.filter(centre__in=allowed)
    today = clock.today()
    places = Centre.objects.filter(
        Q(memberships__valid_to__isnull=True) | Q(memberships__valid_to__gte=today), memberships__user=one
    )
    context = {
        "person": one,
        "roles": roles,
        "changes": changes,
        "today": today,
        "may_change": has_role(request.user, CITY),
        "is_self": one.pk == request.user.pk,
        "places": places.distinct().order_by("code"),
    }
    return render(request, "applications/city/person.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join_staff(request: HttpRequest) -> HttpResponse:
    """Somebody new, or with ``person`` a further role; the link to the first sign-in is shown once."""
    user = signed_in(request)
    guard(user)
    known = _known(user, request.GET.get("person", ""))
    form = JoinForm(request.POST if request.method == "POST" else None, is_known=known is not None)
    if request.method == "POST" and form.is_valid():
        values = {"username": "", "full_name": "", "email": "", **form.cleaned_data}
        had_password = known is not None and known.is_active
        try:
            one = join(person=known, at=clock.now(), acting_user=user, **values)
        except RuleBroken as problem:
            _say_in(form, problem)
        else:
            if had_password:
                messages.success(request, _("%(name)s has the role.") % {"name": one})
                return redirect("applications:staff_person", one.pk)
            return _slip(request, one)
    context = {"form": form, "person": known}
    return render(request, "applications/city/join.html", context, status=400 if form.errors else 200)


@never_cache
@require_POST
def new_link(request: HttpRequest, user_id: int) -> HttpResponse:
    """The link was lost, or the password: the person chooses another one."""
    user = signed_in(request)
    guard(user)
    one = get_object_or_404(staff_seen_by(user).exclude(pk=user.pk), pk=user_id)
    renew_first_sign_in(one)
    return _slip(request, one)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave_staff(request: HttpRequest, user_id: int) -> HttpResponse:
    """What happens when somebody leaves, a colleague for each thing, and then all of it in one act."""
    user, one = _city(request, user_id)
    plan = plan_of(one, None, clock.now())
    form = LeaveForm(plan, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            leave(
                person=one,
                to=form.to,
                reason=form.cleaned_data["reason"],
                seen=form.cleaned_data["seen"],
                at=clock.now(),
                acting_user=user,
            )
        except RuleBroken as problem:
            _say_in(form, problem)
        else:
            messages.success(request, _("%(name)s has left. Everything is handed over.") % {"name": one})
            return redirect("applications:staff_person", one.pk)
    return _plan_page(request, form, "applications/city/leave.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def move_staff(request: HttpRequest, user_id: int, code: str) -> HttpResponse:
    """From this centre to another one."""
    user, one = _city(request, user_id)
    centre = get_object_or_404(Centre, code=code)
    plan = plan_of(one, centre, clock.now())
    if not plan.roles:
        raise Http404
    form = MoveForm(plan, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        names = ("new_centre", "role", "title", "first_day", "reason", "seen")
        values = {name: form.cleaned_data[name] for name in names}
        try:
            move(person=one, centre=centre, to=form.to, at=clock.now(), acting_user=user, **values)
        except RuleBroken as problem:
            _say_in(form, problem)
        else:
            messages.success(request, _("The move is written down."))
            return redirect("applications:staff_person", one.pk)
    return _plan_page(request, form, "applications/city/move.html")


@require_GET
def after_first_sign_in(request: HttpRequest) -> HttpResponse:
    """Whoever signs sets up the authenticator first; everybody else goes to their room."""
    signs = certifying_scope(request.user, clock.today())
    return redirect("applications:signing_factor" if signs else "room")


def _plan_page(request: HttpRequest, form: LeaveForm, template: str) -> HttpResponse:
    context = {"plan": form.plan, "form": form, "tasks": [form[task.key] for task in form.plan.tasks]}
    return render(request, template, context, status=400 if form.errors else 200)


def _slip(request: HttpRequest, one: User) -> HttpResponse:
    address = request.build_absolute_uri(first_sign_in(one))
    return render(
        request, "applications/city/slip.html", {"person": one, "address": address, "qr": qr_picture(address)}
    )


def _city(request: HttpRequest, user_id: int) -> tuple[User, User]:
    user = signed_in(request)
    guard(user)
    one = get_object_or_404(staff_seen_by(user).filter(is_active=True), pk=user_id)
    return user, one


def _known(user: User, number: str) -> User | None:
    if not number:
        return None
    is_number = number.isascii() and number.isdigit() and len(number) < 10
    return get_object_or_404(staff_seen_by(user), pk=number if is_number else 0)


def _say_in(form: Form, problem: RuleBroken) -> None:
    form.add_error(problem.field if problem.field in form.fields else None, str(problem))
