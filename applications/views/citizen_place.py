"""What whoever holds the slip can do about their place: leave for a while, come back, give it back, ask why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from centres.actions.cancel import cancel
from centres.actions.hold import come_back, hold
from centres.actions.return_missed import return_missed
from centres.labels import find_by_label
from centres.models import Ticket
from centres.why import why
from portal import clock, ratelimit
from portal.errors import RuleBroken

# Questions from one slip; each costs a few statements.
QUESTIONS, QUESTION_SECONDS = 30, 10 * 60
# Times one slip may leave; coming back is never refused. Every page of the hall is drawn anew for each.
LEAVES, LEAVE_SECONDS = 10, 60 * 60


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
        context = {"problem": problem, "token": token}
        return render(request, "applications/track/refused.html", context, status=problem.status)
    return redirect("applications:ticket", token=token)
