"""Reporting: two keys from any page of staff, and one short form for citizens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Case, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse, JsonResponse
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
from support import printing
from support.actions.report_once import report_once
from support.enums import REPORTED_BY_PEOPLE, Kind, Severity, Source
from support.enums_equipment import FAULT_KIND, OWNED, EquipmentKind
from support.forms import ReportForm
from support.forms_tell import TellForm
from support.incident_lists import dress
from support.models import Equipment, Incident
from support.own_words import own_words
from support.places import centres_worked_at
from support.querysets_equipment import EquipmentQuerySet

TELLS, TELL_SECONDS = 5, 600
WORDS_SECONDS = 3600
MINE = 30


@never_cache
@require_http_methods(["GET", "POST"])
def staff(request: HttpRequest) -> HttpResponse:
    """First what, then how bad, each with one key; a dialog over whatever page it was asked from."""
    user = cast(User, request.user)
    if not roles_of(user):
        raise NotAllowed(_("This page is for staff of a centre."), code="not_staff")
    centres = centres_worked_at(user)
    things = _things(request, user)
    if request.method == "POST":
        form = ReportForm(request.POST, centres=centres, things=things)
        if form.is_valid() and (made := _report(request, user, form, centres)):
            context = {"incident": made, "by_script": bool(request.headers.get("HX-Request")), **_way_out(user, made)}
            return render(request, _template(request, "reported"), context)
        return render(request, _template(request, "report"), _asking(form, request.POST), status=400)
    kind = request.GET.get("kind", "")
    # Something else than these kinds is more often no thing of the inventory at all.
    thing = things[0].pk if things and (kind != Kind.OTHER or _asked(request.GET)) else None
    page = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")).path
    known = {"kind": kind, "page": page, "centre": _here(user, centres), "equipment": thing}
    form = ReportForm(centres=centres, things=things, initial=known)
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
            given = form.cleaned_data
            report_once(
                client_key=given["client_key"],
                noticed_at=_noticed(given["age"]),
                kind=Kind.OTHER,
                severity=Severity.ANNOYING,
                source=Source.CITIZEN,
                browser=request.headers.get("User-Agent", ""),
                at=clock.now(),
                acting_user=None,
                **{name: given[name] for name in ("centre", "what", "contact")},
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


@require_GET
def words(request: HttpRequest) -> JsonResponse:
    """Marks of the portal's own sentences in a language (``?lang=``): a picture of a page shows these and nothing else."""
    asked = request.GET.get("lang", "")
    language = asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    response = JsonResponse({"marks": own_words(language)})
    response["Cache-Control"] = f"private, max-age={WORDS_SECONDS}"
    return response


def _noticed(age: float | None) -> datetime | None:
    return clock.now() - timedelta(seconds=age) if age is not None else None


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
        "asks_which": "equipment" in form.fields,
        "by_video": settings.VIDEO_CALLS,
    }


def _things(request: HttpRequest, user: User) -> EquipmentQuerySet:
    """What this report may be about: the thing that was scanned, else those of this kind at the officer's counter."""
    given = request.POST if request.method == "POST" else request.GET
    rows = Equipment.objects.scanned_by(user).filter(state__in=OWNED).select_related("centre", "device")
    counter = Counter.objects.filter(officer=user).first()
    kinds = [kind for kind in EquipmentKind if FAULT_KIND.get(kind, Kind.OTHER) == given.get("kind")]
    asked = _asked(given)
    here = Q(counter=counter, kind__in=kinds) if counter is not None else Q(pk=asked)
    return rows.filter(here | Q(pk=asked)).order_by(Case(When(pk=asked, then=0), default=1), "name", "pk")


def _asked(given: Any) -> int:
    """The thing that was scanned; zero where none was."""
    text = given.get("equipment", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _way_out(user: User, made: Incident) -> dict[str, object]:
    """Where a counter whose printer was just reported may print."""
    counter = Counter.objects.select_related("centre").filter(officer=user).first()
    if made.kind != Kind.PRINTER or counter is None or not printing.cannot_print(counter):
        return {"others": []}
    return {"others": printing.near(counter)}


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
        return report_once(
            client_key=given["client_key"],
            noticed_at=_noticed(given["age"]),
            picture=given["picture"],
            kind=given["kind"],
            severity=given["severity"],
            what=words[:500],
            source=Source.STAFF,
            equipment=given.get("equipment"),
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
