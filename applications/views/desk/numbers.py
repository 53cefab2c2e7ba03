"""Keys about one given number: call it out of turn, change its class, bring a missed one back, hold a place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from applications import desk
from applications.views.desk.page import at_counter, back
from centres.actions.call_number import call_number
from centres.actions.change_priority import change_priority
from centres.actions.hold import hold
from centres.actions.return_missed import return_missed
from centres.labels import find_by_label
from centres.models import Counter, Ticket
from citizens.session import signed_in
from portal import clock
from portal.errors import NotAllowed, RuleBroken

View = Callable[[HttpRequest], HttpResponse]


def said_in(dialog: str, template: str) -> Callable[[View], View]:
    """What is refused is said in the dialog that sent it, which stays with what was typed."""

    def around(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest) -> HttpResponse:
            try:
                return view(request)
            except NotAllowed:
                raise
            except RuleBroken as problem:
                if not request.headers.get("HX-Request"):
                    raise
                context = {"problem": problem, "typed": request.POST, "grounds": desk.GROUNDS}
                part = render(request, f"applications/desk/parts/{template}.html", context, status=problem.status)
                part["HX-Retarget"], part["HX-Reswap"] = f"#{dialog}", "innerHTML"
                part["X-Problem"] = problem.code
                return part

        return answer

    return around


@require_POST
@said_in("one-number", "call_one")
def call_one(request: HttpRequest) -> HttpResponse:
    """The number typed, with the reason that is asked for."""
    ticket = _typed(request)
    call_number(ticket=ticket, reason=request.POST.get("reason", ""), at=clock.now(), acting_user=signed_in(request))
    return back()


@require_POST
@said_in("priority", "give_class")
def give_class(request: HttpRequest) -> HttpResponse:
    """Somebody who waits goes first, or not: what was seen."""
    change_priority(
        ticket=_typed(request),
        ground=request.POST.get("ground", ""),
        reason=request.POST.get("reason", ""),
        at=clock.now(),
        acting_user=signed_in(request),
    )
    return back()


@require_POST
@said_in("missed", "missed_back")
def missed_back(request: HttpRequest) -> HttpResponse:
    return_missed(ticket=_typed(request), at=clock.now(), acting_user=signed_in(request))
    return back()


@require_POST
def hold_place(request: HttpRequest) -> HttpResponse:
    """The person at the counter leaves for a while; the place is held for so many minutes."""
    at = clock.now()
    minutes = request.POST.get("minutes", "")
    back_by = at + timedelta(minutes=int(minutes) if minutes.isdecimal() and len(minutes) < 4 else 0)
    hold(ticket=at_counter(request), back_by=back_by, at=at, acting_user=signed_in(request))
    return back()


def _typed(request: HttpRequest) -> Ticket:
    counter = get_object_or_404(Counter, officer=signed_in(request))
    return find_by_label(request.POST.get("number", ""), counter.centre_id, clock.today())
