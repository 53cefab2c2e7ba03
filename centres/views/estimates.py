"""What people were told to wait, and what came: the list behind last week's figure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from centres.estimate.accuracy import last_week, settled
from centres.estimate.words import Shown
from centres.views.managed import managed_centre
from portal import clock, live

PAGE_SIZE = 30


@require_GET
def accuracy(request: HttpRequest) -> HttpResponse:
    """How well last week's words held, as a panel of the manager's day."""
    centre = managed_centre(request)

    def part() -> HttpResponse:
        context = {"centre": centre, "accuracy": last_week(centre, clock.now())}
        return render(request, "centres/day/parts/accuracy.html", context)

    return live.answer(request, [f"accuracy:{centre.pk}"], part, vary=str(centre.pk))


@require_GET
def estimates(request: HttpRequest) -> HttpResponse:
    """One row a number, the latest first; ``?inside=0`` only those that did not hold."""
    centre = managed_centre(request)
    found = last_week(centre, clock.now())
    told = settled(centre, found.first, found.last).select_related("ticket__service").order_by("-at", "-id")
    only_missed = request.GET.get("inside") == "0"
    if only_missed:
        told = told.filter(is_inside=False)
    page = Paginator(told, PAGE_SIZE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    rows: Iterable[Any] = page.object_list
    for row in rows:
        row.shown, row.waited = Shown(row.low_s, row.high_s, row.at), timedelta(seconds=row.came_s + 30)
    context = {
        "centre": centre,
        "accuracy": found,
        "page": page,
        "query": query.urlencode(),
        "only_missed": only_missed,
    }
    return render(request, "centres/day/estimates.html", context)
