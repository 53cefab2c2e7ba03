"""The rehearsal: a past day played again. Reads only."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from centres.models import Centre, Counter, DaySummary
from centres.replay import SPEEDS, clock_time, picture_at, span_of, steps_of
from centres.views.managed import centres_to_choose, managed_centre
from portal import clock

DAYS_OFFERED = 10
NUDGE = 300


@require_GET
def replay(request: HttpRequest) -> HttpResponse:
    """The page: which day, at which moment. A script moves the moment on; without it, the buttons do."""
    centre = managed_centre(request)
    offered = _days(centre)
    day = _day(request) or (offered[0] if offered else clock.today() - timedelta(days=1))
    context = {
        "centre": centre,
        "centres": centres_to_choose(request),
        "offered": offered,
        "speeds": SPEEDS,
        "part_url": f"{reverse('centres:day_replay_part')}?centre={centre.pk}&day={day}",
        **_scene(request, centre, day),
    }
    return render(request, "centres/day/replay.html", context)


@require_GET
def part(request: HttpRequest) -> HttpResponse:
    """Only the hall at one moment."""
    centre = managed_centre(request)
    day = _day(request) or clock.today() - timedelta(days=1)
    return render(request, "centres/day/parts/replay.html", {"centre": centre, **_scene(request, centre, day)})


def _scene(request: HttpRequest, centre: Centre, day: date) -> dict[str, Any]:
    steps = steps_of(centre, day)
    first, last = span_of(steps)
    second = min(max(_second(request.GET.get("at", ""), first), first), last)
    picture = picture_at(steps, second)
    numbers = Counter.objects.filter(centre=centre).values_list("number", flat=True)
    return {
        "day": day,
        "is_empty": not steps,
        "picture": picture,
        "seats": [(number, picture.counters.get(number)) for number in numbers],
        "second": second,
        "first": first,
        "last": last,
        "time": clock_time(second),
        "earlier": clock_time(max(first, second - NUDGE)),
        "later": clock_time(min(last, second + NUDGE)),
    }


def _days(centre: Centre) -> list[date]:
    """The latest days on which anybody came."""
    past = DaySummary.objects.filter(centre=centre, day__lt=clock.today(), drawn__gt=0)
    return list(past.order_by("-day").values_list("day", flat=True)[:DAYS_OFFERED])


def _day(request: HttpRequest) -> date | None:
    """The day asked for; today and later ones are not for rehearsals."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None
    return day if day < clock.today() else None


def _second(text: str, default: int) -> int:
    """Seconds after midnight of ``09:05:07`` or ``09:05``; the default for anything else."""
    parts = text.split(":")
    if len(parts) not in (2, 3) or not all(part.isascii() and part.isdigit() and len(part) <= 2 for part in parts):
        return default
    hours, minutes, seconds = [int(part) for part in [*parts, "0"][:3]]
    return hours * 3600 + minutes * 60 + seconds
