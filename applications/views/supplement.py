"""Asking for what is missing, on a page with room for every line: at the appraisal, and at the counter before receipt."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from applications.actions.locking import wrong_state
from applications.actions.supplement import FORM, ask_at_intake, ask_supplement, asked_at_intake, suggested_until
from applications.catalogue import version_of
from applications.enums import PAPER_THERE, PartState
from applications.forms_supplement import SupplementForm
from applications.handling import BY_KEY, asked_before, step_of
from applications.linked import choices_of
from applications.looks import looked_at
from applications.models import Application, IssuedForm, SupplementRequest
from applications.permissions import check, may_handle, may_sign
from applications.receipts import form_or_404, form_response
from applications.rules import answer_days
from applications.views.desk.matter import mine
from applications.views.dossier import dossier_or_404
from citizens.session import signed_in
from portal import clock
from portal.errors import RuleBroken
from portal.text import pick

WITH_OFFICE = PartState.WITH_OFFICE


@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Form 02 for a dossier at the appraisal. A second one shows first what it means, and is a leader's."""
    dossier, verb = dossier_or_404(request, pk), BY_KEY["ask-supplement"]
    part = _part(request, dossier)
    asked, may_ask_again, at = asked_before(dossier, part), may_sign(request.user, dossier), clock.now()
    is_old_page = request.method == "POST" and may_handle(request.user, dossier)
    check(may_ask_again or is_old_page if asked else may_handle(request.user, dossier))
    problem = None if verb.is_open(dossier, step_of(dossier)) else wrong_state(dossier)
    if problem is not None and request.method == "GET":
        raise problem
    again = asked and may_ask_again
    form = _form(request, dossier, again=again)
    if problem is None and request.method == "POST" and "more" not in request.POST and form.is_valid():
        try:
            ask_supplement(
                application=dossier,
                faults=form.faults(),
                guidance=form.cleaned_data["guidance"],
                until=form.cleaned_data.get("until"),
                reason=form.cleaned_data.get("reason", ""),
                part=part,
                at=at,
                acting_user=signed_in(request),
            )
            messages.success(request, str(verb.done))
            return redirect("applications:dossier", pk=pk)
        except RuleBroken as refusal:
            problem = refusal
    looked_at(application=dossier, reason=_("dossier opened"), at=at, user=request.user)
    return _page(request, dossier, form, problem, again=again, part=part, parts=choices_of(dossier, WITH_OFFICE))


def _part(request: HttpRequest, dossier: Application) -> str:
    """Which of the linked services asks: the one named, else the first that is with its office."""
    keys = list(dict(choices_of(dossier, WITH_OFFICE)))
    named = (request.POST.get("part") or request.GET.get("part", "")) if keys else ""
    if named and named not in keys and request.method == "GET":
        raise wrong_state(dossier)
    return named or next(iter(keys), "")


@never_cache
@require_http_methods(["GET", "POST"])
def ask_at_counter(request: HttpRequest, application_id: int) -> HttpResponse:
    """Form 02 for a draft at the counter; once."""
    draft, at = mine(request, application_id), clock.now()
    looked_at(application=draft, reason=_("dossier opened"), at=at, user=request.user)
    before = asked_at_intake(draft, at)
    if before is not None and request.method == "GET":
        return render(
            request,
            "applications/dossiers/asked_already.html",
            {"draft": draft, "request_before": before, "form_out": _printable(draft, before)},
        )
    form = _form(request, draft)
    problem: RuleBroken | None = None
    if request.method == "POST" and "more" not in request.POST and form.is_valid():
        try:
            ask_at_intake(
                application=draft,
                faults=form.faults(),
                guidance=form.cleaned_data["guidance"],
                until=form.cleaned_data.get("until"),
                at=at,
                acting_user=signed_in(request),
            )
            return redirect("applications:ask_at_counter", application_id=draft.pk)
        except RuleBroken as refusal:
            problem = refusal
    return _page(request, draft, form, problem, at_counter=True)


@never_cache
@require_GET
def form_at_counter(request: HttpRequest, application_id: int, form_id: int) -> HttpResponse:
    """Form 02 of a draft at the counter, as it was issued."""
    draft = mine(request, application_id)
    looked_at(application=draft, reason=_("form printed"), at=clock.now(), user=request.user)
    return form_response(form_or_404(draft, form_id))


def _printable(draft: Application, before: SupplementRequest) -> IssuedForm | None:
    """Its paper, where this centre issued it."""
    if before.application.helped_at_id != draft.helped_at_id:
        return None
    return before.application.issued_forms.filter(number=FORM).first()


def _form(request: HttpRequest, application: Application, *, again: bool = False) -> SupplementForm:
    typed = request.POST if request.method == "POST" else None
    asked = typed.get("free", "") if typed is not None else ""
    free = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 3 else 0
    more = 3 if typed is not None and "more" in typed else 0
    at = clock.now()
    papers = sorted(application.papers.select_related("kind"), key=lambda paper: paper.state in PAPER_THERE)
    return SupplementForm(
        typed,
        papers=[pick(paper.kind.name, "vi") for paper in papers],
        until=suggested_until(application, at),
        fixed=answer_days(application, clock.local_day(at)) is not None,
        again=again,
        free_lines=free + more,
    )


def _page(
    request: HttpRequest, application: Application, form: SupplementForm, problem: RuleBroken | None, **more: Any
) -> HttpResponse:
    is_asked_for_more = "more" in request.POST
    if problem is not None:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem))
    status = problem.status if problem else 400 if form.is_bound and not is_asked_for_more and form.errors else 200
    fields = version_of(application).form_schema.get("properties", {})
    context = {
        "dossier": application,
        "centre": application.competent,
        "version": version_of(application),
        "form": form,
        "shows_errors": form.is_bound and not is_asked_for_more,
        "known_fields": [pick(field.get("title"), "vi") for field in fields.values() if field.get("title")],
        "until": suggested_until(application, clock.now()),
        **more,
    }
    return render(request, "applications/dossiers/ask_supplement.html", context, status=status)
