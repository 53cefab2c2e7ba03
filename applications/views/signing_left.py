"""A line whose signer has no key any more: looked at and taken over by another signer."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications.actions.take_over_signing import take_over_signing
from applications.certifiers import title_on_paper
from applications.forms_signing import CodeForm, TakeOverForm
from applications.looks import looked_at_list
from applications.signing_queue import LeftLine, left_lines
from applications.views.signing import code_context, opened_by_code, scope_of
from citizens.session import signed_in
from portal import clock
from portal.errors import RuleBroken


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def take_over(request: HttpRequest, entry_id: int) -> HttpResponse:
    """What stands on the line, who approved it, and the reason for which somebody else signs it; with the code where signing is
    locked."""
    user, at = signed_in(request), clock.now()
    line = next((one for one in left_lines(scope_of(request), at) if one.entry.pk == entry_id), None)
    if line is None:
        raise Http404
    if request.method != "POST":
        return _page(request, line, TakeOverForm(), CodeForm())
    form = TakeOverForm(request.POST)
    if not form.is_valid():
        return _page(request, line, form, CodeForm(), status=400)
    code, status = opened_by_code(request, at)
    if code is not None:
        return _page(request, line, form, code, status=status)
    try:
        take_over_signing(entry=line.entry, at=at, acting_user=user, **form.cleaned_data)
    except RuleBroken as problem:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        return _page(request, line, form, CodeForm(), status=problem.status)
    messages.success(request, _("You sign number %(number)s now.") % {"number": line.entry.number})
    return redirect("applications:signing")


def _page(request: HttpRequest, line: LeftLine, form: TakeOverForm, code: CodeForm, status: int = 200) -> HttpResponse:
    user, at = signed_in(request), clock.now()
    request_, day = line.items[0].certification, clock.local_day(at)
    looked_at_list(applications=[request_.application], reason=_("document looked at before signing"), at=at, user=user)
    context = {
        "line": line,
        "centre": request_.application.helped_at,
        "take_over": form,
        "title": title_on_paper(user, request_.application.helped_at, request_.kind, day),
        "pages": [(item, range(1, item.scan.pages + 1)) for item in line.items],
        **code_context(request, code, at),
    }
    return render(request, "applications/signing/take_over.html", context, status=status)
