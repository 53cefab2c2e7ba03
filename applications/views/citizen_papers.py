"""On the page of a slip: check the papers while waiting, by the same questions as at the kiosk."""

from __future__ import annotations

from uuid import uuid4

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from centres.actions.cancel import cancel
from centres.actions.count_trip import count_trip
from centres.enums import AskedAt, TicketState, TripChoice
from centres.models import Ticket
from centres.papers_first import Walk, can_be_certified_here, procedures_of
from portal import clock
from portal.text import pick


@login_not_required
@require_GET
def which(request: HttpRequest, token: str) -> HttpResponse:
    """What exactly have you come for?"""
    ticket = _ticket(token)
    procedures = procedures_of(ticket.service, clock.today())
    if len(procedures) == 1:
        return redirect("applications:check_question", token=token, key=procedures[0].key)
    return _page(request, "which", {"ticket": ticket, "procedures": procedures})


@login_not_required
@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, token: str, key: str) -> HttpResponse:
    """One question a page; then the paper that is missing, or that all is there."""
    ticket = _ticket(token)
    walk = _walk(request, ticket, key)
    if request.method == "POST":
        return _decide(request, ticket, walk)
    context = {"ticket": ticket, "walk": walk, "procedure": walk.version.procedure}
    if walk.missing:
        may_leave = ticket.state == TicketState.WAITING
        more = {"missing": walk.missing, "can_certify": can_be_certified_here(walk.missing), "may_leave": may_leave}
        return _page(request, "missing", context | more | {"choices": TripChoice, "client_key": uuid4().hex})
    ask = walk.ask
    if ask is None:
        return _page(request, "complete", context)
    return _page(
        request, "question", context | {"ask": ask, "yes": walk.query(yes=ask.key), "no": walk.query(no=ask.key)}
    )


@login_not_required
@require_GET
def come_back(request: HttpRequest, token: str, key: str, paper: str) -> HttpResponse:
    """What to bring next time."""
    ticket = _ticket(token)
    walk = _walk(request, ticket, key)
    requirement = next((row for row in walk.version.requirements.all() if row.kind.key == paper), None)
    if requirement is None:
        raise Http404
    return _page(request, "come_back", {"ticket": ticket, "missing": requirement, "procedure": walk.version.procedure})


def _decide(request: HttpRequest, ticket: Ticket, walk: Walk) -> HttpResponse:
    requirement = walk.paper(request.POST.get("paper", ""))
    if requirement is None:
        raise Http404
    choice, at = request.POST.get("choice", ""), clock.now()
    count_trip(
        centre=ticket.centre,
        requirement=requirement,
        choice=choice,
        asked_at=AskedAt.PHONE,
        client_key=request.POST.get("client_key", ""),
        at=at,
    )
    where = {"token": ticket.token, "key": walk.version.procedure.key}
    if choice == TripChoice.BACK:
        if ticket.state == TicketState.WAITING:
            cancel(ticket=ticket, reason=pick(requirement.kind.name)[:100], at=at)
        return redirect(reverse("applications:check_come_back", kwargs={**where, "paper": requirement.kind.key}))
    return redirect(reverse("applications:check_question", kwargs=where) + walk.query(past=requirement.kind.key))


def _ticket(token: str) -> Ticket:
    return get_object_or_404(Ticket.objects.select_related("centre", "service"), token=token)


def _walk(request: HttpRequest, ticket: Ticket, key: str) -> Walk:
    walk = Walk.of(ticket.service, key, request.GET, clock.today())
    if walk is None:
        raise Http404
    return walk


def _page(request: HttpRequest, name: str, context: dict[str, object]) -> HttpResponse:
    response = render(request, f"applications/track/check_{name}.html", context)
    # As on the visit's own page: the address is a key.
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
