"""The manager's list of papers that people had not with them."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from centres.paper_trips import paper_trips
from centres.views.managed import centres_to_choose, managed_centre
from portal import clock

# Spans to choose from, in days back from today.
SPANS = (1, 7, 30)


@require_GET
def trips(request: HttpRequest) -> HttpResponse:
    """By procedure and paper, over the days chosen."""
    centre = managed_centre(request)
    wanted = request.GET.get("days", "")
    days = int(wanted) if wanted in {str(span) for span in SPANS} else SPANS[1]
    last: date = clock.today()
    first = last - timedelta(days=days - 1)
    context = {
        "centre": centre,
        "centres": centres_to_choose(request),
        "rows": paper_trips(centre, first, last),
        "days": days,
        "spans": SPANS,
        "first": first,
        "last": last,
    }
    return render(request, "centres/day/papers.html", context)
