"""What an officer may do whose printer does not print the receipt."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from applications import desk
from applications.actions.receipt_ways import print_receipt_elsewhere, reference_of, send_receipt_to_phone
from applications.models import Application
from applications.views.desk.matter import mine
from applications.views.desk.page import back, number_in
from centres.qr import qr_picture
from citizens.session import signed_in
from portal import clock, live
from portal.errors import RuleBroken
from support import printing
from support.equipment_history import TOPIC
from support.history import TOPIC as INCIDENTS
from support.models import Equipment


@require_GET
def show(request: HttpRequest, application_id: int) -> HttpResponse:
    """The part of the page; asked for again while it is open."""
    row = mine(request, application_id)
    topics = [TOPIC, INCIDENTS, printing.topic(row.helped_at_id)]
    paper = printing.last_of(reference_of(row), clock.now())
    if paper is not None and paper.is_waiting:  # whoever was asked may close their counter
        topics.append(f"queue:{row.helped_at_id}")
    return live.answer(request, topics, lambda: _part(request, row), vary=f"{signed_in(request).pk}x{row.pk}")


@require_POST
def elsewhere(request: HttpRequest, application_id: int) -> HttpResponse:
    """That counter prints it."""
    row = mine(request, application_id)
    user, at = signed_in(request), clock.now()
    counter = desk.counter_of(user)
    printer = get_object_or_404(Equipment, pk=number_in(request.POST.get("printer", "")) or 0)
    if counter is None:
        raise RuleBroken(_("Sit down at a counter first."), code="no_counter")
    print_receipt_elsewhere(application=row, counter=counter, printer=printer, at=at, acting_user=user)
    return back(row.pk)


@sensitive_post_parameters("phone")
@require_POST
def to_phone(request: HttpRequest, application_id: int) -> HttpResponse:
    """The citizen reads it there."""
    row = mine(request, application_id)
    phone = request.POST.get("phone", "")
    send_receipt_to_phone(application=row, phone=phone, at=clock.now(), acting_user=signed_in(request))
    messages.success(request, _("The receipt is on its way to the phone."))
    return back(row.pk)


def _part(request: HttpRequest, row: Application) -> HttpResponse:
    return render(request, "applications/desk/parts/receipt_ways.html", {"dossier": row, **ways(request, row)})


def ways(request: HttpRequest, row: Application) -> dict[str, Any]:
    """Whether the counter cannot print, where it could, what became of the paper, and the code for the citizen's phone."""
    counter = desk.counter_of(signed_in(request))
    if counter is None:
        return {"fails": False, "printers": [], "paper": None, "is_stuck": False, "code": ""}
    printers, paper = printing.near(counter), printing.last_of(reference_of(row), clock.now())
    address = settings.PUBLIC_URL + reverse("applications:ticket", args=[row.token])
    return {
        "fails": printing.cannot_print(counter),
        "printers": printers,
        "paper": paper,
        "is_stuck": paper is not None and paper.is_waiting and paper.printer_id not in {one.pk for one in printers},
        "code": qr_picture(address),
    }
