"""The city administrator's pages of the national portal: what waits, what was not taken, and how both sides compare."""

from __future__ import annotations

import json

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from applications.actions import settle_sync
from applications.enums_national import ItemState
from applications.forms_national import SkipForm
from applications.models import SyncCheck, SyncDifference, SyncItem, SyncUncompared
from applications.national.outbox import is_connected
from applications.national_state import Differing, overview
from applications.permissions import NATIONAL_KEEPERS, check
from centres.permissions import has_role
from citizens.session import signed_in
from portal import clock

PAGE_SIZE = 30


def _keepers_only(request: HttpRequest) -> None:
    check(has_role(request.user, NATIONAL_KEEPERS))


@never_cache
@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """How it stands, and the rows that were not taken, the oldest first, thirty a page."""
    _keepers_only(request)
    dead = SyncItem.objects.filter(state=ItemState.DEAD).select_related("application__version__procedure", "event")
    page = Paginator(dead.order_by("pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"is_connected": is_connected(), "state": overview(clock.now()), "page": page}
    return render(request, "applications/national/rows.html", context)


@never_cache
@require_GET
def row(request: HttpRequest, pk: int) -> HttpResponse:
    return _row(request, pk, SkipForm())


def _row(request: HttpRequest, pk: int, form: SkipForm, status: int = 200) -> HttpResponse:
    _keepers_only(request)
    rows = SyncItem.objects.select_related("application__version__procedure", "event__actor", "skipped_by")
    item = get_object_or_404(rows, pk=pk)
    behind = SyncItem.objects.filter(application=item.application, pk__gt=item.pk, state=ItemState.WAITING).count()
    context = {
        "item": item,
        "behind": behind,
        "is_dead": item.state == ItemState.DEAD,
        "service": item.shown.get("service", ""),
        "message": json.dumps(item.shown["data"], ensure_ascii=False, indent=2) if item.shown.get("data") else "",
        "form": form,
    }
    return render(request, "applications/national/row.html", context, status=status)


@require_POST
def push(request: HttpRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(SyncItem.objects.select_related("application"), pk=pk)
    settle_sync.push_again(item=item, at=clock.now(), acting_user=signed_in(request))
    messages.success(request, _("It is being sent again."))
    return redirect("applications:national")


@require_POST
def push_all(request: HttpRequest) -> HttpResponse:
    pushed = settle_sync.push_all(at=clock.now(), acting_user=signed_in(request))
    said = ngettext("%(count)s row is being sent again.", "%(count)s rows are being sent again.", pushed)
    messages.success(request, said % {"count": pushed})
    return redirect("applications:national")


@require_POST
def skip(request: HttpRequest, pk: int) -> HttpResponse:
    _keepers_only(request)
    item = get_object_or_404(SyncItem.objects.select_related("application"), pk=pk)
    form = SkipForm(request.POST)
    if not form.is_valid():
        return _row(request, pk, form, status=422)
    settle_sync.skip(item=item, reason=form.cleaned_data["reason"], at=clock.now(), acting_user=signed_in(request))
    messages.success(request, _("It is left out. What follows it goes on."))
    return redirect("applications:national")


def _counted() -> QuerySet[SyncCheck]:
    """With ``found`` and ``unanswered``: how many differed, and about how many nothing was said."""
    return SyncCheck.objects.annotate(
        found=Count("differences", distinct=True), unanswered=Count("uncompared", distinct=True)
    )


@never_cache
@require_GET
def checks(request: HttpRequest) -> HttpResponse:
    """The daily comparisons, the newest first; with ``?day=`` the differences of one, thirty a page."""
    _keepers_only(request)
    days = list(_counted().order_by("-day")[:PAGE_SIZE])
    chosen = next((one for one in days if str(one.day) == request.GET.get("day")), days[0] if days else None)
    found = SyncDifference.objects.filter(check_of_day=chosen).select_related("application", "item").order_by("pk")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    lines = [Differing(one) for one in page]
    unanswered = SyncUncompared.objects.filter(check_of_day=chosen).select_related("application").order_by("pk")
    context = {
        "days": days,
        "chosen": chosen,
        "page": page,
        "lines": lines,
        "unanswered": list(unanswered[:PAGE_SIZE]),
        "query": f"day={chosen.day}" if chosen else "",
    }
    return render(request, "applications/national/checks.html", context)
