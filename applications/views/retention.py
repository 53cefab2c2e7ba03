"""The city administrator's pages of what is no longer kept: rules, lists to approve, records."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from applications.actions.retain import CARRY_OUT_TASK, GONE, NOT_DUE, approve_list, make_list
from applications.enums import Erased
from applications.models import RetentionList
from applications.permissions import CITY, check
from applications.retention import rules_on
from centres.permissions import has_role
from citizens.session import signed_in
from portal import clock
from portal.errors import RuleBroken
from portal.jobs import wake

PAGE_SIZE, MOST_LISTS = 50, 30
COUNTED = {
    Erased.PAPERS: _("papers erased"),
    Erased.FORMS: _("forms erased"),
    Erased.WHOLE: _("dossiers made anonymous"),
    f"left_{NOT_DUE}": _("left: not due any more"),
    f"left_{GONE}": _("left: erased with its dossier"),
    "files_removed": _("files removed from the store"),
    "files_meant_elsewhere": _("files kept: another dossier has the same"),
}


@never_cache
@require_GET
def retention(request: HttpRequest) -> HttpResponse:
    check(has_role(request.user, CITY))
    return _overview(request)


def _overview(request: HttpRequest, problem: RuleBroken | None = None) -> HttpResponse:
    rules = sorted(rules_on(clock.today()).values(), key=lambda rule: (rule.what, str(rule)))
    context = {
        "rules": rules,
        "lists": RetentionList.objects.select_related("made_by", "approved_by", "record")[:MOST_LISTS],
        "problem": problem,
        "may_administer": request.user.is_staff,
    }
    return render(request, "applications/city/retention.html", context, status=problem.status if problem else 200)


@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Put together what is due today."""
    check(has_role(request.user, CITY))
    try:
        listed = make_list(at=clock.now(), acting_user=signed_in(request))
    except RuleBroken as problem:
        return _overview(request, problem)
    return redirect("applications:retention_list", pk=listed.pk)


@never_cache
@require_GET
def listed(request: HttpRequest, pk: int) -> HttpResponse:
    """One list, fifty lines a page: codes of dossiers, and nobody's name."""
    check(has_role(request.user, CITY))
    return _list(request, _found(pk))


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approved by somebody else, it is carried out by a worker."""
    check(has_role(request.user, CITY))
    found = _found(pk)
    try:
        approve_list(
            listed=found, digest=request.POST.get("digest", ""), at=clock.now(), acting_user=signed_in(request)
        )
    except RuleBroken as problem:
        return _list(request, found, problem)
    wake(CARRY_OUT_TASK)
    return redirect("applications:retention_list", pk=pk)


def _found(pk: int) -> RetentionList:
    return get_object_or_404(RetentionList.objects.select_related("made_by", "approved_by", "record"), pk=pk)


def _counts(found: RetentionList) -> list[tuple[Promise, int]]:
    record = getattr(found, "record", None)
    return [(COUNTED[name], number) for name, number in record.counts.items()] if record else []


def _list(request: HttpRequest, found: RetentionList, problem: RuleBroken | None = None) -> HttpResponse:
    lines = found.lines.select_related(
        "application__version__procedure", "rule__procedure", "rule__field", "rule__kind"
    )
    context = {
        "listed": found,
        "page": Paginator(lines, PAGE_SIZE).get_page(request.GET.get("page")),
        "counts": _counts(found),
        "may_approve": found.approved_at is None and found.made_by_id != signed_in(request).pk,
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "applications/city/retention_list.html", context, status=status)
