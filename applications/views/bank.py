"""Transfers that found no dossier: a manager matches each by hand, or says what it was."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from applications.actions.match_notice import match_by_hand, set_aside
from applications.bank import notices_to_match, visible_notices
from applications.enums_bank import Outcome
from applications.forms_bank import AsideForm, MatchForm
from applications.models import BankNotice
from applications.permissions import check
from centres.permissions import MANAGERS, has_role
from citizens.session import signed_in
from portal import clock
from portal.errors import RuleBroken

PAGE_SIZE = 20


def managers_only(request: HttpRequest) -> None:
    check(has_role(request.user, MANAGERS))


@never_cache
@require_GET
def to_match(request: HttpRequest) -> HttpResponse:
    """Transfers that nobody could book, the longest waiting first."""
    managers_only(request)
    return _page(request)


@require_POST
def match(request: HttpRequest, pk: int) -> HttpResponse:
    """It was for this dossier."""
    notice, form = _notice_or_404(request, pk), MatchForm(request.POST)
    if not form.is_valid():
        return _page(request, notice, match_form=form, status=400)
    try:
        booked = match_by_hand(
            notice=notice, code=form.cleaned_data["code"], at=clock.now(), acting_user=signed_in(request)
        )
    except RuleBroken as problem:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        return _page(request, notice, match_form=form, status=problem.status)
    said = _("Booked for %(code)s: %(outcome)s.")
    code = booked.application.code if booked.application else ""
    messages.success(request, said % {"code": code, "outcome": Outcome(booked.outcome).label})
    return redirect("applications:bank")


@require_POST
def aside(request: HttpRequest, pk: int) -> HttpResponse:
    """It was for no dossier."""
    notice, form = _notice_or_404(request, pk), AsideForm(request.POST)
    if not form.is_valid():
        return _page(request, notice, aside_form=form, status=400)
    try:
        set_aside(notice=notice, note=form.cleaned_data["note"], at=clock.now(), acting_user=signed_in(request))
    except RuleBroken as problem:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        return _page(request, notice, aside_form=form, status=problem.status)
    messages.success(request, _("Taken off the list, with what you wrote."))
    return redirect("applications:bank")


def _page(
    request: HttpRequest,
    tried: BankNotice | None = None,
    *,
    match_form: Form | None = None,
    aside_form: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    page = Paginator(notices_to_match(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [
        (
            notice,
            match_form if match_form and notice == tried else MatchForm(auto_id=f"match-{notice.pk}-%s"),
            aside_form if aside_form and notice == tried else AsideForm(auto_id=f"aside-{notice.pk}-%s"),
        )
        for notice in page
    ]
    context = {"page": page, "rows": rows, "tried": tried, "tried_form": match_form or aside_form}
    return render(request, "applications/bank/to_match.html", context, status=status)


def _notice_or_404(request: HttpRequest, pk: int) -> BankNotice:
    managers_only(request)
    return get_object_or_404(visible_notices(request.user), pk=pk)
