"""The tracking book of a centre by day (form 07): what was printed is kept, and printed again only when it says more."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from applications.actions.print_book import print_book
from applications.looks import looked_at_list
from applications.models import BookPrint
from applications.permissions import REGISTER_READERS, check
from applications.serving import stored_response
from applications.tracking_book import part_of, received_on
from centres.models import Centre
from centres.permissions import centres_of, has_role
from citizens.session import signed_in
from portal import clock


def _centre(request: HttpRequest) -> Centre:
    check(has_role(request.user, REGISTER_READERS))
    allowed = centres_of(request.user, REGISTER_READERS)
    rows = Centre.objects.filter(is_active=True).order_by("code")
    if allowed is not None:
        rows = rows.filter(pk__in=allowed)
    wanted = request.GET.get("centre", "")
    if wanted:
        rows = (
            rows.filter(pk=int(wanted)) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else rows.none()
        )
    centre = rows.first()
    if centre is None:
        raise Http404
    return centre


def _day(request: HttpRequest) -> date:
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return clock.today()
    return min(max(day, date(2000, 1, 1)), clock.today())


@never_cache
@require_http_methods(["GET", "POST"])
def book(request: HttpRequest) -> HttpResponse:
    """The day's page: how many dossiers, and its prints. By POST it is printed as it stands now."""
    centre, day = _centre(request), _day(request)
    if request.method == "POST":
        made = print_book(centre=centre, day=day, at=clock.now(), acting_user=signed_in(request))
        if not made:
            messages.info(request, _("Nothing was received on this day."))
        return redirect(f"{reverse('applications:book_of_day')}?centre={centre.pk}&day={day}")
    context = {
        "centre": centre,
        "day": day,
        "count": received_on(centre, day).count(),
        "prints": BookPrint.objects.filter(centre=centre, day=day).select_related("made_by"),
    }
    return render(request, "applications/dossiers/book.html", context)


@never_cache
@require_GET
def printed(request: HttpRequest, print_id: int) -> HttpResponseBase:
    """A print as it was made; who looks at it sees everybody of the day."""
    check(has_role(request.user, REGISTER_READERS))
    allowed = centres_of(request.user, REGISTER_READERS)
    rows = BookPrint.objects.select_related("centre")
    row = get_object_or_404(rows if allowed is None else rows.filter(centre__in=allowed), pk=print_id)
    looked_at_list(
        applications=part_of(row.centre, row.day, row.part),
        reason=_("tracking book printed"),
        at=clock.now(),
        user=request.user,
    )
    name = f"so-theo-doi-{row.centre.code}-{row.day:%Y-%m-%d}-{row.part}-{row.sequence}.pdf"
    return stored_response(request, row.sha256, media_type="application/pdf", name=name)
