"""What whoever holds the slip can do about their place: leave for a while, come back, give it back, ask why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from applications.views.citizen import address_again, carried
from centres.actions.cancel import cancel
from centres.actions.hold import come_back, hold
from centres.actions.return_missed import return_missed
from centres.enums import TicketState
from centres.labels import find_by_label
from centres.models import Ticket
from centres.why import why
from portal import clock, ratelimit
from portal.errors import RuleBroken

# Questions from one slip; each costs a few statements.
QUESTIONS, QUESTION_SECONDS = 30, 10 * 60
# Times one slip may leave; coming back is never refused. Every page of the hall is drawn anew for each.
LEAVES, LEAVE_SECONDS = 10, 60 * 60

_WHERE_IT_STANDS = {
    TicketState.WAITING: _(
        "Your number %(label)s is in the line. Nothing needs to be done: please wait for your turn."
    ),
    TicketState.CALLED: _("Your number %(label)s has just been called. Please go to the counter that the board shows."),
    TicketState.SERVING: _("Your number %(label)s is at a counter now. Please ask the officer there."),
    TicketState.PARKED: _("The place of your number %(label)s is being kept already."),
    TicketState.NO_SHOW: _("Your number %(label)s was called and nobody came. If you are here, say so on its page."),
    TicketState.DONE: _("Your visit with number %(label)s has ended. If you still need something, take a new number."),
    TicketState.LEFT: _(
        "Your number %(label)s was given back and is not called any more. If you still need something, take a new number."
    ),
}


@login_not_required
@require_POST
def hold_place(request: HttpRequest, token: str) -> HttpResponse:
    """Let me go later: the place is kept for so many minutes."""
    minutes = request.POST.get("minutes", "")
    away = timedelta(minutes=int(minutes) if minutes.isdecimal() and len(minutes) < 4 else 0)

    def leave(ticket: Ticket, at: datetime) -> None:
        ratelimit.count("leave", token, limit=LEAVES, seconds=LEAVE_SECONDS)
        hold(ticket=ticket, back_by=at + away, at=at)

    return _do(request, token, leave)


@login_not_required
@require_POST
def back_again(request: HttpRequest, token: str) -> HttpResponse:
    return _do(request, token, lambda ticket, at: come_back(ticket=ticket, at=at))


@login_not_required
@require_POST
def here_after_all(request: HttpRequest, token: str) -> HttpResponse:
    return _do(request, token, lambda ticket, at: return_missed(ticket=ticket, at=at))


@login_not_required
@require_POST
def give_back(request: HttpRequest, token: str) -> HttpResponse:
    return _do(request, token, lambda ticket, at: cancel(ticket=ticket, at=at))


@login_not_required
@require_GET
def ask_why(request: HttpRequest, token: str) -> HttpResponse:
    """Why was another number called before mine? From the record, naming nobody."""
    ticket = get_object_or_404(Ticket.objects.select_related("service", "centre"), token=token)
    asked = request.GET.get("number", "")
    context: dict[str, Any] = {"ticket": ticket, "token": token, "asked": asked}
    context |= {"address": address_again(request, token), "carried": carried(request)}
    status = 200
    if asked:
        ratelimit.count("why", token, limit=QUESTIONS, seconds=QUESTION_SECONDS)
        try:
            context["answer"] = why(find_by_label(asked, ticket.centre_id, ticket.day), ticket)
        except RuleBroken as problem:
            context["problem"], status = problem, problem.status
    response = render(request, "applications/track/why.html", context, status=status)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response


def _do(request: HttpRequest, token: str, move: Callable[[Ticket, Any], object]) -> HttpResponse:
    """The move, and the page again; a refusal is said on a page of its own that leads back."""
    ticket = Ticket.objects.select_related("service", "centre").filter(token=token).first()
    if ticket is None:
        raise Http404
    try:
        move(ticket, clock.now())
    except RuleBroken as problem:
        context = {"problem": _for_the_citizen(problem, ticket), "address": address_again(request, token)}
        return render(request, "applications/track/refused.html", context, status=problem.status)
    return redirect(address_again(request, token))


def _for_the_citizen(problem: RuleBroken, ticket: Ticket) -> object:
    """The refusal as it is said to whoever holds the slip: the rule's own sentence about a state speaks to staff."""
    words = _WHERE_IT_STANDS.get(problem.details.get("state", "")) if problem.code == "wrong_state" else None
    return words % {"label": ticket.label} if words else problem
