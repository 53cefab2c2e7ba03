"""The counter officer's screen."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from applications import desk
from applications.forms import ContactForm, QuantityForm, ScanForm
from centres.enums import CounterState, Role
from centres.models import Counter
from centres.permissions import centres_of
from citizens.session import signed_in
from portal import clock, live
from portal.errors import NotAllowed
from portal.vn.phones import display_phone


@never_cache
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    return page(request)


def page(request: HttpRequest, *, status: int = 200, **extra: Any) -> HttpResponse:
    """The whole screen; ``extra`` carries forms with errors, so that nothing typed is lost."""
    counter = desk.counter_of(signed_in(request))
    if counter is None:
        return _choose_counter(request)
    chosen = request.GET.get("matter", "")
    state = desk.build(
        counter,
        clock.now(),
        chosen=int(chosen) if chosen.isdigit() else None,
        choosing="choose" in request.GET,
    )
    context = {
        "desk": state,
        "centre": counter.centre,
        "counter": counter,
        "queue": desk.waiting_for(counter, state.at),
        "scan_form": ScanForm(),
        "person_form": None,
        "view": request.GET.get("view", ""),
        "grounds": desk.GROUNDS,
        **_forms(state),
        **extra,
    }
    return render(request, "applications/desk/page.html", context, status=status)


def _forms(state: desk.Desk) -> dict[str, Any]:
    forms: dict[str, Any] = {}
    if state.selected is not None:
        row = state.selected
        forms["contact_form"] = ContactForm(
            initial={"phone": display_phone(row.contact_phone) if row.contact_phone else "", "email": row.contact_email}
        )
        forms["quantity_form"] = QuantityForm(initial={"pages": row.pages, "copies": row.copies})
    return forms


def _choose_counter(request: HttpRequest) -> HttpResponse:
    allowed = centres_of(signed_in(request), {Role.COUNTER_OFFICER})
    if allowed is not None and not allowed:
        raise NotAllowed(_("Only counter officers work at a desk."), code="not_officer")
    counters = (
        Counter.objects.select_related("centre", "officer").prefetch_related("services").order_by("centre", "number")
    )
    if allowed is not None:
        counters = counters.filter(centre__in=allowed)
    return render(request, "applications/desk/counters.html", {"counters": counters, "closed": CounterState.CLOSED})


def back(application_id: int | None = None, *, view: str = "") -> HttpResponse:
    """To the screen, with the same tab open."""
    query = "&".join(
        part for part in (f"matter={application_id}" if application_id else "", f"view={view}" if view else "") if part
    )
    return redirect(reverse("applications:desk") + (f"?{query}" if query else ""))


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Who waits for this counter; asked for every few seconds."""
    counter = desk.counter_of(signed_in(request))
    if counter is None:
        return HttpResponse()
    return live.answer(
        request,
        [f"queue:{counter.centre_id}"],
        lambda: render(
            request,
            "applications/desk/parts/queue.html",
            {"queue": desk.waiting_for(counter, clock.now()), "counter": counter},
        ),
        vary=str(counter.pk),
    )
