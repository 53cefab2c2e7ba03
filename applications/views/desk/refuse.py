"""Refusing at the counter what cannot be taken in, and the paper that says so."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications.actions.end_filing import FORM
from applications.actions.locking import wrong_state
from applications.actions.refuse_draft import refuse_draft
from applications.catalogue import version_of
from applications.enums import State
from applications.forms_national import RefuseForm
from applications.looks import looked_at
from applications.models import Application
from applications.permissions import RECEIVERS, check
from centres.permissions import has_role
from citizens.session import signed_in
from portal import clock
from portal.errors import RuleBroken


@never_cache
@require_http_methods(["GET", "POST"])
def refuse(request: HttpRequest, application_id: int) -> HttpResponse:
    """Why, and by which article; once refused, form 03 to print."""
    user = signed_in(request)
    check(has_role(user, RECEIVERS))
    rows = Application.objects.visible_to(user).filter(state__in=[State.DRAFT, State.REFUSED])
    draft = get_object_or_404(rows.select_related("applicant", "helped_at", "version"), pk=application_id)
    paper = draft.issued_forms.filter(number=FORM).order_by("-pk").first()
    form, status = RefuseForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST" and not form.is_valid():
        status = 422
    elif request.method == "POST":
        try:
            refuse_draft(application=draft, **form.cleaned_data, at=clock.now(), acting_user=user)
            return redirect("applications:refuse", application_id=application_id)
        except RuleBroken as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
            status = problem.status
    if draft.state == State.REFUSED and paper is None:
        raise wrong_state(draft)
    looked_at(application=draft, reason=_("dossier opened"), at=clock.now(), user=user)
    context = {
        "row": draft,
        "form": form,
        "paper": paper if draft.state == State.REFUSED else None,
        "procedure": version_of(draft).procedure,
        "is_filed": hasattr(draft, "arrival"),
        "centre": draft.helped_at,
    }
    return render(request, "applications/desk/refuse.html", context, status=status)
