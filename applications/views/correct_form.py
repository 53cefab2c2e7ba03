"""What was filled in, put right after the receipt: the whole form on a page of its own, with what it said before."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications.actions.correct_form import WrongForm, correct_form, correction_form
from applications.actions.locking import wrong_state
from applications.catalogue import counted, version_of
from applications.forms_letters import CorrectionReasonForm
from applications.handling import BY_KEY, step_of
from applications.looks import looked_at
from applications.permissions import check, may_correct_form
from applications.views.dossier import dossier_or_404
from citizens.session import signed_in
from portal import clock
from portal.errors import RuleBroken
from procedures.forms import ProcedureForm


@never_cache
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """The form as it was received; each answer that is typed anew is kept beside the one before."""
    dossier, verb, at = dossier_or_404(request, pk), BY_KEY["correct-form"], clock.now()
    check(may_correct_form(request.user, dossier))
    refusal = None if verb.is_open(dossier, step_of(dossier)) else wrong_state(dossier)
    if refusal is not None and request.method == "GET":
        raise refusal
    fixed = counted(dossier)
    form = ProcedureForm(version_of(dossier), initial={**dossier.form_data, **fixed}, counted=fixed)
    why, status = CorrectionReasonForm(request.POST or None), 200
    if request.method == "POST":
        form, status = (
            correction_form(dossier, {key: request.POST[key] for key in form.fields if key in request.POST}, at),
            400,
        )
        is_valid = why.is_valid() & form.is_valid()
        if refusal is not None:
            why.add_error(None, str(refusal))
            status = refusal.status
        elif is_valid:
            try:
                correct_form(
                    application=dossier,
                    values={key: request.POST[key] for key in form.fields if key in request.POST},
                    reason=why.cleaned_data["reason"],
                    at=at,
                    acting_user=signed_in(request),
                )
                messages.success(request, str(verb.done))
                return redirect("applications:dossier", pk=pk)
            except WrongForm as problem:
                form = problem.form
            except RuleBroken as problem:
                why.add_error("reason" if problem.field == "reason" else None, str(problem))
                status = problem.status
    looked_at(application=dossier, reason=_("dossier opened"), at=at, user=request.user)
    context = {
        "dossier": dossier,
        "centre": dossier.competent,
        "version": version_of(dossier),
        "form": form,
        "why": why,
    }
    return render(request, "applications/dossiers/correct_form.html", context, status=status)
