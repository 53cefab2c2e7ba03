"""The page of one appointment: when and where, what to bring, the way to move or cancel it, and coming in by phone."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from centres import booking, hours, ics
from centres.actions.cancel_appointment import cancel_appointment
from centres.actions.check_in import check_in, earlier_than_booked, not_on_time
from centres.actions.move_appointment import move_appointment
from centres.booking_access import count_try
from centres.enums import SEEN_GROUNDS, AppointmentState
from centres.models import Appointment, CalendarDay
from centres.qr import qr_picture
from centres.views.book import day_in, moment_in, parts_of_day
from portal import clock
from portal.errors import RuleBroken
from portal.text import pick
from procedures.catalogue_cache import version_in_force
from procedures.enums import CopyForm
from procedures.models import Requirement


@login_not_required
@require_GET
def mine(request: HttpRequest, token: str) -> HttpResponse:
    """Where this appointment stands. One that was moved leads to the one it became."""
    appointment = appointment_or_404(token)
    if appointment.state == AppointmentState.MOVED and hasattr(appointment, "moved_to"):
        return redirect("centres:book_mine", token=appointment.moved_to.token)
    return _page(request, appointment)


@login_not_required
@require_GET
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The appointment as a file that a phone's calendar opens."""
    appointment = appointment_or_404(token)
    url = settings.PUBLIC_URL + reverse("centres:book_mine", args=[token])
    centre = appointment.centre
    made = ics.calendar_file(
        uid=f"appointment-{appointment.pk}@{request.get_host().partition(':')[0]}",
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        made_at=appointment.created_at,
        summary=f"{pick(appointment.service.title)} – {pick(centre.short_name)}",
        place=", ".join(filter(None, [pick(centre.name), centre.address])),
        text=_("Code %(code)s. What to bring, move or cancel: %(url)s") % {"code": appointment.code, "url": url},
        url=url,
    )
    answer = HttpResponse(made, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="lich-hen.ics"'
    return _private(answer)


@login_not_required
@require_POST
def check_in_here(request: HttpRequest, token: str) -> HttpResponse:
    """Take the number on the phone, by the higher of the two grounds as at the kiosk; early or late, an ordinary one if
    that is asked for."""
    appointment = appointment_or_404(token)
    try:
        ticket = check_in(
            appointment=appointment,
            ordinary="ordinary" in request.POST,
            ground=request.POST.get("ground", ""),
            at=clock.now(),
        )
    except RuleBroken as problem:
        return _refused(request, reverse("centres:book_mine", args=[token]), problem)
    return redirect("applications:ticket", token=ticket.token)


@login_not_required
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Asked once more, then cancelled."""
    appointment = appointment_or_404(token)
    if request.method == "POST":
        try:
            cancel_appointment(appointment=appointment, at=clock.now())
        except RuleBroken as problem:
            return _refused(request, reverse("centres:book_mine", args=[token]), problem)
        return redirect("centres:book_mine", token=token)
    if appointment.state != AppointmentState.BOOKED:
        return redirect("centres:book_mine", token=token)
    return _private(render(request, "centres/book/cancel.html", {"appointment": appointment}))


@login_not_required
@require_GET
def move_day(request: HttpRequest, token: str) -> HttpResponse:
    """To which day?"""
    appointment = appointment_or_404(token)
    if appointment.state != AppointmentState.BOOKED:
        return redirect("centres:book_mine", token=token)
    offers = booking.offers(appointment.service, clock.now())
    return _private(render(request, "centres/book/move_day.html", {"appointment": appointment, "offers": offers}))


@login_not_required
@require_http_methods(["GET", "POST"])
def move_slot(request: HttpRequest, token: str, day: str) -> HttpResponse:
    """To which time? The button moves it."""
    appointment = appointment_or_404(token)
    if request.method == "POST":
        try:
            count_try(request, appointment.phone or token)
            made = move_appointment(
                appointment=appointment,
                starts_at=moment_in(day, request.POST.get("hour", "")),
                client_key=request.POST.get("client_key", ""),
                at=clock.now(),
            )
        except RuleBroken as problem:
            page = reverse("centres:book_mine", args=[token]) if problem.code == "wrong_state" else request.path
            return _refused(request, page, problem)
        return redirect("centres:book_mine", token=made.token)
    if appointment.state != AppointmentState.BOOKED:
        return redirect("centres:book_mine", token=token)
    offer = booking.offer_on(appointment.service, day_in(day), clock.now())
    context = {
        "appointment": appointment,
        "offer": offer,
        "parts": parts_of_day(offer) if offer else [],
        "client_key": uuid4().hex,
    }
    return _private(render(request, "centres/book/move_slot.html", context))


def _refused(request: HttpRequest, page: str, problem: RuleBroken) -> HttpResponse:
    """On to this page, which says why not. One that was older than the appointment's state leads to how it stands now: what
    is true of the appointment it showed may not be of the one that this became."""
    if problem.code == "wrong_state":
        messages.warning(
            request, _("That page was out of date, so nothing was changed. This is how the appointment stands now.")
        )
    else:
        messages.error(request, str(problem))
    return redirect(page)


def appointment_or_404(token: str) -> Appointment:
    found = (
        Appointment.objects.filter(token=token)
        .select_related("centre", "service__centre", "procedure", "ticket", "moved_to")
        .first()
    )
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    at = clock.now()
    is_open = appointment.state == AppointmentState.BOOKED
    closed = is_open and not booking.stands(appointment, hours.hours_on(appointment.centre, appointment.day))
    on_time = is_open and appointment.on_time_from <= at <= appointment.on_time_until
    exception = CalendarDay.objects.filter(centre=appointment.centre, day=appointment.day).first() if closed else None
    address = settings.PUBLIC_URL + reverse("centres:book_mine", args=[appointment.token])
    context = {
        "appointment": appointment,
        "is_open": is_open,
        "closed": closed,
        "why_closed": exception.reason if exception else "",
        "on_time": on_time,
        "not_on_time": _why_not_now(request, appointment, at) if is_open and not on_time else None,
        "is_today": appointment.day == clock.local_day(at),
        "grounds": earlier_than_booked(appointment.centre_id, appointment.day) if on_time else SEEN_GROUNDS,
        "papers": papers_to_bring(appointment),
        "qr": qr_picture(address),
    }
    return _private(render(request, "centres/book/mine.html", context))


def _why_not_now(request: HttpRequest, appointment: Appointment, at: datetime) -> RuleBroken | None:
    """What the page says to whoever is early or late, unless a refused button says it already."""
    reason = not_on_time(appointment, at)
    is_said = str(reason) in [str(message) for message in messages.get_messages(request)]
    return None if is_said else reason


def papers_to_bring(appointment: Appointment) -> dict[str, list[Requirement]]:
    """The papers of the procedure: what everybody brings, and what only some need; nothing when none was chosen."""
    version = version_in_force(appointment.procedure_id, appointment.day) if appointment.procedure_id else None
    rows = [row for row in version.requirements.all() if row.form_of_copy != CopyForm.LOOKED_UP] if version else []
    return {
        "always": [row for row in rows if row.condition is None],
        "perhaps": [row for row in rows if row.condition is not None],
    }


def _private(response: HttpResponse) -> HttpResponse:
    """The address is the key to the page: it is kept nowhere, indexed by nobody and told to no other site."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response
