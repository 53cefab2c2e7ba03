"""The counter officer's screen."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from applications import desk
from applications.catalogue import other_side, version_of
from applications.enums import Delivery
from applications.forms import AddressForm, ContactForm, OfficeForm, QuantityForm, ScanForm
from applications.looks import looked_at_desk, looked_at_filed
from applications.models import Application
from applications.result_ways import ways_of
from applications.second_screen import second_of
from applications.views.desk import other_person, unknown_person
from centres.enums import CounterState, Role
from centres.models import Counter, Ticket
from centres.permissions import centres_of
from citizens.models import Citizen
from citizens.session import signed_in
from portal import clock, live
from portal.errors import NotAllowed, RuleBroken
from portal.vn.phones import display_phone
from procedures.forms import ProcedureForm
from support.training import lacks_by_centre as training_lacks

# What cannot be part of ``desk.mark_of``.
_MARK = re.compile(r"[^\w.]")


@never_cache
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    return page(request)


def page(request: HttpRequest, *, status: int = 200, **extra: Any) -> HttpResponse:
    """The whole screen; ``extra`` carries forms with errors, so that nothing typed is lost."""
    counter = desk.counter_of(signed_in(request))
    if counter is None:
        return choose_counter(request)
    chosen = request.GET.get("matter", "") or request.POST.get("matter", "")
    state = desk.build(
        counter,
        clock.now(),
        chosen=number_in(chosen),
        choosing="choose" in request.GET or "choose" in request.POST,
        marks_blanks="missing" in request.GET,
    )
    if state.ticket is not None and state.person is not None:
        looked_at_desk(
            ticket=state.ticket,
            person=state.person,
            reason=str(_("called to the counter")),
            at=state.at,
            user=signed_in(request),
        )
    if state.ticket is None and state.person is not None and state.selected is not None:
        looked_at_filed(application=state.selected, reason=str(_("filed online")), at=state.at, user=signed_in(request))
    other = other_person.asked_about(request, state.ticket, state.person)
    unknown = unknown_person.asked_for(request, state.ticket, state.person)
    context = {
        "desk": state,
        "centre": counter.centre,
        "counter": counter,
        "queue": desk.waiting_for(counter, state.at),
        "client_key": uuid4().hex,
        "scan_form": ScanForm(),
        "person_form": unknown,
        "person_form_stays": unknown is not None and "person_form" not in extra,
        "address_form": AddressForm(),
        "view": request.GET.get("view", ""),
        "grounds": desk.GROUNDS,
        "other": other,
        "other_side": _side_for(other, state),
        "second": second_of(counter, state.selected, state.at)
        if state.ticket and state.selected and state.work and state.work.is_draft
        else None,
        **_forms(state, marks_blanks="missing" in request.GET),
        **extra,
    }
    return render(request, "applications/desk/page.html", context, status=status)


def _side_for(other: Citizen | None, state: desk.Desk) -> str:
    """What the form of the open matter calls its other side, where this person can be put into it."""
    if other is None or state.selected is None:
        return ""
    field = next(iter(other_side(state.selected, other)), "")
    return ProcedureForm(version_of(state.selected)).heading_of(field) if field else ""


def _forms(state: desk.Desk, *, marks_blanks: bool) -> dict[str, Any]:
    forms: dict[str, Any] = {}
    if state.selected is not None:
        row = state.selected
        forms["contact_form"] = contact_form_of(row)
        forms["quantity_form"] = QuantityForm(initial={"pages": row.pages, "copies": row.copies})
        if state.work is not None and state.work.asks_office:
            is_blank = row.competent_id == row.helped_at_id
            forms["office_form"] = OfficeForm({} if is_blank and marks_blanks else None, draft=row)
    return forms


def contact_form_of(row: Application) -> ContactForm:
    kept = {
        "phone": display_phone(row.contact_phone) if row.contact_phone else "",
        "email": row.contact_email,
        "delivery": row.delivery,
        "delivery_address": row.delivery_address,
    }
    if row.delivery != Delivery.POST or row.delivery_address:
        return ContactForm(initial={**kept, "ways": ways_of(row)})
    form = ContactForm(kept, initial={"ways": ways_of(row)})
    form.show_without_address()
    return form


def choose_counter(request: HttpRequest, problem: RuleBroken | None = None) -> HttpResponse:
    """Where the officer sits down, and what training is missing for it; ``problem``: why a counter did not open."""
    allowed = centres_of(signed_in(request), {Role.COUNTER_OFFICER})
    if allowed is not None and not allowed:
        raise NotAllowed(_("Only counter officers work at a desk."), code="not_officer")
    counters = (
        Counter.objects.select_related("centre", "officer").prefetch_related("services").order_by("centre", "number")
    )
    if allowed is not None:
        counters = counters.filter(centre__in=allowed)
    context = {
        "counters": counters,
        "closed": CounterState.CLOSED,
        "lacks": training_lacks(signed_in(request), clock.today()),
        "problem": problem,
    }
    return render(request, "applications/desk/counters.html", context, status=problem.status if problem else 200)


def number_in(text: str) -> int | None:
    """The key in an address or a hidden field, or ``None`` where there is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def at_counter(request: HttpRequest) -> Ticket:
    """The ticket the page acted on showed; raises ``RuleBroken`` when it is not at this counter any more."""
    return desk.my_ticket(signed_in(request), number_in(request.POST.get("ticket", "")))


def back(application_id: int | None = None, *, view: str = "", choosing: bool = False) -> HttpResponse:
    """To the screen, with the same tab open."""
    parts = (
        f"matter={application_id}" if application_id else "",
        f"view={view}" if view else "",
        "choose" if choosing else "",
    )
    query = "&".join(part for part in parts if part)
    return redirect(reverse("applications:desk") + (f"?{query}" if query else ""))


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Who waits for this counter; asked for every few seconds. ``shows`` names the ticket that the page shows, ``desk``
    the counter as it was then."""
    counter = desk.counter_of(signed_in(request))
    shown, made_for = request.GET.get("shows", ""), _MARK.sub("", request.GET.get("desk", ""))
    if counter is None:
        return _closed(request, made_for)

    def part() -> HttpResponse:
        at = clock.now()
        queue = desk.waiting_for(counter, at)
        queue["called"] = desk.called_by_itself(counter, at, number_in(shown))
        queue["changed"] = desk.changed_since(counter, queue["mark"], made_for)
        return render(request, "applications/desk/parts/queue.html", {"queue": queue, "counter": counter})

    vary = f"{counter.pk}-{number_in(shown)}-{made_for}"
    return live.answer(request, [f"queue:{counter.centre_id}"], part, vary=vary)


def _closed(request: HttpRequest, made_for: str) -> HttpResponse:
    """The pane of a page whose counter was closed meanwhile."""
    counter = desk.closed_since(signed_in(request), made_for)
    if counter is None:
        return HttpResponse()

    def part() -> HttpResponse:
        return render(request, "applications/desk/parts/changed.html", {"changed": desk.closing_words(counter)})

    return live.answer(request, [f"queue:{counter.centre_id}"], part, vary=f"closed-{counter.pk}")
