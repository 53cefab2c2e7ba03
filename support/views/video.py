"""Video calls with the support team: asking, the list of support, and the ways into the room."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from centres.enums import Role
from centres.models import Centre, Counter, Ticket
from centres.permissions import centres_of, has_role
from citizens.models import User
from portal import clock, live, ratelimit
from portal.errors import RuleBroken
from support import asking, video
from support.actions import video_call
from support.asking import HelpSource, Place
from support.help_history import place_topic
from support.models import VideoCall
from support.permissions import may_read_dossiers, require_support

POLL_MS = 3000
ASKS, ASK_SECONDS = 5, 600
# What support reads of the calls that have ended.
LAST = 20


@login_not_required
@require_http_methods(["GET", "POST"])
def ticket(request: HttpRequest, token: str) -> HttpResponse:
    """Who holds a number, on the own phone."""
    found = get_object_or_404(Ticket.objects.select_related("centre"), token=token)
    place = asking.of_ticket(found)
    return _asker(request, place, reverse("support:ticket_video", args=[token]), None)


@login_not_required
@require_GET
@never_cache
def ticket_enter(request: HttpRequest, token: str) -> HttpResponse:
    """Into the room, from the phone."""
    found = get_object_or_404(Ticket, token=token)
    return _enter(video.running_at(asking.of_ticket(found)), None, reverse("support:ticket_video", args=[token]))


@require_http_methods(["GET", "POST"])
def staff(request: HttpRequest) -> HttpResponse:
    """An officer at a counter, or anybody else of the staff."""
    user = cast(User, request.user)
    return _asker(request, _place_of(user), reverse("support:video"), user)


@require_GET
@never_cache
def staff_enter(request: HttpRequest) -> HttpResponse:
    """Into the room that I asked for."""
    user = cast(User, request.user)
    return _enter(video.running_at(_place_of(user)), user, reverse("support:video"))


@never_cache
@require_GET
def calls(request: HttpRequest) -> HttpResponse:
    """Who waits, whom I talk with, and the last calls."""
    require_support(request.user)
    ended = video.answered_by(request.user).filter(ended_at__isnull=False).order_by("-asked_at", "-id")[:LAST]
    return render(request, "support/video_calls.html", {**_list(request), "ended": ended, "every": POLL_MS})


@require_GET
def part(request: HttpRequest) -> HttpResponse:
    """The same list, renewing itself."""
    require_support(request.user)
    minute = f"{clock.local(clock.now()):%H%M}"  # how long somebody has waited says so by itself
    vary = f"{request.user.pk}x{minute}"
    return live.answer(
        request, [video.TOPIC], lambda: render(request, "support/parts/video_calls.html", _list(request)), vary=vary
    )


@require_POST
def act(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """I talk with them, or it has ended."""
    call = get_object_or_404(video.answered_by(request.user), pk=pk)
    user, at = cast(User, request.user), clock.now()
    if key == "answer":
        video_call.answer(call=call, at=at, acting_user=user)
    elif key == "end":
        video_call.end(call=call, at=at, acting_user=user)
    else:
        raise Http404
    return redirect("support:video_calls")


@require_GET
@never_cache
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Into the room of a call that I answered."""
    call = get_object_or_404(video.answered_by(request.user), pk=pk)
    return _enter(call, cast(User, request.user), reverse("support:video_calls"))


def _asker(request: HttpRequest, place: Place, address: str, user: User | None) -> HttpResponse:
    """The page of whoever asks; a touch changes it and comes back to it."""
    problem = None
    if request.method == "POST":
        try:
            _ask_or_end(request, place, user)
        except RuleBroken as refused:
            problem = refused
        else:
            return redirect(address)
    if request.headers.get("X-Part"):
        topic = place_topic(f"video-{place.key}")
        return live.answer(request, [topic], lambda: _shown(request, place, address, user, part=True), vary=place.key)
    return _shown(request, place, address, user, problem=problem)


def _ask_or_end(request: HttpRequest, place: Place, user: User | None) -> None:
    at, call = clock.now(), video.running_at(place)
    if request.POST.get("do", "ask") == "ask":
        if call is None:
            ratelimit.count("video", place.key, limit=ASKS, seconds=ASK_SECONDS)
            video_call.ask(
                place=place,
                reference=request.POST.get("reference", "").strip().upper(),
                language=get_language() or settings.LANGUAGE_CODE,
                at=at,
                acting_user=user,
            )
    elif call is not None and request.POST.get("call") == str(call.pk):
        video_call.end(call=call, at=at, acting_user=user)


def _shown(
    request: HttpRequest,
    place: Place,
    address: str,
    user: User | None,
    *,
    part: bool = False,
    problem: RuleBroken | None = None,
) -> HttpResponse:
    call = video.running_at(place)
    name = "video_state" if part else "video_staff" if user else "video"
    context = {
        "call": call,
        "place": place,
        "centre": place.centre,
        "address": address,
        "entry": f"{address}enter/",
        "problem": problem,
        "is_offered": settings.VIDEO_CALLS,
        "may_enter": call is not None and video.may_enter(call, clock.now()),
    }
    response = render(request, f"support/public/{name}.html", context, status=problem.status if problem else 200)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _enter(call: VideoCall | None, user: User | None, back: str) -> HttpResponse:
    """To the meeting service, which learns nothing of where one comes from; back where the link does not open."""
    if call is None:
        return redirect(back)
    response = HttpResponseRedirect(video_call.enter(call=call, at=clock.now(), acting_user=user))
    response["Referrer-Policy"] = "no-referrer"
    return response


def _place_of(user: User) -> Place:
    counter = Counter.objects.select_related("centre").filter(officer=user).first()
    if counter is not None:
        return asking.at_counter(counter)
    if not has_role(user, Role):
        raise Http404
    allowed = centres_of(user, Role)
    centres = Centre.objects.filter(is_active=True)
    centre = centres.first() if allowed is None else centres.filter(pk__in=allowed).first()
    if centre is None:
        raise Http404
    return Place(HelpSource.DESK, centre, f"user:{user.pk}", str(user))


def _list(request: HttpRequest) -> dict[str, object]:
    at, rows = clock.now(), list(video.answered_by(request.user).filter(ended_at__isnull=True))
    for row in rows:
        row.may_read = bool(row.reference) and may_read_dossiers(request.user, row.centre_id)  # type: ignore[attr-defined]
    return {
        "waiting": [(row, int((at - row.asked_at).total_seconds() // 60)) for row in rows if row.is_waiting],
        "mine": [(row, video.may_enter(row, at)) for row in rows if row.answered_by_id == request.user.pk],
        "others": [row for row in rows if row.is_open and row.answered_by_id != request.user.pk],
    }
