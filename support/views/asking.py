"""Asking for somebody in the hall: one touch at the kiosk, on the phone page, beside a seat, at the counter."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from centres.device_access import Seat, device_required
from centres.enums import DeviceKind
from centres.models import Centre, Counter, Ticket
from citizens.models import User
from portal import clock, live, ratelimit
from portal.errors import RuleBroken
from support import asking
from support.actions.ask_for_help import ask_for_help, say_more, take_back
from support.actions.go_to_help import arrive
from support.asking import Place
from support.help_history import place_topic
from support.helpers import first_name
from support.models import AssistanceRequest, HelpPoint

# A touch on an open request costs none of these; a code can be photographed and touched from elsewhere.
ASKS, ASKS_KIOSK, ASK_SECONDS = 5, 20, 600
# Whoever asked at a kiosk stands there and waits.
IDLE_SECONDS = 180


@require_http_methods(["GET", "POST"])
@device_required(DeviceKind.KIOSK)
def kiosk(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Who stands at the kiosk."""
    centre = get_object_or_404(Centre, pk=seat.centre_id)
    return _answer(request, asking.at_kiosk(seat, centre), reverse("support:kiosk_help"), limit=ASKS_KIOSK)


@login_not_required
@require_http_methods(["GET", "POST"])
def ticket(request: HttpRequest, token: str) -> HttpResponse:
    """Who holds a number."""
    found = get_object_or_404(Ticket.objects.select_related("centre"), token=token)
    return _answer(request, asking.of_ticket(found), reverse("support:ticket_help", args=[token]))


@login_not_required
@require_http_methods(["GET", "POST"])
def point(request: HttpRequest, token: str) -> HttpResponse:
    """Who sits beside a code."""
    found = get_object_or_404(HelpPoint.objects.select_related("centre"), token=token, retired_at__isnull=True)
    return _answer(request, asking.at_point(found), reverse("support:point", args=[token]))


@require_http_methods(["GET", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    """An officer, for the person before them: the button in the bar, or who comes."""
    user = cast(User, request.user)
    counter = Counter.objects.select_related("centre").filter(officer=user).first()
    if counter is None:
        raise Http404
    if request.method == "POST":
        _act(request, asking.at_counter(counter), ASKS_KIOSK, user)
        return redirect("applications:desk")

    def part() -> HttpResponse:
        asked = asking.at_counter(counter).open_request
        return render(request, "support/parts/desk_help.html", {"asked": asked, **_who(asked)})

    return live.answer(request, [place_topic(f"counter:{counter.pk}")], part, vary=str(counter.pk))


def _answer(request: HttpRequest, place: Place, address: str, limit: int = ASKS) -> HttpResponse:
    """The page of this place; a touch changes it and comes back to it."""
    if request.method == "POST":
        try:
            _act(request, place, limit, None)
        except RuleBroken as problem:
            return _page(request, place, address, problem)
        return redirect(address)
    if request.headers.get("X-Part"):
        return live.answer(request, [place_topic(place.key)], lambda: _part(request, place))
    return _page(request, place, address)


def _act(request: HttpRequest, place: Place, limit: int, user: User | None) -> None:
    """One touch. What was on the page when it was touched is named, so that it changes no later request."""
    at, asked = clock.now(), place.open_request
    do = request.POST.get("do", "ask")
    if do == "ask":
        if asked is None:
            ratelimit.count("help", place.key, limit=limit, seconds=ASK_SECONDS)
            ask_for_help(place=place, language=get_language() or settings.LANGUAGE_CODE, at=at, acting_user=user)
        return
    if asked is None or request.POST.get("request", "") != str(asked.pk):
        return
    if do == "cancel":
        take_back(request=asked, at=at, acting_user=user)
    elif do == "here":
        arrive(request=asked, at=at, acting_user=None)
    elif do in ("old", "alone"):
        say_more(request=asked, is_old=do == "old", is_alone=do == "alone", at=at)


def _page(request: HttpRequest, place: Place, address: str, problem: RuleBroken | None = None) -> HttpResponse:
    in_hall = place.source == asking.HelpSource.KIOSK
    context = {**_shown(place), "address": address, "problem": problem, "by_video": settings.VIDEO_CALLS}
    if in_hall:
        context |= {"idle_url": reverse("centres:kiosk_again"), "idle_seconds": IDLE_SECONDS}
    name = "support/public/help_hall.html" if in_hall else "support/public/help.html"
    response = render(request, name, context, status=problem.status if problem else 200)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _part(request: HttpRequest, place: Place) -> HttpResponse:
    return render(request, "support/public/help_state.html", _shown(place))


def _shown(place: Place) -> dict[str, object]:
    asked = place.open_request
    return {"place": place, "centre": place.centre, "asked": asked, **_who(asked)}


def _who(asked: AssistanceRequest | None) -> dict[str, object]:
    return {"who": first_name(asked.helper) if asked is not None and asked.helper is not None else ""}
