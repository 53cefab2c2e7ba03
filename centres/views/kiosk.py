"""The kiosk: what for, whether something lets the person go first, and the number."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from centres import hours
from centres.actions.draw import draw
from centres.actions.give_estimates import give_estimate
from centres.actions.reprint import reprint
from centres.ahead import people_ahead, with_coming
from centres.announce import waiting_by_service
from centres.device_access import Seat, device_required
from centres.enums import IN_HALL, SEEN_GROUNDS, DeviceKind, PriorityGround, TicketState
from centres.estimate.now import with_waits
from centres.estimate.words import Shown
from centres.line import qr_of
from centres.models import Centre, NextNotice, Service, Ticket
from centres.papers_first import procedures_of
from centres.views import kiosk_visit
from centres.views.kiosk_booking import full_page, page_when_full
from notifications.enums import Channel
from notifications.leaving import leaves_the_machine
from portal import clock, live
from portal.context import LARGE_PRINT_COOKIE
from portal.errors import RuleBroken

MOST_TILES = 6
SLIP_SECONDS = 20

kiosk_only = device_required(DeviceKind.KIOSK)


@require_GET
@kiosk_only
def start(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What brings you here? One tile a service."""
    centre = get_object_or_404(Centre, pk=seat.centre_id)
    at = clock.now()
    if not hours.gives_numbers(centre, at):
        closed = {"hours": hours.hours_on(centre, clock.local_day(at)), "opening": hours.next_opening(centre, at)}
        return render(request, "centres/kiosk/closed.html", {"centre": centre, **closed, **back_to_start()})
    return render(request, "centres/kiosk/start.html", {"centre": centre, "services": _tiles(centre)})


@require_GET
@kiosk_only
def tiles(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The tiles again, when the number of people waiting has changed."""

    def page() -> HttpResponse:
        services = _tiles(get_object_or_404(Centre, pk=seat.centre_id))
        return render(request, "centres/kiosk/parts/tiles.html", {"services": services})

    return live.answer(request, [f"queue:{seat.centre_id}", f"waits:{seat.centre_id}"], page)


@require_GET
@kiosk_only
def again(request: HttpRequest, seat: Seat) -> HttpResponse:
    """For the next person: Vietnamese and normal print again."""
    response = redirect("centres:kiosk")
    response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
    response.delete_cookie(LARGE_PRINT_COOKIE)
    kiosk_visit.end(response)
    return response


@require_GET
@kiosk_only
def ground(request: HttpRequest, seat: Seat, letter: str) -> HttpResponse:
    """Is one of these true? The answer draws the number."""
    service = get_object_or_404(services_of(seat), letter=letter)
    if full := page_when_full(request, seat, service):
        return full
    grounds = SEEN_GROUNDS
    asked = procedures_of(service, clock.today())
    context = {
        "service": service,
        "centre": service.centre,
        "grounds": grounds,
        "client_key": uuid4().hex,
        "back": reverse("centres:kiosk_which", args=[letter]) if asked else reverse("centres:kiosk"),
    }
    return render(request, "centres/kiosk/ground.html", context | back_to_start())


@require_POST
@kiosk_only
def take(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Draw the number; the same key gives the same one."""
    service = get_object_or_404(services_of(seat), letter=request.POST.get("service", ""))
    try:
        ticket = draw(
            service=service,
            client_key=request.POST.get("client_key", ""),
            ground=_ground_seen(request.POST.get("ground", "")),
            device=seat.device,
            language=get_language() or settings.LANGUAGE_CODE,
            at=clock.now(),
        )
    except RuleBroken as refused:
        if refused.code == "day_is_full":
            return full_page(request, seat, service, refused)
        context = {"problem": refused, "centre": service.centre, **back_to_start()}
        return render(request, "centres/kiosk/problem.html", context, status=refused.status)
    # After the number is there: what a newcomer waits is known already, and kept as what this person was told.
    give_estimate(ticket=ticket, at=ticket.issued_at)
    return kiosk_visit.to_slip(ticket)


@cache_control(private=True, no_store=True)  # the next person must not find it with the back key
@require_GET
@kiosk_only
def ticket(request: HttpRequest, seat: Seat, token: str) -> HttpResponse:
    """The slip: the number, where to wait, and the code to follow it on a phone."""
    tickets = Ticket.objects.select_related("centre", "service", "device")
    drawn = get_object_or_404(tickets, token=token, centre=seat.centre_id)
    if kiosk_visit.is_over(request, drawn):
        return redirect("centres:kiosk")
    context = {
        "ticket": drawn,
        "centre": drawn.centre,
        "is_over": drawn.day != clock.today() or drawn.state not in IN_HALL,
        "waits": drawn.day == clock.today() and drawn.state == TicketState.WAITING,
        "sms": NextNotice.objects.filter(ticket=drawn).exclude(phone="").first(),
        "has_sms": leaves_the_machine(Channel.SMS),
        "ahead": people_ahead(drawn, clock.now()),
        "expected": Shown.told(drawn),
        "prints_itself": drawn.device is not None and drawn.device.prints_itself,
        "qr": qr_of(drawn.token),
        "idle_url": reverse("centres:kiosk_again"),
        "idle_seconds": SLIP_SECONDS,
    }
    return render(request, "centres/kiosk/ticket.html", context)


@require_POST
@kiosk_only
def print_again(request: HttpRequest, seat: Seat, token: str) -> HttpResponse:
    """The same slip once more, counted."""
    drawn = get_object_or_404(Ticket, token=token, centre=seat.centre_id)
    if kiosk_visit.is_over(request, drawn):
        return redirect("centres:kiosk")
    reprint(ticket=drawn)
    return redirect("centres:kiosk_ticket", token=token)


def services_of(seat: Seat) -> QuerySet[Service]:
    """The services a kiosk may give numbers for."""
    return Service.objects.filter(centre=seat.centre_id).select_related("centre")


def _tiles(centre: Centre) -> list[Service]:
    at = clock.now()
    services = waiting_by_service(centre.pk, at)[:MOST_TILES]
    return with_coming(with_waits(services, centre.pk, at), centre, at)


def _ground_seen(answer: str) -> str:
    """What a person may say of themselves; a booking or a supplement is checked, not said."""
    return answer if answer not in PriorityGround.values or answer in ["", *SEEN_GROUNDS] else "not asked"


def back_to_start() -> dict[str, object]:
    """Context of a page that returns to the start when nobody is there."""
    return {"idle_url": reverse("centres:kiosk_again"), "idle_seconds": 60}
