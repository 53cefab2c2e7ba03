"""The checklist on a tablet: pages that the browser keeps for where there is no line, and what it sends afterwards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from centres.models import Centre
from citizens.models import User
from portal import clock
from portal.errors import BadInput, RuleBroken
from portal.uploads import received_file
from support.actions import fill_survey
from support.enums_survey import Answer, Area
from support.models import Survey
from support.permissions import require_reader
from support.places import centres_read
from support.survey_answers import Line, lines_of, questions_on

# Of a centre's page, with the scripts that fill it without a line.
ASSETS = (
    *(f"css/{name}.css" for name in ("tokens", "fonts", "base", "forms", "print", "desk", "work", "support", "day", "survey")),
    *(f"js/{name}.js" for name in ("page", "switch", "keys", "clock", "dialog", "focus", "report-kept", "report-offline", "survey-store", "survey-photo", "survey-bar", "survey", "survey-fill")),
    *(f"fonts/be-vietnam-pro-{weight}.woff2" for weight in (400, 500, 600, 700)),
    "img/mark.svg",
)  # fmt: skip
LONGEST_AGE_SECONDS = 90 * 24 * 60 * 60


@login_not_required
@never_cache
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of the checklist and of nothing else. It changes when one of its files does."""
    files = [static(name) for name in ASSETS]
    script = static("js/survey-worker.js")
    start = reverse("support:survey")
    name = hashlib.sha256(json.dumps([files, script]).encode()).hexdigest()[:12]
    body = f"self.KEPT = {json.dumps({'name': f'survey-{name}', 'files': files, 'start': start})};\n"
    return HttpResponse(f"{body}importScripts({json.dumps(script)});\n", content_type="text/javascript; charset=utf-8")


@never_cache
@require_GET
def places(request: HttpRequest) -> HttpResponse:
    """Where to? Whatever is opened once with a line is there without one."""
    require_reader(request.user)
    rows = centres_read(request.user).filter(is_active=True).order_by("-in_preparation", "code")
    return render(request, "support/survey_places.html", {"rows": rows})


@never_cache
@require_GET
def fill(request: HttpRequest, code: str) -> HttpResponse:
    """The checklist of one centre, as it stands now."""
    centre = _centre_or_404(request, code)
    questions = questions_on(clock.today())
    before = Survey.objects.filter(centre=centre, finished_at__isnull=False).order_by("-finished_at", "-pk").first()
    last = {line.question.key: line for line in lines_of(before, questions)}
    areas = [
        (area.label, [(one, last[one.key]) for one in questions if one.area == area])
        for area in Area
        if any(one.area == area for one in questions)
    ]
    context = {"centre": centre, "areas": areas, "answers": list(Answer), "before": before, "state": _state(centre)}
    return render(request, "support/survey_fill.html", context)


@never_cache
@require_GET
def state(request: HttpRequest, code: str) -> JsonResponse:
    """What stands of the centre's open survey: the answers with who gave them, and how many pictures."""
    return JsonResponse(_state(_centre_or_404(request, code)))


@require_POST
def send(request: HttpRequest) -> JsonResponse:
    """One thing that the tablet kept: an answer, a picture, or that all is done. Sent again, nothing changes.

    ``age`` is how many seconds ago by the tablet's own clock, so that a clock that is wrong does no harm.
    """
    require_reader(request.user)
    try:
        return JsonResponse({"key": _take(request)})
    except RuleBroken as problem:
        # In words that the tablet keeps beside what was refused.
        return JsonResponse({"code": problem.code, "message": str(problem)}, status=problem.status)


def _take(request: HttpRequest) -> str:
    found = centres_read(request.user).filter(code=request.POST.get("centre", ""), is_active=True).first()
    what = request.POST.get("what", "")
    if found is None:
        raise BadInput(_("You do not survey this centre."), code="no_centre")
    if what not in TAKES:
        raise BadInput(_("This page is out of date. Please begin again."), code="bad_what")
    at = clock.now()
    common: dict[str, Any] = {
        "centre": found,
        "client_key": request.POST.get("key", ""),
        "given_at": at - timedelta(seconds=_age(request)),
        "at": at,
        "acting_user": cast(User, request.user),
    }
    TAKES[what](request, common)
    return str(common["client_key"])


def _answer(request: HttpRequest, common: dict[str, Any]) -> object:
    given = request.POST
    seen = given.get("seen", "")
    return fill_survey.answer(
        question=given.get("question", ""),
        value=given.get("value", ""),
        note=given.get("note", "")[:2000],
        seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else 0,
        **common,
    )


def _photo(request: HttpRequest, common: dict[str, Any]) -> object:
    return fill_survey.add_photo(question=request.POST.get("question", ""), upload=received_file(request), **common)


TAKES: dict[str, Callable[[HttpRequest, dict[str, Any]], object]] = {
    "answer": _answer,
    "photo": _photo,
    "finish": lambda _request, common: fill_survey.finish(**common),
}


def _age(request: HttpRequest) -> float:
    try:
        age = float(request.POST.get("age", "0"))
    except ValueError:
        return 0.0
    return min(max(age, 0.0), LONGEST_AGE_SECONDS) if age == age else 0.0


def _centre_or_404(request: HttpRequest, code: str) -> Centre:
    require_reader(request.user)
    return get_object_or_404(centres_read(request.user), code=code, is_active=True)


def _state(centre: Centre) -> dict[str, Any]:
    survey = Survey.objects.filter(centre=centre, finished_at__isnull=True).first()
    lines = lines_of(survey, questions_on(clock.today()))
    return {"open": survey is not None, "lines": {line.question.key: _line(line) for line in lines}}


def _line(line: Line) -> dict[str, Any]:
    return {
        "seen": max((answer.pk for answer in line.answers), default=0),
        "value": line.value,
        "note": line.answers[-1].note if line.value else "",
        "disputed": line.is_disputed,
        "said": [
            {
                "by": answer.by_id,
                "words": f"{answer.by} ({clock.local(answer.given_at):%H:%M %d/%m}): {answer.get_value_display()}"
                + (f" – {answer.note}" if answer.note else ""),
            }
            for answer in line.answers
        ],
        "photos": len(line.photos),
    }
