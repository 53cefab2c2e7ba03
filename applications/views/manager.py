"""Dossiers on the manager's day."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from applications.day import list_url, numbers
from centres.views.managed import managed_centre
from portal import clock, live

LISTS = ("due-today", "overdue", "unexcused", "done-today", "in-hand")


@require_GET
def day_dossiers(request: HttpRequest) -> HttpResponse:
    """The panel of ``/day/``: due today, overdue, finished today; every figure leads to its list."""
    centre = managed_centre(request)

    def part() -> HttpResponse:
        context = {
            "numbers": numbers(centre, clock.now()),
            "url": {name.replace("-", "_"): list_url(centre, name) for name in LISTS},
        }
        return render(request, "applications/day/parts/dossiers.html", context)

    return live.answer(request, [f"dossiers:{centre.pk}"], part, vary=str(centre.pk))
