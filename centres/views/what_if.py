"""Trying a change on the rest of today before making it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from centres.forms_day import TryForm
from centres.models import Centre
from centres.views.managed import centres_to_choose, managed_centre
from centres.what_if import answer_to, outlooks
from portal import clock
from portal.errors import RuleBroken

QUARTER = timedelta(minutes=15)


@never_cache
@require_GET
def what_if(request: HttpRequest) -> HttpResponse:
    """The form, and the answer to what it asks. Nothing is changed by asking, so it is a GET."""
    centre = managed_centre(request)
    at = clock.now()
    asked = "what" in request.GET
    form = TryForm(request.GET if asked else None, centre=centre, at=at, initial=_first(request, at))
    context: dict[str, Any] = {"centre": centre, "centres": centres_to_choose(request), "form": form}
    if asked and form.is_valid():
        context |= _answer(centre, form, at)
    status = 400 if asked and form.errors else 200
    return render(request, "centres/day/what_if.html", context, status=status)


def _answer(centre: Centre, form: TryForm, at: datetime) -> dict[str, Any]:
    try:
        trial = answer_to(centre=centre, form=form, at=at)
    except RuleBroken as refused:
        form.add_error(refused.field, str(refused))
        return {}
    if trial is None:
        return {"answered": True}
    return {
        "answered": True,
        "answer": trial.answer,
        "taken": trial.taken,
        "outlooks": outlooks(centre, trial.answer),
    }


def _first(request: HttpRequest, at: datetime) -> dict[str, Any]:
    """One more counter for the service asked about, from the next quarter of an hour."""
    service = request.GET.get("service", "")
    midnight = clock.local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    start = midnight + QUARTER * ((clock.local(at) - midnight) // QUARTER + 1)
    services = [int(service)] if service.isascii() and service.isdigit() and len(service) < 10 else []
    return {"what": TryForm.OPEN, "services": services, "start": f"{start:%H:%M}"}
