"""Who signs at a centre by a deed, and with which keys: entered and ended by those who answer for it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from applications.actions.delegate_signing import end_delegation, enter_delegation
from applications.actions.signing_keys import end_key, enter_key, take_factor_away
from applications.certifiers import keys_that_end
from applications.forms_signing import DelegationForm, EndForm, KeyForm
from applications.models import SecondFactor, SigningDelegation, SigningKey
from applications.permissions import CITY, LEADERS, check, may_enter_delegation, memberships_on
from centres.models import Centre
from centres.permissions import has_role
from centres.views.managed import centres_to_choose, managed_centre
from citizens.models import User
from citizens.session import signed_in
from portal import clock
from portal.errors import RuleBroken

PAGE_SIZE = 30


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delegations(request: HttpRequest) -> HttpResponse:
    """The leaders and the delegations of a centre, and the form for another one."""
    centre, user, at = managed_centre(request), signed_in(request), clock.now()
    day = clock.local_day(at)
    form = DelegationForm(request.POST or None, centre=centre, day=day, by=user, initial={"first_day": day})
    if request.method == "POST" and form.is_valid():
        try:
            row = enter_delegation(centre=centre, at=at, acting_user=user, **form.cleaned_data)
            messages.success(request, _("%(name)s may certify here from the first day on.") % {"name": row.person})
            return redirect(_delegations_url(centre.pk))
        except RuleBroken as problem:
            _say_in(form, problem)
    return _delegations_page(request, centre, form)


def _delegations_page(
    request: HttpRequest, centre: Centre, form: Form, refused: tuple[int, Form] | None = None
) -> HttpResponse:
    """``refused`` is the row that somebody could not end, and the form that says why."""
    user, day = signed_in(request), clock.today()
    rows = SigningDelegation.objects.filter(centre=centre).select_related("person", "entered_by", "end__by")
    context: dict[str, Any] = {
        "centre": centre,
        "centres": centres_to_choose(request),
        "leaders": memberships_on(day).filter(centre=centre, role__in=LEADERS).select_related("user"),
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "query": f"centre={centre.pk}",
        "today": day,
        "form": form,
        "is_city": has_role(user, CITY),
        "refused": refused,
    }
    status = 400 if form.errors or refused else 200
    return render(request, "applications/signing/delegations.html", context, status=status)


@require_POST
def delegation_end(request: HttpRequest, delegation_id: int) -> HttpResponse:
    row = get_object_or_404(SigningDelegation, pk=delegation_id)
    user, day, form = signed_in(request), clock.today(), EndForm(request.POST)
    if not form.is_valid():
        check(may_enter_delegation(user, row.centre_id))
        empty = DelegationForm(centre=row.centre, day=day, by=user, initial={"first_day": day})
        return _delegations_page(request, row.centre, empty, (row.pk, form))
    end_delegation(delegation=row, at=clock.now(), acting_user=user, **form.cleaned_data)
    messages.success(request, _("%(name)s certifies nothing by this deed any more.") % {"name": row.person})
    return redirect(_delegations_url(row.centre_id))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """Everybody's keys, and the form for another one."""
    user = signed_in(request)
    check(has_role(user, CITY))
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = enter_key(at=clock.now(), acting_user=user, **form.cleaned_data)
            messages.success(request, _("%(name)s signs with this key from now on.") % {"name": row.person})
            return redirect("applications:signing_keys")
        except RuleBroken as problem:
            _say_in(form, problem)
    return _keys_page(request, form)


def _keys_page(request: HttpRequest, form: Form, refused: tuple[int, Form] | None = None) -> HttpResponse:
    at = clock.now()
    rows = SigningKey.objects.select_related("person", "entered_by", "end__by")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    factors = SecondFactor.objects.filter(confirmed_at__isnull=False).select_related("user")
    context = {
        "page": page,
        "now": at,
        "ending": {key.pk for key in keys_that_end([key.person_id for key in page.object_list], at)},
        "factors": factors.order_by("user__full_name", "pk"),
        "form": form,
        "refused": refused,
    }
    return render(request, "applications/signing/keys.html", context, status=400 if form.errors or refused else 200)


@require_POST
def key_end(request: HttpRequest, key_id: int) -> HttpResponse:
    row = get_object_or_404(SigningKey, pk=key_id)
    user, form = signed_in(request), EndForm(request.POST)
    if not form.is_valid():
        check(has_role(user, CITY))
        return _keys_page(request, KeyForm(), (row.pk, form))
    end_key(key=row, at=clock.now(), acting_user=user, **form.cleaned_data)
    messages.success(request, _("Nothing is signed with this key any more."))
    return redirect("applications:signing_keys")


@require_POST
def factor_away(request: HttpRequest, user_id: int) -> HttpResponse:
    """Somebody's phone and recovery codes are lost: they set up another one."""
    person = get_object_or_404(User, pk=user_id)
    take_factor_away(person=person, acting_user=signed_in(request))
    messages.success(request, _("%(name)s can set up another phone now.") % {"name": person})
    return redirect("applications:signing_keys")


def _say_in(form: Form, problem: RuleBroken) -> None:
    form.add_error(problem.field if problem.field in form.fields else None, str(problem))


def _delegations_url(centre_id: int) -> str:
    return f"{reverse('applications:signing_delegations')}?centre={centre_id}"
