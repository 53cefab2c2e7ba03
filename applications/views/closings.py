"""For anyone: the closings of days, to look at, to fetch and to keep."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from applications.closing_paper import grouped, name_of
from applications.closings import ClosedRegister, published_bytes, table_of
from applications.models import Closing
from applications.notarisation.enums import RegisterKind
from applications.notarisation.versions import newest_of
from centres.models import Centre
from portal import files
from portal.errors import Gone
from portal.text import pick

PAGE_SIZE = 30
A_DAY = 24 * 60 * 60


@login_not_required
@require_GET
def closings(request: HttpRequest) -> HttpResponse:
    """The newest first, thirty a page. ``?day=`` goes to that day's closing, if there is one."""
    wanted = request.GET.get("day", "")
    if (day := _day(wanted)) and Closing.objects.filter(day=day).exists():
        return redirect("applications:closing", day)
    before = _day(request.GET.get("before", ""))
    rows = Closing.objects.select_related("paper").order_by("-day")
    found = list((rows.filter(day__lt=before) if before else rows)[: PAGE_SIZE + 1])
    page = found[:PAGE_SIZE]
    context = {
        "rows": [(row, grouped(row.hash), getattr(row, "paper", None)) for row in page],
        "next_page": page[-1].day if len(found) > PAGE_SIZE else None,
        "is_first_page": before is None,
        "wanted": wanted,
    }
    return render(request, "applications/closings/list.html", context)


@login_not_required
@require_GET
def closing(request: HttpRequest, day: str) -> HttpResponse:
    """One day's closing in words and as a table."""
    row = _closing_or_404(day)
    registers = table_of(row)
    names = dict(Centre.objects.filter(code__in={one.unit for one in registers}).values_list("code", "name"))
    context: dict[str, Any] = {
        "closing": row,
        "hash": grouped(row.hash),
        "previous": grouped(row.previous_hash) if row.previous_hash.strip("0") else "",
        "rows": [_in_words(one, names) for one in registers],
        "paper": getattr(row, "paper", None),
        "day_before": row.day - timedelta(days=1),
        "day_after": Closing.objects.filter(day=row.day + timedelta(days=1)).values_list("day", flat=True).first(),
    }
    return render(request, "applications/closings/closing.html", context)


@login_not_required
@cache_control(public=True, max_age=A_DAY)
@require_GET
def closing_json(request: HttpRequest, day: str) -> HttpResponse:
    """The same bytes for everybody and for ever."""
    row = _closing_or_404(day)
    response = HttpResponse(published_bytes(row), content_type="application/json")
    response["Content-Disposition"] = f'inline; filename="khoa-so-{row.day}.json"'
    return response


@login_not_required
@require_GET
def closing_pdf(request: HttpRequest, day: str) -> HttpResponse:
    """The printed closing."""
    row = _closing_or_404(day)
    if not hasattr(row, "paper"):
        raise Http404
    try:
        content = files.read(newest_of(row.paper.sha256))
    except FileNotFoundError as error:
        raise Gone(_("The file is not in the store. Please call support."), code="file_lost") from error
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name_of(row)}"'
    return response


def _closing_or_404(day: str) -> Closing:
    found = _day(day)
    if found is None:
        raise Http404
    return get_object_or_404(Closing.objects.select_related("paper").prefetch_related("heads"), day=found)


def _day(text: str) -> date | None:
    """A day as it stands in our addresses, 2026-11-23."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.isoformat() == text else None


def _in_words(row: ClosedRegister, names: dict[str, Any]) -> dict[str, Any]:
    return {
        "unit": pick(names[row.unit]) if row.unit in names else row.unit,
        "kind": row.kind,
        "kind_in_words": RegisterKind(row.kind).label if row.kind in RegisterKind.values else "",
        "year": row.year,
        "number": row.number,
        "line": grouped(row.line),
        "note": grouped(row.note),
    }
