"""Appointments as the manager sees them, beside the walk-ins; and a number given although the day is full."""

from __future__ import annotations

from typing import cast
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from centres.actions.draw import draw
from centres.ahead import people_ahead
from centres.enums import AppointmentState, Role, TicketEventKind
from centres.forms_book import NumberForm
from centres.line import qr_of
from centres.models import Appointment, Centre, Service, Ticket
from centres.permissions import DESK, MANAGERS, centres_of, has_role
from centres.views.book import day_in
from centres.views.managed import centres_to_choose, managed_centre
from citizens.models import User
from portal import clock
from portal.errors import NotAllowed, RuleBroken

PAGE_SIZE = 30


@require_GET
def of_day(request: HttpRequest) -> HttpResponse:
    """The appointments of a day with what became of them, and how many came without. Nothing about persons."""
    centre = managed_centre(request)
    asked = request.GET.get("day", "")
    day = day_in(asked) if asked else clock.today()
    rows = Appointment.objects.filter(centre=centre, day=day).exclude(state=AppointmentState.MOVED)
    counts = rows.aggregate(
        **{state.value: Count("pk", filter=Q(state=state)) for state in AppointmentState if state != "moved"}
    )
    walk_ins = Ticket.objects.of_day(centre, day).filter(appointment__isnull=True).count()
    page = Paginator(rows.select_related("service", "ticket"), PAGE_SIZE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "centre": centre,
        "centres": centres_to_choose(request),
        "day": day,
        "page": page,
        "counts": counts,
        "walk_ins": walk_ins,
        "query": query.urlencode(),
    }
    return render(request, "centres/day/bookings.html", context)


@require_http_methods(["GET", "POST"])
def give_number(request: HttpRequest) -> HttpResponse:
    """An officer or a manager gives a number with a reason, also when no more are given at the kiosk; a helper gives one
    to whom the kiosk is too much, as the kiosk would."""
    user = cast(User, request.user)
    centre = _own_centre(user, request.GET.get("centre", ""))
    services = Service.objects.filter(centre=centre, is_open=True).select_related("centre")
    helps = not has_role(user, {*DESK, *MANAGERS}, centre.pk)
    form = NumberForm(request.POST or None, services=services, helps=helps, initial={"client_key": uuid4().hex})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            ticket = draw(**form.cleaned_data, at=clock.now(), acting_user=user)
        except RuleBroken as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
            status = problem.status
        else:
            messages.success(request, _("Number %(label)s was given.") % {"label": ticket.label})
            return redirect(f"{reverse('centres:day_number')}?centre={centre.pk}&given={ticket.pk}")
    elif request.method == "POST":
        status = 400
    given = _given(user, centre, request.GET.get("given", "")) if request.method == "GET" else None
    context = {
        "centre": centre,
        "form": form,
        "given": given,
        "qr": qr_of(given.token) if given else "",
        "helps": helps,
    }
    if given:
        context["ahead"] = people_ahead(given, clock.now())
    return render(request, "centres/day/number.html", context, status=status)


def _given(user: User, centre: Centre, asked: str) -> Ticket | None:
    """The number of today that this person has just given: its slip is theirs to print."""
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return None
    mine = Ticket.objects.of_day(centre, clock.today()).filter(
        pk=int(asked), events__kind=TicketEventKind.ISSUED, events__actor=user
    )
    return mine.select_related("centre", "service").first()


def _own_centre(user: User, wanted: str) -> Centre:
    """The centre asked for, or the first where the user may give numbers. Raises ``NotAllowed``."""
    allowed = centres_of(user, {*DESK, *MANAGERS, Role.HELPER})
    centres = Centre.objects.filter(is_active=True)
    if allowed is not None:
        centres = centres.filter(pk__in=allowed)
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 10:
        centres = centres.filter(pk=int(wanted))
    centre = centres.filter(services__isnull=False).order_by("code").first()
    if centre is None:
        raise NotAllowed(_("Only officers, managers and helpers of a centre can give numbers."), code="not_staff_here")
    return centre
