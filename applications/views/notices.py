"""What citizens are told, for the city's administrator: each notice as each channel would send it, with sample data."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from applications.notice_samples import letters, samples
from applications.permissions import CITY, check
from centres.models import Centre
from centres.permissions import has_role
from notifications.enums import Channel
from notifications.leaving import leaves_the_machine
from portal import clock


@never_cache
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """Nothing is sent from here. The texts of notices are the portal's; letters to begin with are rows of the administration."""
    check(has_role(request.user, CITY))
    centre, at = Centre.objects.filter(is_active=True).order_by("code").first(), clock.now()
    context = {
        "samples": samples(centre, at) if centre else [],
        "letters": letters(centre, at) if centre else [],
        "has_sms": leaves_the_machine(Channel.SMS),
        "has_email": leaves_the_machine(Channel.EMAIL),
        "may_administer": request.user.is_staff,
    }
    return render(request, "applications/city/notices.html", context)
