"""The worklist of specialists and leaders; managers and the city administrator read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from applications.actions.people import PEOPLE
from applications.custody import READERS as CUSTODY_READERS
from applications.looks import looked_at_list
from applications.models import Application
from applications.permissions import REGISTER_READERS, check
from applications.same_person import MERGERS
from applications.worklist import lists_for, page_of, row_of, rows_of, tabs_of, with_counts
from centres.permissions import has_role
from portal import clock


@never_cache
@require_GET
def worklist(request: HttpRequest) -> HttpResponse:
    """One list by due date, thirty rows a page, of one centre with ``?centre=``. ``?code=`` opens a dossier by its code."""
    lists = lists_for(request.user)
    check(bool(lists))
    code = request.GET.get("code", "").strip().upper()
    if code and (found := Application.objects.visible_to(request.user).filter(code=code).first()):
        return redirect("applications:dossier", pk=found.pk)
    at = clock.now()
    chosen = next((one for one in lists if one.key == request.GET.get("list")), lists[0])
    wanted = request.GET.get("centre", "")
    centre = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else None
    page, next_page = page_of(rows_of(chosen, request.user, at, centre), request.GET.get("after", ""))
    looked_at_list(applications=page, reason=_("worklist: %(list)s") % {"list": chosen.title}, at=at, user=request.user)
    context = {
        "tabs": with_counts(tabs_of(lists, chosen), chosen, request.user, at, centre),
        "centre": page[0].competent if page else None,
        "chosen_centre": centre,
        "chosen": chosen,
        "rows": [row_of(chosen, application, at) for application in page],
        "next_page": next_page,
        "is_first_page": "after" not in request.GET,
        "code": code,
        "may_print_book": has_role(request.user, REGISTER_READERS),
        "may_arrange": has_role(request.user, PEOPLE),
        "may_merge": has_role(request.user, MERGERS),
        "may_see_originals": has_role(request.user, CUSTODY_READERS),
    }
    return render(request, "applications/dossiers/worklist.html", context)
