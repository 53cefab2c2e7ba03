"""What was filed online and waits for an officer of this centre."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from applications import desk
from applications.actions.file_online import open_filing
from applications.enums import State
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
