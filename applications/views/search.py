"""The search for a dossier: what was typed is posted and kept apart, so that nobody's number or name is in an address."""

from __future__ import annotations

import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from applications.looks import looked_at_list
from applications.permissions import check
from applications.search import LONGEST, Search
from applications.worklist import READERS, Row
from centres.permissions import has_role
from citizens.session import signed_in
from portal import clock, shared

# As long as a working day, so that the way back to a list of results leads there.
KEPT = 10 * 60 * 60


@never_cache
@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """By POST what was typed (``q``) is looked for; a code that is somebody's leads to its dossier at once."""
    check(has_role(request.user, READERS))
    text = " ".join(request.POST.get("q", "").split())[:LONGEST]
    if not text:
        return render(request, "applications/dossiers/search.html", {"longest": LONGEST})
    asked = Search(text, request.user)
    if (only := asked.by_code()) is not None:
        return redirect("applications:dossier", pk=only)
    key = secrets.token_urlsafe(12)
    shared.keep(_kept_as(request, key), text, KEPT)
    return redirect("applications:found", key=key)


@never_cache
@require_GET
def found(request: HttpRequest, key: str) -> HttpResponse:
    """What was found, newest first, thirty a page (``before``)."""
    check(has_role(request.user, READERS))
    text = shared.recall(_kept_as(request, key))
    context = {"longest": LONGEST, "is_gone": text is None, "text": text or ""}
    if text is not None:
        at, asked = clock.now(), Search(text, request.user)
        before = request.GET.get("before", "")
        is_later = before.isascii() and before.isdigit() and len(before) < 19
        page, next_page = asked.page(int(before) if is_later else None)
        rows = [one.application for one in page]
        looked_at_list(applications=rows, reason=_("search for a dossier"), at=at, user=request.user)
        context |= {
            "rows": [(Row(one.application, at), one.why) for one in page],
            "meant": asked.meant,
            "next_page": next_page,
            "is_first_page": not is_later,
        }
    return render(request, "applications/dossiers/search.html", context)


def _kept_as(request: HttpRequest, key: str) -> str:
    """Somebody else's key opens nothing."""
    return f"search:{signed_in(request).pk}:{key}"
