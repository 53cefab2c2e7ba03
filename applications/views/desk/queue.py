"""Keys of the queue: next, again, aside, not here, pass on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from applications.actions.wait_for_copy import wait_for_copy
from applications.views.desk.page import at_counter, back, choose_counter, number_in
from centres.actions.call_next import call_next
from centres.actions.counters import close_counter, open_counter, pause_counter
from centres.actions.finish import finish
from centres.actions.miss import miss
from centres.actions.park import park
from centres.actions.recall import recall
from centres.actions.transfer import transfer
from centres.actions.unpark import unpark
from centres.models import Counter, Service, Ticket
from citizens.session import signed_in
from portal import clock
from portal.errors import RuleBroken


@require_POST
def call(request: HttpRequest) -> HttpResponse:
    call_next(at=clock.now(), acting_user=signed_in(request))
    return back()


@require_POST
def call_again(request: HttpRequest) -> HttpResponse:
    recall(ticket=at_counter(request), at=clock.now(), acting_user=signed_in(request))
    return back()


@require_POST
def set_aside(request: HttpRequest) -> HttpResponse:
    """With ``copy`` the person waits for what is being made here, and comes back by themselves."""
    reason = request.POST.get("reason", "")
    ticket = at_counter(request)
    if request.POST.get("copy"):
        reason = request.POST["copy"]
        wait_for_copy(ticket=ticket, reason=reason, at=clock.now(), acting_user=signed_in(request))
    else:
        park(ticket=ticket, reason=reason, at=clock.now(), acting_user=signed_in(request))
    return back()


@require_POST
def bring_back(request: HttpRequest, ticket_id: int) -> HttpResponse:
    ticket = get_object_or_404(Ticket.objects.visible_to(signed_in(request)), pk=ticket_id)
    unpark(ticket=ticket, at=clock.now(), acting_user=signed_in(request))
    return back()


@require_POST
def not_here(request: HttpRequest) -> HttpResponse:
    miss(ticket=at_counter(request), at=clock.now(), acting_user=signed_in(request))
    return back()


@require_POST
def pass_on(request: HttpRequest) -> HttpResponse:
    ticket = at_counter(request)
    counter = service = None
    if "counter" in request.POST:
        counter = get_object_or_404(Counter, pk=number_in(request.POST["counter"]), centre=ticket.centre_id)
    else:
        service = get_object_or_404(Service, pk=number_in(request.POST.get("service", "")), centre=ticket.centre_id)
    transfer(ticket=ticket, service=service, counter=counter, at=clock.now(), acting_user=signed_in(request))
    return back()


@require_POST
def end_visit(request: HttpRequest) -> HttpResponse:
    finish(ticket=at_counter(request), at=clock.now(), acting_user=signed_in(request))
    return back()


@require_POST
def sit_down(request: HttpRequest, counter_id: int) -> HttpResponse:
    counter = get_object_or_404(Counter.objects.select_related("centre"), pk=counter_id)
    try:
        open_counter(counter=counter, at=clock.now(), acting_user=signed_in(request))
    except RuleBroken as problem:
        if problem.code != "training_missing":
            raise
        return choose_counter(request, problem)
    return back()


@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    counter = get_object_or_404(Counter, officer=signed_in(request))
    pause_counter(
        counter=counter, reason=request.POST.get("reason", ""), at=clock.now(), acting_user=signed_in(request)
    )
    return back()


@require_POST
def leave_counter(request: HttpRequest) -> HttpResponse:
    counter = get_object_or_404(Counter, officer=signed_in(request))
    close_counter(counter=counter, at=clock.now(), acting_user=signed_in(request))
    return back()
