"""Appointments at the kiosk: coming with one, and taking one when the day is full."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from centres import booking
from centres.actions.book import book
from centres.actions.check_in import check_in, earlier_than_booked
from centres.actions.draw import refuse_when_full
from centres.device_access import Seat, device_required
from centres.enums import SEEN_GROUNDS, DeviceKind
from centres.forms_book import CodeForm, KioskPhoneForm
from centres.models import Appointment, Service
from centres.models.ticket import TOKEN_LENGTH
from centres.qr import qr_picture
from centres.views import kiosk_visit
from portal import clock, ratelimit
from portal.errors import RuleBroken

TRIES, TRY_SECONDS = 60, 10 * 60
IDLE_SECONDS = 60
# A scanner types the address of the appointment's page; a keyboard in Vietnamese may change its slashes and colons.
# As few signs as will do between the words: a token may itself begin or end with a hyphen.
_TOKEN = re.compile(rf"book\W+?b\W+?([A-Za-z0-9_-]{{{TOKEN_LENGTH}}})")
_CODE = re.compile(r"\d{6}", re.ASCII)

kiosk_only = device_required(DeviceKind.KIOSK)


@require_http_methods(["GET", "POST"])
@kiosk_only
def booked(request: HttpRequest, seat: Seat) -> HttpResponse:
    """I have an appointment: scan or type it; on time, the number comes at once, by the higher of the two grounds."""
    form = CodeForm(request.POST or None)
    asked: dict[str, Any] = {"form": form, "grounds": earlier_than_booked(seat.centre_id, clock.today())}
    if request.method == "GET":
        return _page(request, "centres/kiosk/booked.html", seat, **asked)
    if not form.is_valid():
        return _page(request, "centres/kiosk/booked.html", seat, 400, **asked)
    try:
        ratelimit.count("kiosk-code", str(seat.device_id), limit=TRIES, seconds=TRY_SECONDS)
        appointment = _find(form.cleaned_data["code"], seat)
    except RuleBroken as problem:
        form.add_error("code", str(problem))
        return _page(request, "centres/kiosk/booked.html", seat, problem.status, **asked)
    try:
        said = request.POST.get("ground", "")
        ticket = check_in(appointment=appointment, ground=said, device=seat.device, at=clock.now())
    except RuleBroken as problem:
        return _not_now(request, seat, appointment, problem)
    return kiosk_visit.to_slip(ticket)


@require_POST
@kiosk_only
def ordinary(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Early or late, and an ordinary number all the same; who goes first by law still does."""
    appointment = get_object_or_404(
        Appointment.objects.select_related("centre", "service__centre"),
        token=request.POST.get("token", ""),
        centre=seat.centre_id,
    )
    try:
        ticket = check_in(
            appointment=appointment,
            ordinary=True,
            ground=request.POST.get("ground", ""),
            device=seat.device,
            at=clock.now(),
        )
    except RuleBroken as problem:
        if problem.code == "day_is_full":
            return full_page(request, seat, appointment.service, problem)
        return _not_now(request, seat, appointment, problem)
    return kiosk_visit.to_slip(ticket)


@require_POST
@kiosk_only
def book_instead(request: HttpRequest, seat: Seat, letter: str) -> HttpResponse:
    """The next free time for this service, with no more than a phone number."""
    service = get_object_or_404(Service.objects.select_related("centre"), centre=seat.centre_id, letter=letter)
    form = KioskPhoneForm(request.POST)
    at = clock.now()
    if form.is_valid():
        try:
            slot = _same_slot(request.POST.get("client_key", "")) or booking.next_free(service, at)
            if slot is None:
                raise RuleBroken(
                    _("Nothing is free in the coming days. Please ask a member of staff."), code="nothing_free"
                )
            made = book(
                service=service,
                starts_at=slot.starts_at,
                device=seat.device,
                language=get_language() or settings.LANGUAGE_CODE,
                at=at,
                **form.cleaned_data,
            )
            return redirect("centres:kiosk_appointment", token=made.token)
        except RuleBroken as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    return full_page(request, seat, service, None, form)


@require_GET
@kiosk_only
def shown(request: HttpRequest, seat: Seat, token: str) -> HttpResponse:
    """The appointment that was just made here, for the phone and on paper."""
    appointment = get_object_or_404(
        Appointment.objects.select_related("centre", "service"),
        token=token,
        centre=seat.centre_id,
        device=seat.device_id,
    )
    address = settings.PUBLIC_URL + reverse("centres:book_mine", args=[token])
    return _page(request, "centres/kiosk/appointment.html", seat, appointment=appointment, qr=qr_picture(address))


def page_when_full(request: HttpRequest, seat: Seat, service: Service) -> HttpResponse | None:
    """Said before the first question, not after the last."""
    try:
        refuse_when_full(service, clock.now())
    except RuleBroken as full:
        return full_page(request, seat, service, full)
    return None


def full_page(
    request: HttpRequest, seat: Seat, service: Service, problem: RuleBroken | None, form: KioskPhoneForm | None = None
) -> HttpResponse:
    """No more numbers for this service today: why, and an appointment instead, here or on the phone."""
    address = settings.PUBLIC_URL + reverse("centres:book_matter", args=[service.centre.code, service.letter])
    return _page(
        request,
        "centres/kiosk/full.html",
        seat,
        200 if request.method == "GET" else problem.status if problem else 400,
        service=service,
        problem=problem,
        slot=booking.next_free(service, clock.now()),
        qr=qr_picture(address),
        form=form or KioskPhoneForm(initial={"client_key": uuid4().hex}),
    )


def _same_slot(client_key: str) -> Appointment | None:
    """The time that this very form has booked already, so that a second tap asks for the same one."""
    return Appointment.objects.filter(client_key=client_key).first() if client_key else None


def _find(text: str, seat: Seat) -> Appointment:
    """The appointment that was scanned or typed. Raises ``RuleBroken`` (``no_such_appointment``)."""
    rows = Appointment.objects.select_related("centre", "service__centre", "moved_to")
    text = text.strip()
    found = None
    if scanned := _TOKEN.search(text):
        found = rows.filter(token=scanned[1]).first()
    elif _CODE.fullmatch(digits := re.sub(r"\s", "", text)):
        found = rows.filter(centre=seat.centre_id, code=digits, day__gte=clock.today()).order_by("day").first()
    while found is not None and hasattr(found, "moved_to"):
        found = rows.get(pk=found.moved_to.pk)
    if found is None:
        raise RuleBroken(
            _("No appointment with this code was found here. Check the digits, or take a number."),
            code="no_such_appointment",
        )
    return found


def _not_now(request: HttpRequest, seat: Seat, appointment: Appointment, problem: RuleBroken) -> HttpResponse:
    """Why no number came, and what can be done here instead."""
    return _page(
        request,
        "centres/kiosk/not_on_time.html",
        seat,
        problem.status,
        appointment=appointment,
        problem=problem,
        may_take=problem.code in ("too_early", "too_late"),
        grounds=SEEN_GROUNDS,
    )


def _page(request: HttpRequest, template: str, seat: Seat, status: int = 200, **context: object) -> HttpResponse:
    shared = {"idle_url": reverse("centres:kiosk_again"), "idle_seconds": IDLE_SECONDS}
    centre = seat.device.centre
    return render(request, template, {"centre": centre, **shared, **context}, status=status)
