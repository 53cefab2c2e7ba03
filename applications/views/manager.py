"""Dossiers and certifications on the manager's day."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from applications.day import list_url, numbers
from applications.signing_day import days_url, figures
from centres.views.managed import centres_to_choose, managed_centre
from portal import clock, live

LISTS = ("due-today", "overdue", "unexcused", "late-parts", "done-today", "in-hand")


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


@require_GET
def day_certified(request: HttpRequest) -> HttpResponse:
    """The panel of ``/day/``: certified today, time to the signature, waiting now, refused."""
    centre = managed_centre(request)

    def part() -> HttpResponse:
        context = {"figures": figures(centre, clock.now()), "url": days_url(centre)}
        return render(request, "applications/day/parts/certified.html", context)

    return live.answer(request, [f"dossiers:{centre.pk}", f"signers:{centre.pk}"], part, vary=str(centre.pk))


@never_cache
@require_GET
def certified_days(request: HttpRequest) -> HttpResponse:
    """The days behind these figures, and what was refused by which rule."""
    centre = managed_centre(request)
    context = {"centre": centre, "centres": centres_to_choose(request), "figures": figures(centre, clock.now())}
    return render(request, "applications/day/certified.html", context)
