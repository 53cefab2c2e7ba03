"""The citizen's screen at a counter: what is about to be printed, to be checked and answered by touch."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from applications import desk
from applications.actions.second_screen import say_right, say_wrong, show_to_citizen, take_from_screen
from applications.paying import visit_at
from applications.second_screen import (
    Screen,
    current,
    is_silent,
    note_seen,
    screen_of,
    screens_at,
    second_of,
    topics_of,
)
from applications.views.desk.matter import mine
from applications.views.desk.page import back
from centres.device_access import Seat, device_required
from centres.enums import DeviceKind
from centres.models import Centre, Counter
from citizens.session import signed_in
from portal import clock, live, shared
from portal.errors import RuleBroken

screen_only = device_required(DeviceKind.SCREEN)
TOPICS_SECONDS = 120
# Somebody else's dossier may come onto the screen while it is drawn.
TRIES = 3


@never_cache
@require_GET
@screen_only
def screen(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The whole page, for the start and where no script runs."""
    return _page(request, seat)


def _page(request: HttpRequest, seat: Seat, problem: RuleBroken | None = None) -> HttpResponse:
    note_seen(seat.device_id, clock.now())
    found = _screen(seat)
    context = {"centre": get_object_or_404(Centre, pk=seat.centre_id), "screen": found, "problem": problem}
    with translation.override(found.language if found else "vi"):
        return render(request, "applications/screen/screen.html", context, status=problem.status if problem else 200)


@require_GET
@screen_only
def part(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What it shows, asked for every two seconds; unchanged, it asks no database. That it asked is noted."""
    note_seen(seat.device_id, clock.now())
    place = f"screen-topics:{seat.counter_id}"
    topics: list[str] = shared.recall(place) or topics_of(seat.counter_id or 0, seat.centre_id)
    for _try in range(TRIES):
        made: list[Screen | None] = []

        def render_part(made: list[Screen | None] = made) -> HttpResponse:
            found = _screen(seat)
            made.append(found)
            return _part(request, found)

        answer = live.answer(request, topics, render_part, own=[f"device:{seat.device_id}"], vary=str(seat.counter_id))
        present = _topics(seat, made[0]) if made else topics
        if present == topics:
            break
        topics = present
        shared.keep(place, topics, TOPICS_SECONDS)
    return answer


@require_POST
@screen_only
def answer(request: HttpRequest, seat: Seat) -> HttpResponse:
    """All right, or this line is wrong; what was changed at the counter meanwhile is shown again instead."""
    counter = get_object_or_404(Counter, pk=seat.counter_id)
    at, digest, line = clock.now(), request.POST.get("digest", ""), request.POST.get("line", "")
    found = _screen(seat)
    problem: RuleBroken | None = None
    with translation.override(found.language if found else "vi"):
        try:
            if line:
                say_wrong(counter=counter, key=line, digest=digest, at=at)
            else:
                say_right(counter=counter, digest=digest, at=at)
        except RuleBroken as refused:
            problem = refused
    if request.headers.get("HX-Request"):
        return _part(request, _screen(seat), problem)
    return redirect("applications:screen") if problem is None else _page(request, seat, problem)


def _screen(seat: Seat) -> Screen | None:
    """What the screen shows; nothing for one whose counter is gone. The words are in the language of its person."""
    counter = Counter.objects.filter(pk=seat.counter_id).first() if seat.counter_id else None
    if counter is None:
        return None
    showing = current(counter)
    visit = showing.ticket if showing else visit_at(counter, clock.now())
    with translation.override(visit.language if visit else "vi"):
        return screen_of(counter, clock.now())


def _topics(seat: Seat, found: Screen | None) -> list[str]:
    shown = [found.to_check.showing.application_id] if found and found.to_check else []
    paid = [row.dossier.pk for row in found.paying] if found else []
    return topics_of(seat.counter_id or 0, seat.centre_id, [*shown, *paid])


def _part(request: HttpRequest, found: Screen | None, problem: RuleBroken | None = None) -> HttpResponse:
    with translation.override(found.language if found else "vi"):
        return render(request, "applications/screen/parts/screen.html", {"screen": found, "problem": problem})


# -- at the desk -------------------------------------------------------------------------------------------------------


@require_POST
def show(request: HttpRequest, application_id: int) -> HttpResponse:
    """Put the open matter on the citizen's screen, or take it away again."""
    draft = mine(request, application_id)
    if "away" in request.POST:
        counter = desk.counter_of(signed_in(request))
        if counter is not None:
            take_from_screen(counter=counter)
    else:
        show_to_citizen(application=draft, at=clock.now(), acting_user=signed_in(request))
    return back(draft.pk, view=request.POST.get("view", "")[:10])


@require_GET
def at_desk(request: HttpRequest, application_id: int) -> HttpResponse:
    """What the citizen says on the screen, beside the matter; asked for every two seconds."""
    draft = mine(request, application_id)
    counter = desk.counter_of(signed_in(request))
    devices = screens_at(counter) if counter else []
    silent = is_silent(devices, clock.now())
    counter_id = counter.pk if counter else 0

    def made() -> HttpResponse:
        context = {"second": second_of(counter, draft, clock.now()), "row": draft, "view": request.GET.get("view", "")}
        return render(request, "applications/desk/parts/second_screen.html", context)

    vary = f"{counter_id}-{draft.pk}-{silent}-{request.GET.get('view', '')[:10]}"
    return live.answer(request, [f"screen:{counter_id}", f"dossier:{draft.pk}"], made, vary=vary)
