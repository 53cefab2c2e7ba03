"""What the manager says to the hall."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from centres.actions import announce_hall
from centres.forms import HallAnnouncementForm
from centres.models import Centre, HallAnnouncement, HallAnnouncementEvent
from centres.views.managed import centres_to_choose, managed_centre
from citizens.models import User
from portal import clock
from portal.errors import BadInput
from portal.templatetags.portal import when

PAGE_SIZE = 30
AN_HOUR = timedelta(hours=1)


@require_http_methods(["GET", "POST"])
def announcements(request: HttpRequest) -> HttpResponse:
    """Say something now or at a planned time, and what was said before."""
    centre = managed_centre(request)
    soon = clock.now() + AN_HOUR
    form = HallAnnouncementForm(request.POST or None, centre=centre, initial={"until_at": soon})
    if request.method == "POST" and form.is_valid() and (made := _announce(request, centre, form)):
        planned = made.is_ahead(clock.now())
        told = _("The boards will say it at %(when)s.") % {"when": when(made.from_at)}
        messages.success(request, told if planned else _("The boards will say it."))
        return redirect(f"{reverse('centres:day_announcements')}?centre={centre.pk}")
    return render(
        request, "centres/day/announcements.html", _context(request, centre, form), status=400 if form.errors else 200
    )


@require_POST
def stop(request: HttpRequest, announcement_id: int) -> HttpResponse:
    """Take it off the boards."""
    row = get_object_or_404(HallAnnouncement, pk=announcement_id)
    announce_hall.stop(announcement=row, at=clock.now(), acting_user=cast(User, request.user))
    messages.success(request, _("It is off the boards."))
    return redirect(f"{reverse('centres:day_announcements')}?centre={row.centre_id}")


def _announce(request: HttpRequest, centre: Centre, form: HallAnnouncementForm) -> HallAnnouncement | None:
    """What was made; if nothing, the form says why."""
    given = {**form.cleaned_data, "every_minutes": form.cleaned_data["every_minutes"] or 0}
    try:
        return announce_hall.announce(centre=centre, at=clock.now(), acting_user=cast(User, request.user), **given)
    except BadInput as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return None


def _context(request: HttpRequest, centre: Centre, form: HallAnnouncementForm) -> dict[str, object]:
    at = clock.now()
    events = Prefetch("events", HallAnnouncementEvent.objects.select_related("actor"))
    rows = HallAnnouncement.objects.filter(centre=centre).select_related("zone").prefetch_related(events)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    shown: Any = page.object_list
    for row in shown:
        row.state, row.kind = _state(row, at)
    return {
        "centre": centre,
        "centres": centres_to_choose(request),
        "form": form,
        "page": page,
        "query": f"centre={centre.pk}",
    }


def _state(row: HallAnnouncement, at: datetime) -> tuple[str, str]:
    """In a word, with the kind of ``includes/state.html``."""
    if row.stopped_at is not None:
        return pgettext("an announcement", "stopped"), ""
    if row.is_running(at):
        return _("on the boards"), "ok"
    if row.is_ahead(at):
        return _("planned"), "info"
    return _("over"), ""
