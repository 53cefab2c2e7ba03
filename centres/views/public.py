"""What everybody may know of a centre: when it is open, how long people wait now, and what such words were worth."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from centres import hours
from centres.ahead import with_coming
from centres.announce import waiting_by_service
from centres.estimate.accuracy import last_week
from centres.estimate.now import with_waits
from centres.models import Centre
from portal import clock


@login_not_required
@require_GET
def centre(request: HttpRequest, code: str) -> HttpResponse:
    """One centre for somebody who thinks of coming."""
    found = get_object_or_404(Centre, code=code, is_active=True)
    at = clock.now()
    context = {
        "centre": found,
        "services": with_coming(with_waits(waiting_by_service(found.pk, at), found.pk, at), found, at),
        "accuracy": last_week(found, at),
        "is_open": hours.is_open(found, at),
        "hours": hours.hours_on(found, clock.local_day(at)),
        "opening": hours.next_opening(found, at),
        "at": at,
    }
    return render(request, "centres/public/centre.html", context)
