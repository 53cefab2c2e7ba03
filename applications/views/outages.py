"""Dossiers whose clock stood still in an announced outage."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from applications.enums import EventKind
from applications.looks import looked_at_list
from applications.models import Application, Event
from applications.permissions import check
from applications.worklist import lists_for
from centres.models import Outage
from portal import clock

PAGE_SIZE = 30


@never_cache
@require_GET
def outage(request: HttpRequest, outage_id: int) -> HttpResponse:
    """Those you may see, by due date."""
    check(bool(lists_for(request.user)))
    row = get_object_or_404(Outage.objects.select_related("centre"), pk=outage_id)
    moved = Event.objects.filter(application=OuterRef("pk"), kind=EventKind.DUE_MOVED, details__outage=row.pk)
    dossiers = (
        Application.objects.visible_to(request.user).filter(Exists(moved)).select_related("applicant", "competent")
    )
    page = Paginator(dossiers.order_by("due_at", "id"), PAGE_SIZE).get_page(request.GET.get("page"))
    looked_at_list(
        applications=list(page.object_list), reason=_("dossiers of an outage"), at=clock.now(), user=request.user
    )
    return render(request, "applications/dossiers/outage.html", {"outage": row, "page": page})
