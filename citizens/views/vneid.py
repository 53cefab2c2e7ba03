"""A citizen signs in with VNeID: there, and back."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from citizens.actions.citizen_sessions import end_session
from citizens.actions.vneid_sign_in import sign_in_with_vneid
from citizens.citizen_session import citizen_session, signed_in_response
from citizens.vneid import is_offered, lead_there, who_came_back
from portal import clock, ratelimit
from portal.errors import RuleBroken

# Each costs VNeID an answer and us the wait for it; a hall shares an address.
BEGUN, BEGUN_SECONDS = 60, 10 * 60


@login_not_required
@never_cache
@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    """Lead to VNeID. By GET: a form's redirect to another site is against the pages' own policy."""
    if not is_offered():
        raise Http404
    try:
        ratelimit.count("vneid", ratelimit.client_address(request), limit=BEGUN, seconds=BEGUN_SECONDS)
        return lead_there(request)
    except RuleBroken as problem:
        return _not_signed_in(request, problem)


@login_not_required
@never_cache
@require_GET
def back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take what VNeID says, once, in the browser that had asked."""
    if not is_offered():
        raise Http404
    try:
        key = sign_in_with_vneid(said=who_came_back(request), at=clock.now())
    except RuleBroken as problem:
        return _not_signed_in(request, problem)
    before = citizen_session(request)
    if before is not None:
        end_session(session=before, at=clock.now())
    return signed_in_response(key)


def _not_signed_in(request: HttpRequest, problem: RuleBroken) -> HttpResponse:
    return render(request, "citizens/not_signed_in.html", {"problem": problem}, status=problem.status)
