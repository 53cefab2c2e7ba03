"""The public catalogue: find a procedure in one's own words, and see on one page what it needs, costs and takes."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from portal import clock
from procedures import catalogue_cache
from procedures.calendars import next_moment
from procedures.declaration_files import blank_form
from procedures.declarations import has_declaration
from procedures.forms_public import AddressForm, SearchForm
from procedures.models import Unit
from procedures.sheet import case_page
from procedures.units import answer_for, near_misses, resolve_old_address, units_with

MOST_FOUND = 20
# A number of a person or of a dossier: neither is looked for here. Nine digits, however they are set apart.
_LONG_NUMBER = re.compile(r"\d(?:[\W_]*\d){8}")
_NATIONAL_CODE = re.compile(r"\b\d\.\d{6}(?:\.\d{3}\.\d{2}\.\d{2}(?:\.[A-Z]\d{2}(?:\.\d{2})?)?)?", re.IGNORECASE)
_CODE_WITHOUT_DOT = re.compile(r"(\d)(\d{6})", re.ASCII)
_DOSSIER_CODE = re.compile(r"[A-Z]\d{2}(\.\d{1,3}){0,3}-\d{6}-\d{4,6}", re.IGNORECASE)


@login_not_required
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Search, life events and fields; with a query, what was found. A number leads to a page that no longer has it: this
    page's address stands in its links, and in the browser's history."""
    if refused := _number_in(request.GET.get("q", "")):
        return redirect(f"{reverse('procedures:list')}?{urlencode({'refused': refused})}")
    form = SearchForm(request.GET if "q" in request.GET else None)
    query = form.cleaned_data["q"] if form.is_bound and form.is_valid() else ""
    if code := _CODE_WITHOUT_DOT.fullmatch(query.strip()):
        query = f"{code[1]}.{code[2]}"
    context: dict[str, Any] = {"form": form, "query": query, "refused": request.GET.get("refused")}
    if query:
        found = catalogue_cache.procedure_index().search(query, MOST_FOUND)
        context["found"] = [answer.procedure for answer in found]
    if not context.get("found"):
        context["events"] = catalogue_cache.life_events()
        context["fields"] = list(dict.fromkeys(procedure.field for procedure in catalogue_cache.all_procedures()))
    return render(request, "procedures/find.html", context)


def _number_in(typed: str) -> str:
    """What kind of number was typed where words are asked for, if any."""
    plain = unicodedata.normalize("NFKC", typed)
    if _DOSSIER_CODE.search(plain):
        return "dossier"
    return "number" if _LONG_NUMBER.search(_NATIONAL_CODE.sub("", plain)) else ""


@login_not_required
@require_GET
def of_event(request: HttpRequest, key: str) -> HttpResponse:
    """What follows when this has happened."""
    event = next((event for event in catalogue_cache.life_events() if event.key == key), None)
    if event is None:
        raise Http404
    by_key = {procedure.key: procedure for procedure in catalogue_cache.all_procedures()}
    procedures = [by_key[key] for key in event.procedures if key in by_key]
    return render(request, "procedures/list.html", {"title": event.name, "event": event, "procedures": procedures})


@login_not_required
@require_GET
def of_field(request: HttpRequest, code: str) -> HttpResponse:
    """Every procedure of one field; those only listed come last."""
    procedures = [procedure for procedure in catalogue_cache.all_procedures() if procedure.field.code == code]
    if not procedures:
        raise Http404
    return render(request, "procedures/list.html", {"title": procedures[0].field.name, "procedures": procedures})


@login_not_required
@require_GET
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """One procedure on one page, for the reader's own case: papers, fees and the day, as the counter would say them when it
    is handed in next."""
    at = next_moment(clock.now(), catalogue_cache.load_calendar())
    version = catalogue_cache.version_in_force(code, at.date())
    if version is None:
        return _without_version(request, code, at.date())
    return render(request, "procedures/detail.html", case_page(version, request.GET or None, at))


@login_not_required
@require_GET
def blank(request: HttpRequest, code: str) -> HttpResponse:
    """The procedure's form as a PDF, to fill in by hand."""
    version = catalogue_cache.version_in_force(code, next_moment(clock.now(), catalogue_cache.load_calendar()).date())
    if version is None or not has_declaration(version):
        raise Http404
    response = HttpResponse(blank_form(version), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{version.procedure.code}.pdf"'
    return response


def _without_version(request: HttpRequest, code: str, day: date) -> HttpResponse:
    """Only the name of a procedure is known, or its rules are not in force on this day."""
    procedure = next((row for row in catalogue_cache.all_procedures() if code in (row.code, row.key)), None)
    if procedure is None:
        raise Http404
    coming = catalogue_cache.version_after(procedure, day)
    return render(request, "procedures/only_listed.html", {"procedure": procedure, "coming": coming})


@login_not_required
@sensitive_post_parameters("address")
@require_http_methods(["GET", "POST"])
def units(request: HttpRequest) -> HttpResponse:
    """ "My address after 1 July 2025": the ward or commune of today that an old address lies in.

    The answer's address says which units were named, and nothing of what was typed.
    """
    if request.method == "POST":
        return _unit_of(request)
    context: dict[str, Any] = {"form": AddressForm()}
    if "unit" in request.GET:
        keys = set(request.GET.getlist("unit"))
        named = units_with(keys)
        if len(named) < len(keys):
            raise Http404
        context["found"] = answer_for(named)
    return render(request, "procedures/units.html", context)


def _unit_of(request: HttpRequest) -> HttpResponse:
    """On to the answer; where no unit is recognised, what was typed stays to be mended, with the units it may mean to
    choose from."""
    if chosen := units_with(request.POST.getlist("unit")):
        return _to_answer(chosen)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return render(request, "procedures/units.html", {"form": form}, status=400)
    text = form.cleaned_data["address"]
    found = resolve_old_address(text)
    if found.named:
        return _to_answer(found.named)
    context = {"form": form, "found": found, "address": text, "similar": near_misses(text)}
    return render(request, "procedures/units.html", context)


def _to_answer(named: list[Unit]) -> HttpResponse:
    query = urlencode([("unit", unit.pk) for unit in named])
    return redirect(f"{reverse('procedures:units')}?{query}")
