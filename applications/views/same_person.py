"""Two records of one person: found, looked at side by side, made one, and apart again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications.actions.merge_people import dossiers_of, merge_people, unmerge_people
from applications.forms_same_person import MergeForm, NumbersForm, UndoForm
from applications.looks import looked_at_people
from applications.models import Application
from applications.permissions import check
from applications.same_person import MERGERS, Pair, candidates, digits_apart, may_merge, others_like, served_at, why
from centres.models import Centre
from centres.permissions import centres_of, has_role
from citizens.actions.identify import find_by_number
from citizens.models import Citizen, Merge
from citizens.session import signed_in
from portal import clock
from portal.errors import RuleBroken

MOST_MERGES = 30


def _centres(request: HttpRequest) -> set[int] | None:
    """Where this person may merge records; ``None`` is everywhere. Raises ``NotAllowed``."""
    check(has_role(request.user, MERGERS))
    return centres_of(request.user, MERGERS)


def _look(request: HttpRequest, centres: set[int] | None, people: list[Citizen], reason: str) -> None:
    centre = Centre.objects.filter(pk__in=centres).order_by("code").first() if centres else None
    looked_at_people(people=people, centre=centre, reason=reason, at=clock.now(), user=request.user)


@never_cache
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Records that may be of one person, and what was merged before. By POST one is looked for by number, or two are."""
    centres = _centres(request)
    form = NumbersForm(request.POST if request.method == "POST" else None)
    pairs: list[Pair] | None = None
    if request.method == "POST" and form.is_valid():
        one, other = (_found(form, name, centres) for name in ("number", "other"))
        if one is not None and other is not None and one != other and not form.errors:
            return redirect("applications:same_person", one=one.pk, other=other.pk)
        if one is not None and one == other:
            form.add_error("other", _("Both numbers lead to the same record already."))
        if one is not None and not form.errors:
            pairs = others_like(one, centres)
    is_search = pairs is not None
    if pairs is None:
        pairs = candidates(centres, clock.now())
    merges = _merges(centres)
    shown = [person for pair in pairs for person in (pair.one, pair.other)]
    _look(request, centres, [*shown, *(done.survivor for done in merges)], _("records that may be of one person"))
    context = {"form": form, "pairs": pairs, "is_search": is_search, "merges": merges}
    status = 400 if form.errors else 200
    return render(request, "applications/people/list.html", context, status=status)


def _found(form: NumbersForm, name: str, centres: set[int] | None) -> Citizen | None:
    """Whose number that is, if they were served where this person may look; said beside the field where nobody is."""
    number = form.cleaned_data.get(name)
    if not number:
        return None
    known = find_by_number(number)
    if known is None or not served_at(Citizen.objects.filter(pk=known.pk), centres).exists():
        form.add_error(name, _("Nobody with this number was served here."))
        return None
    return known


def _merges(centres: set[int] | None) -> list[Merge]:
    """The latest that this person may take back, or that were taken back."""
    rows = Merge.objects.select_related("survivor", "merged", "by", "undone_by")
    if centres is not None:
        rows = rows.filter(survivor__in=served_at(Citizen.objects.all(), centres))
    return list(rows[:MOST_MERGES])


@dataclass(frozen=True)
class Record:
    """One of the two as the page shows it."""

    citizen: Citizen
    counts: dict[str, int]
    codes: list[str]


def _record(request: HttpRequest, citizen: Citizen) -> Record:
    counts = Citizen.objects.filter(pk=citizen.pk).aggregate(
        dossiers=Count("applications", distinct=True),
        parties=Count("parties", distinct=True),
        tickets=Count("tickets", distinct=True),
        papers=Count("held_documents", distinct=True),
    )
    visible = Application.objects.visible_to(request.user).filter(applicant=citizen, code__isnull=False)
    return Record(citizen, counts, list(visible.order_by("-received_at").values_list("code", flat=True)[:10]))


@never_cache
@require_http_methods(["GET", "POST"])
def same_person(request: HttpRequest, one: int, other: int) -> HttpResponse:
    """Two records side by side; by POST one of them counts from now on."""
    centres = _centres(request)
    records = [get_object_or_404(served_at(Citizen.objects.all(), centres), pk=pk) for pk in (one, other)]
    if one == other:
        raise Http404
    form = MergeForm(request.POST if request.method == "POST" else None, records=records)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            survivor = next(row for row in records if row.pk == form.cleaned_data["survivor"])
            merged = next(row for row in records if row.pk != survivor.pk)
            try:
                done = merge_people(
                    merged=merged,
                    survivor=survivor,
                    reason=form.cleaned_data["reason"],
                    at=clock.now(),
                    acting_user=signed_in(request),
                )
                messages.success(request, _("Both are one record now. It can be taken back here at any time."))
                return redirect("applications:merged_record", pk=done.pk)
            except RuleBroken as problem:
                form.add_error(problem.field if problem.field in form.fields else None, str(problem))
                status = problem.status
    _look(request, centres, records, _("two records compared"))
    context: dict[str, Any] = {
        "form": form,
        "records": [_record(request, row) for row in records],
        "why": why(*records),
        "digits": ", ".join(map(str, digits_apart(*records))),
        "is_merged": any(row.merged_into_id for row in records),
    }
    return render(request, "applications/people/compare.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def merged_record(request: HttpRequest, pk: int) -> HttpResponse:
    """What was merged, by whom and why, and the way back."""
    centres = _centres(request)
    done = get_object_or_404(Merge.objects.select_related("survivor", "merged", "by", "undone_by"), pk=pk)
    if not may_merge(request.user, done.survivor, done.merged):
        raise Http404
    form, status = UndoForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                unmerge_people(
                    done=done, reason=form.cleaned_data["reason"], at=clock.now(), acting_user=signed_in(request)
                )
                messages.success(request, _("Both records are as they were."))
                return redirect(reverse("applications:merged_record", args=[pk]))
            except RuleBroken as problem:
                form.add_error(problem.field if problem.field in form.fields else None, str(problem))
                status = problem.status
    _look(request, centres, [done.survivor, done.merged], _("a merging looked at"))
    visible = Application.objects.visible_to(request.user).filter(
        pk__in=dossiers_of(done.moved.all()), code__isnull=False
    )
    kinds = done.moved.values_list("model").annotate(count=Count("pk"))
    context = {
        "done": done,
        "form": form,
        "codes": list(visible.order_by("code").values_list("pk", "code")),
        "moved": {model.rpartition(".")[2]: count for model, count in kinds},
    }
    return render(request, "applications/people/merged.html", context, status=status)
