"""What is due, beside the dossier and at the counter: asked for again every few seconds, so that "paid" comes by itself."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from applications.actions.request_payment import renew_request
from applications.enums import State
from applications.models import Application
from applications.paying import Paying, paying_together, topics_of
from portal import clock, live
from portal.errors import RuleBroken


@require_GET
def part(request: HttpRequest, pk: int) -> HttpResponse:
    """With ``desk`` the copies made for it are there too, and the keys of the counter."""
    dossier, at_desk = _visible_or_404(request, pk), "desk" in request.GET
    rows = paying_together(dossier, clock.now()) if at_desk else [Paying(dossier, clock.now())]

    def made() -> HttpResponse:
        context = {"rows": rows, "at_desk": at_desk}
        return render(request, "applications/dossiers/parts/paying.html", context)

    return live.answer(request, topics_of(rows), made, vary=str(at_desk))


@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """A code for what is due, where none is shown any more."""
    dossier = _visible_or_404(request, pk)
    try:
        renew_request(application=dossier, at=clock.now())
    except RuleBroken as problem:
        messages.error(request, str(problem))
    return redirect("applications:dossier", pk=pk)


def _visible_or_404(request: HttpRequest, pk: int) -> Application:
    rows = Application.objects.visible_to(request.user).exclude(state=State.DRAFT)
    return get_object_or_404(rows.prefetch_related("fee_lines__item", "payments"), pk=pk)
