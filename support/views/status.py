"""For everybody: what does not work, since when, and what will stand still. For staff: the same as a banner."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from centres.models import Centre
from citizens.models import User
from portal import clock, live
from support.concerns import concerns
from support.history import TOPIC
from support.status import status, words_of


@login_not_required
@require_GET
def city(request: HttpRequest) -> HttpResponse:
    """All centres."""
    return _page(request, None)


@login_not_required
@require_GET
def centre(request: HttpRequest, code: str) -> HttpResponse:
    """One centre, with what concerns all of them."""
    return _page(request, get_object_or_404(Centre, code=code, is_active=True))


@require_GET
def banner(request: HttpRequest) -> HttpResponse:
    """What concerns whoever is signed in; an empty part for nothing."""
    user = cast(User, request.user)
    at = clock.now()

    def part() -> HttpResponse:
        return render(request, "support/parts/banner.html", {"concerns": concerns(user, at)})

    return live.answer(request, [TOPIC], part, vary=f"{user.pk}x{clock.local(at):%d%H%M}"[:-1])


def _page(request: HttpRequest, place: Centre | None) -> HttpResponse:
    at = clock.now()
    found = status(place, at)
    context = {
        "centre": place,
        "status": found,
        "now": [(row, words_of(row)) for row in found.now],
        "again": [(row, words_of(row)) for row in found.again],
        "at": at,
    }
    return render(request, "support/public/status.html", context)
