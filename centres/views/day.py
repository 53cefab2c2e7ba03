"""The manager's day: what needs somebody now, then the numbers, then the lists behind them."""

from __future__ import annotations

import hashlib

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import resolve, reverse
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from centres import figures
from centres.charts import hours_chart, waits_chart
from centres.day import list_url
from centres.labels import find_by_label
from centres.live_day import HourLine, hour_lines, live_day
from centres.models import Centre
from centres.policy import policy_on
from centres.ticket_lists import ticket_list
from centres.views.managed import centres_to_choose, managed_centre
from centres.why import why
from portal import clock, live
from portal.errors import RuleBroken

POLL_MS = 5000
PAGE_SIZE = 30
CHARTS = {"people": hours_chart, "waits": waits_chart}
URGENCY = {"act": 0, "warn": 1, "info": 2, "ok": 3}


@require_GET
def day(request: HttpRequest) -> HttpResponse:
    """One page; each panel comes from its own address, and renews itself from there."""
    centre = managed_centre(request)
    context = {
        "centre": centre,
        "centres": centres_to_choose(request),
        "panels": [_panel(request, name, centre) for name in ["centres:day_needs", *settings.DAY_PANELS]],
        "every": POLL_MS,
    }
    return render(request, "centres/day/day.html", context)


@require_GET
def needs(request: HttpRequest) -> HttpResponse:
    """What needs the manager now, gathered from every app by name, the most urgent first."""
    centre = managed_centre(request)

    def part() -> HttpResponse:
        at = clock.now()
        found = [need for source in settings.DAY_SOURCES for need in import_string(source)(centre, at)]
        found.sort(key=lambda need: URGENCY.get(need[0], len(URGENCY)))
        context = {
            "first": found[0] if found else None,
            "others": found[1:],
            "numbers": figures.numbers(centre, at),
        }
        return render(request, "centres/day/parts/needs.html", context)

    return live.answer(request, [f"queue:{centre.pk}", f"dossiers:{centre.pk}"], part, vary=str(centre.pk))


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The numbers of the queue, the hours and the counters."""
    centre = managed_centre(request)

    def part() -> HttpResponse:
        at = clock.now()
        numbers = figures.numbers(centre, at)
        today = live_day(centre, at)
        version = _version(today.hours)
        context = {
            "centre": centre,
            "numbers": numbers,
            "long_wait": numbers.longest_wait > policy_on(centre.pk, clock.local_day(at)).long_wait,
            "seats": figures.seats(centre, at),
            "today": today,
            "hour": clock.local(at).hour,
            "charts": [
                f"{reverse('centres:day_served', args=[kind])}?centre={centre.pk}&v={version}" for kind in CHARTS
            ],
            "url": {
                show: list_url(centre, show=show)
                for show in ("all", "waiting", "at_counter", "called", "served", "last_hour", "unserved")
            },
            "url_before": {
                show: list_url(centre, show=show, day=today.before_day) for show in ("all", "called", "served")
            },
        }
        return render(request, "centres/day/parts/queue.html", context)

    return live.answer(request, [f"queue:{centre.pk}"], part, vary=str(centre.pk))


@require_GET
@csp({"default-src": [NONE], "style-src": [UNSAFE_INLINE], "frame-ancestors": [NONE]})  # type: ignore[arg-type]
def served(request: HttpRequest, kind: str) -> HttpResponse:
    """A plot of the hours. Its address changes with its data, so it may be kept."""
    centre = managed_centre(request)
    if kind not in CHARTS:
        raise Http404
    at = clock.now()
    lines, before = hour_lines(centre, at)
    picture = CHARTS[kind](lines, clock.local(at).hour, f"{before:%d/%m}" if before else "")
    return HttpResponse(picture, content_type="image/svg+xml", headers={"Cache-Control": "private, max-age=3600"})


@require_GET
def tickets(request: HttpRequest) -> HttpResponse:
    """The list behind a figure: what it counts, one row a ticket, and nothing about persons."""
    centre = managed_centre(request)
    chosen = ticket_list(centre, clock.now(), request.GET)
    page = Paginator(chosen.tickets, PAGE_SIZE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "centre": centre,
        "chosen": chosen,
        "page": page,
        "query": query.urlencode(),
        **_compared(request, centre),
    }
    return render(request, "centres/day/tickets.html", context)


def _compared(request: HttpRequest, centre: Centre) -> dict[str, object]:
    """Why one of two numbers of today was called first, for staff: with officers and reasons."""
    asked = [request.GET.get(name, "") for name in ("one", "other")]
    if not all(asked):
        return {"asked": asked}
    try:
        one, other = (find_by_label(text, centre.pk, clock.today()) for text in asked)
    except RuleBroken as problem:
        return {"asked": asked, "problem": problem}
    return {"asked": asked, "answer": why(one, other, for_staff=True)}


def _panel(request: HttpRequest, name: str, centre: Centre) -> dict[str, object]:
    """A panel as its own address answers now, with the address to ask again."""
    url = reverse(name)
    answer = resolve(url).func(request)
    return {
        "url": f"{url}?centre={centre.pk}",
        "etag": answer.headers.get("ETag", ""),
        "html": SafeString(answer.content.decode()),  # an answer of our own views, escaped there
    }


def _version(hours: list[HourLine]) -> str:
    return hashlib.sha256(repr(hours).encode()).hexdigest()[:12]
