"""Known problems: searched by staff, kept by support, offered before a report is sent."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from centres.permissions import has_role, roles_of
from citizens.models import User
from portal import clock
from portal.errors import BadInput, NotAllowed
from support.actions.known import keep_known
from support.forms import KnownForm
from support.known_problems import alike, search
from support.models import KnownProblem
from support.permissions import RESPONDERS, require_support

PAGE_SIZE = 30
LONGEST_QUERY = 200


@never_cache
@require_GET
def known(request: HttpRequest) -> HttpResponse:
    """All, or those that hold the words asked for."""
    _require_staff(request)
    asked = request.GET.get("q", "")[:LONGEST_QUERY]
    page = Paginator(search(asked), PAGE_SIZE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    keeps = has_role(request.user, RESPONDERS)
    return render(
        request, "support/known.html", {"page": page, "asked": asked, "query": query.urlencode(), "keeps": keeps}
    )


@never_cache
@require_GET
def like(request: HttpRequest) -> HttpResponse:
    """What may help somebody who is typing a report."""
    _require_staff(request)
    what = request.GET.get("what", "")[:LONGEST_QUERY]
    return render(request, "support/parts/alike.html", {"alike": alike(request.GET.get("kind", ""), what)})


@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Write one down, or mend its words."""
    user = cast(User, request.user)
    require_support(user)
    row = get_object_or_404(KnownProblem, pk=pk) if pk else None
    initial = None
    if row is not None:
        initial = {name: getattr(row, name) for name in ("kind", "title", "symptoms", "remedy")}
        initial["is_retired"] = row.retired_at is not None
    form = KnownForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            keep_known(known=row, at=clock.now(), acting_user=user, **form.cleaned_data)
        except BadInput as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect("support:known")
    return render(request, "support/known_edit.html", {"form": form, "known": row}, status=400 if form.errors else 200)


def _require_staff(request: HttpRequest) -> None:
    if not roles_of(request.user):
        raise NotAllowed(_("This page is for staff of a centre."), code="not_staff")
