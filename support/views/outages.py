"""Planned outages: announced in time, ended, and listed."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from centres.models import Outage
from citizens.models import User
from portal import clock
from portal.errors import BadInput
from support.actions import plan_outage
from support.forms import OutageForm
from support.permissions import for_the_city, may_respond, require_support
from support.places import centres_supported

PAGE_SIZE = 30


@never_cache
@require_http_methods(["GET", "POST"])
def outages(request: HttpRequest) -> HttpResponse:
    """All of them, the latest first, and a new one."""
    user = cast(User, request.user)
    require_support(user)
    at = clock.now()
    form = OutageForm(request.POST or None, centres=centres_supported(user), for_all=for_the_city(user))
    if request.method == "POST" and form.is_valid():
        try:
            plan_outage.plan_outage(at=at, acting_user=user, **form.cleaned_data)
        except BadInput as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("Announced. It stands on the status page, and the clocks will wait."))
            return redirect("support:outages")
    page = Paginator(Outage.objects.select_related("centre", "announced_by"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    rows = [
        {
            "outage": row,
            "running": row.is_running(at),
            "ahead": row.is_ahead(at),
            "may_end": (row.is_running(at) or row.is_ahead(at))
            and (may_respond(user, row.centre_id) if row.centre_id else for_the_city(user)),
        }
        for row in page.object_list
    ]
    context = {"form": form, "rows": rows, "page": page, "first": plan_outage.earliest_day(at)}
    return render(request, "support/outages.html", context, status=400 if form.errors else 200)


@require_POST
def end(request: HttpRequest, outage_id: int) -> HttpResponse:
    """It does not happen, or is over."""
    row = get_object_or_404(Outage.objects.select_related("centre"), pk=outage_id)
    plan_outage.end_outage(outage=row, at=clock.now(), acting_user=cast(User, request.user))
    messages.success(request, _("Done."))
    return redirect("support:outages")
