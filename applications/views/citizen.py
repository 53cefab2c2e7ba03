"""The citizen's pages: one address from the slip to the result, and the way there by code and phone."""

from __future__ import annotations

import hashlib
from functools import partial

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from applications.forms_track import TrackForm
from applications.models import Application
from applications.receipts import public_copy_response, public_file_response
from applications.tracking import ITS_OWN, TrackedVisit, dossier_address, find_visit, visit_address
from applications.tracking_access import open_by_code
from centres.actions.rate import rate
from centres.enums import IN_HALL, Score
from centres.models import HeldNumber
from portal import clock, live, shared
from portal.errors import RuleBroken

TOPICS_SECONDS = 120
# A visit whose dossiers change at every look is looked at no oftener.
TRIES = 3


@login_not_required
@require_GET
def ticket(request: HttpRequest, token: str) -> HttpResponse:
    """Where this visit and its dossiers stand. Asked for as a part, an unchanged page costs no SQL."""
    if request.headers.get("X-Part"):
        return _unless_unchanged(request, token)
    visit = _found(request, token)
    if visit is None:
        return _not_yet(request, token)
    _remember(token, visit)
    return _page(request, visit)


def visit_page(request: HttpRequest, token: str, problem: RuleBroken, **typed: object) -> HttpResponse:
    """The visit's page with a sentence about what could not be done: beside the field that it is about where that is
    one of the ``typed`` values, which stay as they are, else above everything."""
    visit = _visit_or_404(request, token)
    is_beside = problem.field in typed and visit.waits_today
    return _page(request, visit, status=problem.status, problem=problem, is_beside=is_beside, **typed)


@login_not_required
@require_POST
def rate_visit(request: HttpRequest, token: str) -> HttpResponse:
    """One answer of three about the visit, once."""
    visit = _visit_or_404(request, token)
    if visit.ticket is None:
        raise Http404
    said = request.POST.get("score", "")
    score = next((value for value in Score.values if str(value) == said), 0)
    comment = request.POST.get("comment", "")
    try:
        rate(ticket=visit.ticket, score=score, comment=comment, at=visit.at)
    except RuleBroken as problem:
        return _page(request, visit, status=problem.status, problem=problem, comment=comment)
    return redirect(visit.address)


@login_not_required
@require_GET
def receipt_for_citizen(request: HttpRequest, token: str, form_id: int | None = None) -> HttpResponse:
    """A copy of the receipt, or of another form, of the dossier whose token this is; it shows no more of the person than the
    page."""
    application = Application.objects.filter(token=token).first()
    if application is None:
        raise Http404
    return public_copy_response(application, form_id)


@login_not_required
@require_GET
def copy_for_citizen(request: HttpRequest, token: str, item_id: int) -> HttpResponseBase:
    """The signed file of a certified copy that was asked for electronically, for whoever has its dossier's address."""
    application = Application.objects.filter(token=token).first()
    if application is None:
        raise Http404
    return public_file_response(request, application, item_id)


@login_not_required
@never_cache
@sensitive_post_parameters("phone_last4")
@require_http_methods(["GET", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """Find a dossier by its code and the last four digits of the phone; never by GET, so never in a log."""
    form = TrackForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            found = open_by_code(request, form.cleaned_data["code"], form.cleaned_data["phone_last4"])
            return redirect(dossier_address(found.token))
        except RuleBroken as problem:
            form.add_error(None, str(problem))
            status = problem.status
    elif request.method == "POST":
        status = 400
    return render(request, "applications/track/find.html", {"form": form}, status=status)


def address_again(request: HttpRequest, token: str) -> str:
    """Of the visit's page as it was when this action was taken on it."""
    return dossier_address(token) if _begins_with_its_own(request) else visit_address(token)


def carried(request: HttpRequest) -> list[tuple[str, str]]:
    """What a form sent by GET has to bring along for that, as hidden fields."""
    return list(ITS_OWN.items()) if _begins_with_its_own(request) else []


def _begins_with_its_own(request: HttpRequest) -> bool:
    return all(request.GET.get(name) == value for name, value in ITS_OWN.items())


def _found(request: HttpRequest, token: str) -> TrackedVisit | None:
    return find_visit(token, clock.now(), begins_with_its_own=_begins_with_its_own(request))


def _visit_or_404(request: HttpRequest, token: str) -> TrackedVisit:
    visit = _found(request, token)
    if visit is None:
        raise Http404
    return visit


def _not_yet(request: HttpRequest, token: str) -> HttpResponse:
    """A slip that a kiosk without a connection has given out, and that the portal does not know of yet."""
    if not HeldNumber.objects.filter(token=token, used_at__isnull=True, block__closed_at__isnull=True).exists():
        raise Http404
    response = render(request, "applications/track/not_yet.html", {"token": token})
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _page(request: HttpRequest, visit: TrackedVisit, status: int = 200, **more: object) -> HttpResponse:
    context = {"visit": visit, "scores": Score, "hall": IN_HALL, **more}
    context["live"] = live.address(visit.topics)
    response = render(request, "applications/track/visit.html", context, status=status)
    # The address is the key to the page: it is kept nowhere, indexed by nobody and told to no other site.
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response


def _part(request: HttpRequest, token: str, made: list[TrackedVisit]) -> HttpResponse:
    visit = _visit_or_404(request, token)
    _remember(token, visit)
    made.append(visit)
    return render(request, "applications/track/parts/visit.html", {"visit": visit, "scores": Score})


def _unless_unchanged(request: HttpRequest, token: str) -> HttpResponse:
    """The part, with a tag of what it now waits for: a dossier that has just begun is a topic it did not have before."""
    topics = shared.recall(_topics_key(token)) or _remember(token, _visit_or_404(request, token))
    for _try in range(TRIES):
        made: list[TrackedVisit] = []
        response = live.answer(request, topics, partial(_part, request, token, made), early=True)
        if not made or made[0].topics == topics:
            break
        topics = made[0].topics
    return response


def _remember(token: str, visit: TrackedVisit) -> list[str]:
    """Keep which changes this page waits for, under a hash: tokens lie in no cache."""
    topics = visit.topics
    shared.keep(_topics_key(token), topics, TOPICS_SECONDS)
    return topics


def _topics_key(token: str) -> str:
    return f"track:{hashlib.sha256(token.encode()).hexdigest()[:32]}"
