"""Reporting: two keys from any page of staff, and one short form for citizens."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from centres.models import Centre, Counter
from centres.permissions import roles_of
from citizens.models import User
from portal import clock, ratelimit
from portal.errors import BadInput, NotAllowed
from support.actions.report import report
from support.enums import REPORTED_BY_PEOPLE, Kind, Severity, Source
from support.forms import ReportForm
from support.forms_tell import TellForm
from support.incident_lists import dress
from support.models import Incident
from support.places import centres_worked_at

TELLS, TELL_SECONDS = 5, 600
MINE = 30


@never_cache
@require_http_methods(["GET", "POST"])
def staff(request: HttpRequest) -> HttpResponse:
    """First what, then how bad, each with one key; a dialog over whatever page it was asked from."""
    user = cast(User, request.user)
    if not roles_of(user):
        raise NotAllowed(_("This page is for staff of a centre."), code="not_staff")
    centres = centres_worked_at(user)
    if request.method == "POST":
        form = ReportForm(request.POST, centres=centres)
        if form.is_valid() and (made := _report(request, user, form, centres)):
            context = {"incident": made, "by_script": bool(request.headers.get("HX-Request"))}
            return render(request, _template(request, "reported"), context)
        return render(request, _template(request, "report"), _asking(form, request.POST), status=400)
    kind = request.GET.get("kind", "")
    page = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")).path
    form = ReportForm(centres=centres, initial={"kind": kind, "page": page, "centre": _here(user, centres)})
    return render(request, _template(request, "report"), _asking(form, request.GET))


@never_cache
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """What I have reported, and what became of it."""
    at = clock.now()
    rows = Incident.objects.filter(reporter=request.user.pk).select_related("centre", "owner")[:MINE]
    return render(request, "support/mine.html", {"rows": [dress(row, at) for row in rows]})


@login_not_required
@never_cache
@sensitive_post_parameters("contact")
@require_http_methods(["GET", "POST"])
def citizen(request: HttpRequest) -> HttpResponse:
    """Something does not work at a centre or on the website."""
    form = TellForm(request.POST or None, initial={"centre": request.GET.get("centre")})
    if request.method == "POST" and form.is_valid():
        ratelimit.count("tell", ratelimit.client_address(request), limit=TELLS, seconds=TELL_SECONDS)
        try:
            report(
                kind=Kind.OTHER,
                severity=Severity.ANNOYING,
                source=Source.CITIZEN,
                browser=request.headers.get("User-Agent", ""),
                at=clock.now(),
                acting_user=None,
                **form.cleaned_data,
            )
        except BadInput as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            return redirect("support:told")
    return render(request, "support/public/tell.html", {"form": form}, status=400 if form.errors else 200)


@login_not_required
@require_GET
def told(request: HttpRequest) -> HttpResponse:
    """Thanks; a reload tells nothing again."""
    return render(request, "support/public/told.html")


def _template(request: HttpRequest, name: str) -> str:
    return f"support/parts/{name}.html" if request.headers.get("HX-Request") else f"support/{name}.html"


def _asking(form: ReportForm, given: Any) -> dict[str, object]:
    kind = given.get("kind", "")
    known = kind in REPORTED_BY_PEOPLE
    return {
        "form": form,
        "kinds": REPORTED_BY_PEOPLE,
        "kind": Kind(kind) if known else None,
        "severities": list(Severity),
        "problem": kind and not known,
    }


def _here(user: User, centres: QuerySet[Centre]) -> int | None:
    """Where the counter of the user stands, else the only centre there is to choose."""
    counter = Counter.objects.filter(officer=user).first()
    if counter is not None:
        return counter.centre_id
    found = list(centres.values_list("pk", flat=True)[:2])
    return found[0] if len(found) == 1 else None


def _report(request: HttpRequest, user: User, form: ReportForm, centres: QuerySet[Centre]) -> Incident | None:
    """What was made; if nothing, the form says why."""
    given = form.cleaned_data
    counter = Counter.objects.filter(officer=user).first()
    words = given["what"] or str(Kind(given["kind"]).label)
    if counter is not None:
        words = f"{words} · {counter}"
    try:
        return report(
            kind=given["kind"],
            severity=given["severity"],
            what=words[:500],
            source=Source.STAFF,
            centre=given["centre"] or Centre.objects.filter(pk=_here(user, centres) or 0).first(),
            page=given["page"],
            browser=request.headers.get("User-Agent", ""),
            errors=given["errors_seen"].splitlines(),
            at=clock.now(),
            acting_user=user,
        )
    except BadInput as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return None
