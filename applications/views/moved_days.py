"""What a correction of the nation's days moves: the city administrator looks first, then lets the dates move."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications.approved_days import waiting_corrections
from applications.catalogue import version_of
from applications.models import Application
from applications.moved_days import in_reach, page_of
from applications.permissions import check
from applications.worklist import PAGE_SIZE
from centres.enums import Role
from centres.permissions import has_role
from portal import clock, jobs
from procedures.actions.correct_days import approve_corrections

CITY = frozenset({Role.CITY_ADMIN})
READERS = frozenset({Role.CITY_ADMIN, Role.MANAGER})


@never_cache
@require_http_methods(["GET", "POST"])
def moved_days(request: HttpRequest) -> HttpResponse:
    """The corrected days and the dossiers concerned, thirty a page; managers read those of their centre."""
    check(has_role(request.user, READERS))
    if request.method == "POST":
        return _approve(request)
    corrections, at = waiting_corrections(), clock.now()
    rows = in_reach(Application.objects.visible_to(request.user), corrections)
    page, next_page = page_of(rows, request.GET.get("after", ""), PAGE_SIZE, at)
    context = {
        "corrections": corrections,
        "is_moving": bool(corrections) and all(one.approved_at for one in corrections),
        "last": max((one.pk for one in corrections), default=0),
        "rows": [(one.application, version_of(one.application).procedure, one.due) for one in page],
        "next_page": next_page,
        "is_first_page": "after" not in request.GET,
        "may_move": has_role(request.user, CITY),
    }
    return render(request, "applications/dossiers/moved_days.html", context)


def _approve(request: HttpRequest) -> HttpResponse:
    check(has_role(request.user, CITY))
    shown = request.POST.get("last", "")
    up_to = int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 19 else 0
    if approve_corrections(up_to=up_to, at=clock.now(), by=str(request.user)[:150]):
        jobs.wake("applications.tasks.move_dates")
        messages.success(request, _("The dates are being moved. Whoever left a phone number or an e-mail is told."))
    else:
        messages.info(request, _("These dates are moving already, or nothing is left to move."))
    return redirect("applications:moved_days")
