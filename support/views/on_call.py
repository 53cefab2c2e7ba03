"""Who is on call, and where I am reached."""

from __future__ import annotations

import json
from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from centres.models import Membership
from citizens.models import User
from notifications.channels.push_key import public_key
from portal import clock
from portal.errors import BadInput, RuleBroken
from support.actions import on_call
from support.forms import ContactForm, ShiftForm
from support.models import OnCallBrowser, OnCallContact, OnCallShift
from support.permissions import RESPONDERS, for_the_city, may_respond, require_support
from support.places import centres_supported

PAGE_SIZE = 30


@never_cache
@require_http_methods(["GET", "POST"])
def rota(request: HttpRequest) -> HttpResponse:
    """Shifts that run or are ahead, a new one, and my own contact."""
    user = cast(User, request.user)
    require_support(user)
    form = _shift_form(request, user)
    if request.method == "POST" and form.is_valid():
        try:
            on_call.put_on_call(at=clock.now(), acting_user=user, **form.cleaned_data)
        except BadInput as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect("support:on_call")
    return _page(request, user, form)


@require_POST
def remove(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Take a shift away, or end it now."""
    shift = get_object_or_404(OnCallShift.objects.select_related("centre"), pk=shift_id)
    on_call.take_off_call(shift=shift, at=clock.now(), acting_user=cast(User, request.user))
    messages.success(request, _("Done."))
    return redirect("support:on_call")


@require_POST
def contact(request: HttpRequest) -> HttpResponse:
    """Where I am reached."""
    user = cast(User, request.user)
    require_support(user)
    form = ContactForm(request.POST)
    if form.is_valid():
        try:
            on_call.keep_contact(acting_user=user, **form.cleaned_data)
        except BadInput as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect("support:on_call")
    return _page(request, user, _shift_form(request, user, fresh=True), form)


@require_POST
def browser(request: HttpRequest) -> HttpResponse:
    """A browser's subscription as its ``toJSON()`` gives it. 204, or a sentence."""
    try:
        sent = json.loads(request.body)
        parts = {"endpoint": sent["endpoint"], "p256dh": sent["keys"]["p256dh"], "auth": sent["keys"]["auth"]}
        if not all(isinstance(part, str) for part in parts.values()):
            raise ValueError
        on_call.keep_browser(at=clock.now(), acting_user=cast(User, request.user), **parts)
    except (ValueError, KeyError, TypeError):
        return HttpResponse(
            _("This browser cannot be sent notices."), status=400, content_type="text/plain; charset=utf-8"
        )
    except RuleBroken as problem:
        return HttpResponse(str(problem), status=problem.status, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)


def _shift_form(request: HttpRequest, user: User, *, fresh: bool = False) -> ShiftForm:
    people = User.objects.filter(pk__in=Membership.objects.filter(role__in=RESPONDERS).values("user"), is_active=True)
    data = None if fresh or request.method != "POST" else request.POST
    return ShiftForm(
        data, people=people.order_by("full_name", "pk"), centres=centres_supported(user), for_all=for_the_city(user)
    )


def _page(request: HttpRequest, user: User, form: ShiftForm, mine: ContactForm | None = None) -> HttpResponse:
    at = clock.now()
    rows = OnCallShift.objects.filter(until_at__gt=at).select_related("user", "centre")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    shown = [
        {"shift": row, "now": row.from_at <= at, "may_remove": may_respond(user, row.centre_id) and (row.centre_id or for_the_city(user))}
        for row in page.object_list
    ]  # fmt: skip
    kept = OnCallContact.objects.filter(user=user).first()
    if mine is None:
        mine = ContactForm(initial={"phone": kept.phone if kept else "", "email": (kept and kept.email) or user.email})
    context = {
        "form": form,
        "mine": mine,
        "rows": shown,
        "page": page,
        "is_anybody": any(each["now"] for each in shown),
        "push_key": public_key(),
        "browsers": OnCallBrowser.objects.filter(user=user).count(),
    }
    failed = bool(form.errors or mine.errors)
    return render(request, "support/on_call.html", context, status=400 if failed else 200)
