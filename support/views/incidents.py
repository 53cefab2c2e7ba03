"""The list of incidents, one of them, and what is done about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from citizens.models import User
from portal import clock, files, live
from portal.errors import BadInput, RuleBroken
from portal.text import LANGUAGES
from support.actions import handle
from support.history import TOPIC
from support.incident_lists import chosen_rows, dress
from support.models import Heartbeat, Incident, IncidentPicture
from support.permissions import may_respond, require_reader
from support.statistics import statistics
from support.watch.rounds import NAME

PAGE_SIZE = 30
POLL_MS = 5000
SPANS = {"7": 7, "30": 30, "90": 90}
USUAL_SPAN = "30"
MOST_TO_MERGE = 50
# It looks every five seconds, and waits for a mail server that is slow.
WATCH_SILENT = timedelta(minutes=2)


@never_cache
@require_GET
def incidents(request: HttpRequest) -> HttpResponse:
    """The worklist: the most urgent first; it renews itself."""
    require_reader(request.user)
    context = _list(request)
    context["every"] = POLL_MS
    return render(request, "support/incidents.html", context)


@require_GET
def part(request: HttpRequest) -> HttpResponse:
    """The rows of the list."""
    require_reader(request.user)
    vary = f"{request.user.pk}-{request.GET.urlencode()}"
    minute = f"{clock.local(clock.now()):%H%M}"  # what is late says so by itself
    return live.answer(
        request,
        [TOPIC],
        lambda: render(request, "support/parts/incidents.html", _list(request)),
        vary="".join(char for char in f"{vary}-{minute}" if char.isalnum()),
    )


@never_cache
@require_GET
def incident(request: HttpRequest, pk: int) -> HttpResponse:
    """One incident: what is known, what was done, and what may be done now."""
    rows = Incident.objects.select_related("centre", "device", "owner", "reporter", "merged_into")
    row = get_object_or_404(rows.visible_to(request.user), pk=pk)
    return render(request, "support/incident.html", _one(request, row))


@never_cache
@require_GET
def picture(request: HttpRequest, pk: int) -> HttpResponse:
    """A covered picture of the page that somebody reported from."""
    seen = Incident.objects.visible_to(request.user)
    row = get_object_or_404(IncidentPicture.objects.filter(incident__in=seen), pk=pk)
    try:
        content = files.read(row.sha256)
    except OSError:
        raise Http404 from None
    return HttpResponse(content, content_type="image/jpeg")


@require_POST
def act(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """One step; a refusal is said on the incident's page, where what was typed still stands."""
    row = get_object_or_404(Incident.objects.visible_to(request.user), pk=pk)
    if key not in STEPS:
        raise Http404
    try:
        row = STEPS[key](row, request)
    except RuleBroken as problem:
        if problem.code == "not_support_here":
            raise
        row = Incident.objects.select_related("centre", "device", "owner", "reporter", "merged_into").get(pk=pk)
        return render(request, "support/incident.html", _one(request, row, problem, key), status=problem.status)
    messages.success(request, _("Done."))
    return redirect("support:incident", pk=row.pk)


@never_cache
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """How soon incidents are answered and mended."""
    require_reader(request.user)
    span = request.GET.get("days", USUAL_SPAN)
    if span not in SPANS:
        span = USUAL_SPAN
    at = clock.now()
    found = statistics(
        Incident.objects.visible_to(request.user), at - timedelta(days=SPANS[span]), at, _("no centre"), _("all")
    )
    groups = [
        (_("By centre"), found.by_centre),
        (_("By kind"), found.by_kind),
        (_("By device"), found.by_device),
    ]
    return render(
        request, "support/statistics.html", {"total": found.total, "groups": groups, "span": span, "spans": list(SPANS)}
    )


def _list(request: HttpRequest) -> dict[str, Any]:
    rows, form = chosen_rows(cast(User, request.user), request.GET)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    at = clock.now()
    query = request.GET.copy()
    query.pop("page", None)
    return {
        "rows": [dress(row, at) for row in page.object_list],
        "page": page,
        "form": form,
        "query": query.urlencode(),
        "asked": request.GET.urlencode(),
        "watch_is_silent": not Heartbeat.objects.filter(name=NAME, at__gt=at - WATCH_SILENT).exists(),
    }


def _one(request: HttpRequest, row: Incident, problem: RuleBroken | None = None, key: str = "") -> dict[str, object]:
    responds = may_respond(request.user, row.centre_id)
    others = Incident.objects.none()
    if responds and row.is_open:
        others = Incident.objects.visible_to(request.user).open().exclude(pk=row.pk).order_by("-pk")
    return {
        "incident": dress(row, clock.now()),
        "events": list(row.events.select_related("actor")),
        "pictures": list(row.pictures.select_related("by")),
        "kept_reports": list(row.reports.filter(noticed_at__isnull=False)),
        "responds": responds,
        "others": others[:MOST_TO_MERGE],
        "words": [(code, (row.public_words or {}).get(code, "")) for code in LANGUAGES],
        "problem": problem,
        "problem_at": key,
        "typed": request.POST if problem else {},
    }


Step = Callable[[Incident, HttpRequest], Incident]


def _plain(action: Callable[..., Incident]) -> Step:
    return lambda row, request: action(incident=row, at=clock.now(), acting_user=cast(User, request.user))


def _with_note(action: Callable[..., Incident]) -> Step:
    return lambda row, request: action(
        incident=row, note=request.POST.get("note", ""), at=clock.now(), acting_user=cast(User, request.user)
    )


def _note(row: Incident, request: HttpRequest) -> Incident:
    return handle.note(
        incident=row, text=request.POST.get("note", ""), at=clock.now(), acting_user=cast(User, request.user)
    )


def _merge(row: Incident, request: HttpRequest) -> Incident:
    wanted = request.POST.get("into", "").lstrip("#")
    found = None
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 10:
        found = Incident.objects.visible_to(request.user).filter(pk=int(wanted)).first()
    if found is None:
        raise BadInput(_("Choose an incident that is open."), code="not_open", field="into")
    return handle.merge(incident=row, into=found, at=clock.now(), acting_user=cast(User, request.user))


def _publish(row: Incident, request: HttpRequest) -> Incident:
    words = {code: request.POST.get(f"words_{code}", "") for code in LANGUAGES}
    return handle.publish(incident=row, words=words, at=clock.now(), acting_user=cast(User, request.user))


STEPS: dict[str, Step] = {
    "acknowledge": _plain(handle.acknowledge),
    "begin": _plain(handle.begin),
    "wait": _with_note(handle.wait),
    "resolve": _with_note(handle.resolve),
    "close": _plain(handle.close),
    "reopen": _with_note(handle.reopen),
    "note": _note,
    "merge": _merge,
    "publish": _publish,
}
