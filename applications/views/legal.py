"""What waits for legal confirmation: the city's administrator reads each row, confirms it with its text, or mends it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications.actions.confirm_law import confirm_law, take_back_confirmation
from applications.forms_legal import ConfirmForm
from applications.legal import confirmed, kinds_of, waiting
from applications.permissions import CITY, check
from centres.permissions import has_role
from citizens.session import signed_in
from portal import clock
from portal.errors import RuleBroken

PAGE_SIZE = 30
SHOWN_CONFIRMED = 20


@never_cache
@require_http_methods(["GET", "POST"])
def law(request: HttpRequest) -> HttpResponse:
    """One list with what waits, by kind; below it what was confirmed last, and the way back."""
    check(has_role(request.user, CITY))
    form: forms.Form | None = None
    status = 200
    if request.method == "POST":
        at, user = clock.now(), signed_in(request)
        try:
            if "back" in request.POST:
                take_back_confirmation(about=request.POST.get("about", ""), at=at, acting_user=user)
                messages.success(request, _("Taken back. It waits for confirmation again."))
                return redirect(request.get_full_path())
            form, status = ConfirmForm(request.POST), 400
            if form.is_valid():
                confirm_law(
                    about=request.POST.get("about", ""),
                    said=request.POST.get("said", ""),
                    **form.cleaned_data,
                    at=at,
                    acting_user=user,
                )
                messages.success(request, _("Confirmed. Changed later, it is listed here again."))
                return redirect(request.get_full_path())
        except RuleBroken as problem:
            form = form or ConfirmForm({})
            form.errors.clear()
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
            status = problem.status
    return _page(request, form, status)


def _page(request: HttpRequest, form: forms.Form | None, status: int) -> HttpResponse:
    rows = waiting(clock.today())
    kinds = kinds_of(rows)
    kind = request.GET.get("kind", "")
    shown = [row for row in rows if row.label == kind] or rows
    context = {
        "page": Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page")),
        "count": len(rows),
        "kinds": kinds,
        "kind": kind,
        "form": form or ConfirmForm(),
        "tried": request.POST.get("about", "") if form is not None else "",
        "confirmed": confirmed(SHOWN_CONFIRMED),
        "may_administer": request.user.is_staff,
    }
    return render(request, "applications/city/law.html", context, status=status)
