"""My applications: the page of whoever is signed in as a citizen."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from applications.mine import lines, whose
from citizens.citizen_session import citizen_required
from citizens.models import CitizenSession
from portal import clock
from portal.vn.phones import last4

PAGE_SIZE = 30


@require_GET
@citizen_required
def mine(request: HttpRequest, session: CitizenSession) -> HttpResponse:
    """One line a dossier, what waits for the citizen first; each leads to its own page without a code."""
    at = clock.now()
    found = whose(session, at)
    page = Paginator(found.rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "whose": found,
        "last4": last4(session.phone) if session.phone else "",
        "page": page,
        "lines": lines(page.object_list, at),
    }
    return render(request, "applications/track/mine.html", context)
