"""Before the wait: which procedure, the few questions that decide, and what to do about a paper that is missing."""

from __future__ import annotations

from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from centres.actions.count_trip import count_trip
from centres.device_access import Seat
from centres.enums import AskedAt, TripChoice
from centres.models import Service
from centres.papers_first import Walk, can_be_certified_here, procedures_of
from centres.views.kiosk import MOST_TILES, back_to_start, kiosk_only, services_of
from centres.views.kiosk_booking import page_when_full
from portal import clock
from procedures.models import Procedure


@require_GET
@kiosk_only
def which(request: HttpRequest, seat: Seat, letter: str) -> HttpResponse:
    """What exactly? Left out where the service has one procedure, or where no paper is worth a question."""
    service = get_object_or_404(services_of(seat), letter=letter)
    if full := page_when_full(request, seat, service):
        return full
    procedures = procedures_of(service, clock.today())
    if not procedures:
        return redirect("centres:kiosk_ground", letter=letter)
    if len(procedures) == 1:
        return redirect("centres:kiosk_question", letter=letter, key=procedures[0].key)
    shown, following = _tiles_of(procedures, request.GET.get("page", ""))
    context = {"service": service, "centre": service.centre, "procedures": shown, "following": following}
    return render(request, "centres/kiosk/which.html", context | back_to_start())


@require_http_methods(["GET", "POST"])
@kiosk_only
def question(request: HttpRequest, seat: Seat, letter: str, key: str) -> HttpResponse:
    """One question a screen; the answers are links. A missing paper is decided about by POST, which counts it."""
    service, walk = _walk(request, seat, letter, key)
    if request.method == "POST":
        return _decide(request, service, walk)
    context = {
        "service": service,
        "centre": service.centre,
        "walk": walk,
        "back": _back(service, walk),
        **back_to_start(),
    }
    if walk.missing:
        more = {
            "missing": walk.missing,
            "can_certify": can_be_certified_here(walk.missing),
            "choices": TripChoice,
            "client_key": uuid4().hex,
        }
        return render(request, "centres/kiosk/missing.html", context | more)
    ask = walk.ask
    if ask is None:
        return redirect("centres:kiosk_ground", letter=letter)
    answers = {"ask": ask, "yes": walk.query(yes=ask.key), "no": walk.query(no=ask.key)}
    return render(request, "centres/kiosk/question.html", context | answers)


@require_GET
@kiosk_only
def come_back(request: HttpRequest, seat: Seat, letter: str, key: str, paper: str) -> HttpResponse:
    """Good-bye, with the name of the paper to bring."""
    service, walk = _walk(request, seat, letter, key)
    requirement = next((row for row in walk.version.requirements.all() if row.kind.key == paper), None)
    if requirement is None:
        raise Http404
    context = {
        "service": service,
        "centre": service.centre,
        "procedure": walk.version.procedure,
        "missing": requirement,
    }
    return render(request, "centres/kiosk/come_back.html", context | back_to_start())


def _tiles_of(procedures: list[Procedure], page: str) -> tuple[list[Procedure], int]:
    """At most six tiles: where there are more procedures, five and a sixth that leads to this page; 0 where all fit."""
    if len(procedures) <= MOST_TILES:
        return procedures, 0
    room = MOST_TILES - 1
    last = -(-len(procedures) // room)
    number = min(int(page), last) if page.isascii() and page.isdigit() else 1
    number = max(number, 1)
    return procedures[(number - 1) * room : number * room], number % last + 1


def _walk(request: HttpRequest, seat: Seat, letter: str, key: str) -> tuple[Service, Walk]:
    service = get_object_or_404(services_of(seat), letter=letter)
    walk = Walk.of(service, key, request.GET, clock.today())
    if walk is None:
        raise Http404
    return service, walk


def _decide(request: HttpRequest, service: Service, walk: Walk) -> HttpResponse:
    requirement = walk.paper(request.POST.get("paper", ""))
    if requirement is None:
        raise Http404
    choice = request.POST.get("choice", "")
    count_trip(
        centre=service.centre,
        requirement=requirement,
        choice=choice,
        asked_at=AskedAt.KIOSK,
        client_key=request.POST.get("client_key", ""),
        at=clock.now(),
    )
    where = {"letter": service.letter, "key": walk.version.procedure.key}
    if choice == TripChoice.BACK:
        return redirect(reverse("centres:kiosk_come_back", kwargs={**where, "paper": requirement.kind.key}))
    return redirect(reverse("centres:kiosk_question", kwargs=where) + walk.query(past=requirement.kind.key))


def _back(service: Service, walk: Walk) -> str:
    """The address of the step before: the question, or the tiles this procedure was chosen from."""
    procedure = walk.version.procedure
    if walk.back is not None:
        return reverse("centres:kiosk_question", kwargs={"letter": service.letter, "key": procedure.key}) + walk.back
    procedures = procedures_of(service, clock.today())
    if len(procedures) < 2:
        return reverse("centres:kiosk")
    number = _page_with(procedures, procedure)
    return reverse("centres:kiosk_which", args=[service.letter]) + (f"?page={number}" if number > 1 else "")


def _page_with(procedures: list[Procedure], procedure: Procedure) -> int:
    """The page of tiles on which this procedure stands."""
    if len(procedures) <= MOST_TILES:
        return 1
    return procedures.index(procedure) // (MOST_TILES - 1) + 1
