"""What was filed online and waits for an officer of this centre."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from applications import desk
from applications.actions.end_filing import note_withdrawn, refuse_filing
from applications.actions.file_online import open_filing
from applications.enums import State
from applications.forms_national import EndFilingForm
from applications.models import Application, Arrival
from applications.permissions import RECEIVERS, check
from applications.views.desk.page import back
from centres.permissions import has_role
from citizens.session import signed_in
from portal import clock

PAGE_SIZE = 30


@never_cache
@require_GET
def filed(request: HttpRequest) -> HttpResponse:
    """The longest waiting first, thirty a page. Names nobody: who it is shows once it is opened."""
    user = signed_in(request)
    check(has_role(user, RECEIVERS))
    rows = Application.objects.visible_to(user).filter(state=State.DRAFT, arrival__isnull=False)
    waiting = rows.select_related("arrival__opened_by", "version__procedure", "helped_at", "matter__ticket").order_by(
        "arrival__filed_at", "pk"
    )
    page = Paginator(waiting, PAGE_SIZE).get_page(request.GET.get("page"))
    counter = desk.counter_of(user)
    context = {
        "page": page,
        "counter": counter,
        "ticket": desk.ticket_at(counter) if counter else None,
        "centre": counter.centre if counter else (page[0].helped_at if page else None),
        "at": clock.now(),
    }
    return render(request, "applications/desk/filed.html", context)


@require_POST
def open_one(request: HttpRequest, pk: int) -> HttpResponse:
    """At the desk; as a matter of the visit that stands at the counter, if the officer says so."""
    user = signed_in(request)
    rows = Application.objects.visible_to(user).filter(arrival__isnull=False)
    draft = get_object_or_404(rows.select_related("arrival"), pk=pk)
    arrival: Arrival = draft.arrival
    arrival.application = draft
    counter = desk.counter_of(user)
    ticket = desk.ticket_at(counter) if counter and request.POST.get("with") == "visit" else None
    opened, warnings = open_filing(arrival=arrival, ticket=ticket, at=clock.now(), acting_user=user)
    for warning in warnings:
        messages.warning(request, warning)
    return back(opened.pk)


@never_cache
@require_http_methods(["GET", "POST"])
def end_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse it with its ground, or note that the citizen withdrew it there."""
    user = signed_in(request)
    check(has_role(user, RECEIVERS))
    rows = Application.objects.visible_to(user).filter(arrival__isnull=False, state=State.DRAFT)
    draft = get_object_or_404(rows.select_related("arrival", "version__procedure", "helped_at"), pk=pk)
    form = EndFilingForm(request.POST or None)
    if not form.is_valid():
        context = {"row": draft, "form": form, "centre": draft.helped_at}
        status = 422 if request.method == "POST" else 200
        return render(request, "applications/desk/end_filed.html", context, status=status)
    given, at = form.cleaned_data, clock.now()
    if given["how"] == form.REFUSED:
        refuse_filing(application=draft, reason=given["reason"], ground=given["ground"], at=at, acting_user=user)
        messages.success(request, _("It is refused. The citizen gets form 03, and the national portal is told."))
        return redirect("applications:refuse", application_id=pk)
    else:
        note_withdrawn(application=draft, reason=given["reason"], at=at, acting_user=user)
        messages.success(request, _("It is noted that the citizen withdrew it."))
    return redirect("applications:filed")
