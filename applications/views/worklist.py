"""The worklist of specialists and leaders; managers and the city administrator read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from applications.actions.forward import forward
from applications.actions.handle import take
from applications.actions.people import PEOPLE, hand_on
from applications.custody import READERS as CUSTODY_READERS
from applications.forms_people import HandOnTickedForm
from applications.looks import looked_at_list
from applications.models import Application
from applications.people import specialists_of
from applications.permissions import REGISTER_READERS, check
from applications.same_person import MERGERS
from applications.worklist import (
    FORWARD,
    HAND_ON,
    PAGE_SIZE,
    Filters,
    WorkList,
    lists_for,
    page_of,
    row_of,
    rows_of,
    tabs_of,
    with_counts,
)
from centres.permissions import has_role
from citizens.models import User
from citizens.session import signed_in
from portal import clock
from portal.errors import RuleBroken

KEPT = "worklist-filters"


@never_cache
@require_GET
def worklist(request: HttpRequest) -> HttpResponse:
    """One list by due date, thirty rows a page, of one centre with ``?centre=``. ``?code=`` opens a dossier by its code.

    ``?filter=1`` narrows every list from now on by ``procedure``, ``state`` and ``due``, until others are sent.
    """
    lists = lists_for(request.user)
    check(bool(lists))
    code = request.GET.get("code", "").strip().upper()
    if code and (found := Application.objects.visible_to(request.user).filter(code=code).first()):
        return redirect("applications:dossier", pk=found.pk)
    return _page(request, lists, _chosen(lists, request.GET.get("list", "")), code=code)


def _page(
    request: HttpRequest,
    lists: list[WorkList],
    chosen: WorkList,
    *,
    code: str = "",
    handing: HandOnTickedForm | None = None,
    ticked: Sequence[int] = (),
    status: int = 200,
) -> HttpResponse:
    """One page of a list; ``handing`` and ``ticked`` are what was sent and could not be done, so that it is still there."""
    at, given = clock.now(), request.POST if request.method == "POST" else request.GET
    filters = _filters(request)
    wanted, after = given.get("centre", ""), given.get("after", "")
    centre = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else None
    page, next_page = page_of(rows_of(chosen, request.user, at, centre, filters), after)
    colleagues = _colleagues(chosen, page, signed_in(request))
    looked_at_list(applications=page, reason=_("worklist: %(list)s") % {"list": chosen.title}, at=at, user=request.user)
    context = {
        "tabs": with_counts(tabs_of(lists, chosen), chosen, request.user, at, centre),
        "centre": page[0].competent if page else None,
        "chosen_centre": centre,
        "chosen": chosen,
        "filters": filters,
        "filter_fields": filters.choices(at),
        "rows": [row_of(chosen, application, request.user, at) for application in page],
        "colleagues": colleagues,
        "handing": handing or (HandOnTickedForm(None, colleagues) if colleagues else None),
        "ticked": ticked,
        "after": after,
        "next_page": next_page,
        "is_first_page": not after,
        "code": code,
        "may_print_book": has_role(request.user, REGISTER_READERS),
        "may_arrange": has_role(request.user, PEOPLE),
        "may_merge": has_role(request.user, MERGERS),
        "may_see_originals": has_role(request.user, CUSTODY_READERS),
    }
    return render(request, "applications/dossiers/worklist.html", context, status=status)


@require_POST
def several(request: HttpRequest) -> HttpResponse:
    """Do with each dossier that was ticked what its list offers: take it, hand it to its competent
    office, or hand it on (``to``, ``reason``). Each is a change of
    its own, so one that cannot be done keeps no other back."""
    lists = [one for one in lists_for(request.user) if one.together]
    check(bool(lists))
    chosen, at, user = _chosen(lists, request.POST.get("list", "")), clock.now(), signed_in(request)
    keys = [int(one) for one in request.POST.getlist("dossier")[:PAGE_SIZE] if one.isdecimal() and len(one) < 19]
    rows = list(Application.objects.visible_to(user).filter(pk__in=keys).select_related("competent").by_due_date())
    handing = HandOnTickedForm(request.POST, _colleagues(chosen, rows, user)) if chosen.together == HAND_ON else None
    if not rows:
        messages.warning(request, _("Tick the dossiers first."))
        return _page(request, lists_for(request.user), chosen, handing=handing, status=400)
    if handing is not None and not handing.is_valid():
        return _page(request, lists_for(request.user), chosen, handing=handing, ticked=keys, status=400)
    refused = _each(chosen, rows, handing, at, user)
    if done := len(rows) - len(refused):
        said = {
            FORWARD: ngettext("%(count)d dossier was handed over.", "%(count)d dossiers were handed over.", done),
            HAND_ON: ngettext("%(count)d dossier was handed on.", "%(count)d dossiers were handed on.", done),
        }.get(chosen.together, ngettext("You took %(count)d dossier.", "You took %(count)d dossiers.", done))
        messages.success(request, said % {"count": done})
    for sentence in refused:
        messages.warning(request, sentence)
    return redirect(f"{reverse('applications:worklist')}?{urlencode({'list': chosen.key})}")


def _each(
    chosen: WorkList, rows: list[Application], handing: HandOnTickedForm | None, at: datetime, user: User
) -> list[str]:
    """Hand each of them on, hand it to its office, or take it; what could not be done, with its reason."""
    to = User.objects.get(pk=handing.cleaned_data["to"]) if handing is not None else None
    refused = []
    for dossier in rows:
        try:
            if handing is not None and to is not None:
                hand_on(application=dossier, to=to, reason=handing.cleaned_data["reason"], at=at, acting_user=user)
            elif chosen.together == FORWARD:
                forward(application=dossier, at=at, acting_user=user)
            else:
                take(application=dossier, at=at, acting_user=user)
        except RuleBroken as problem:
            refused.append(f"{dossier.code}: {problem}")
    return refused


def _chosen(lists: list[WorkList], key: str) -> WorkList:
    return next((one for one in lists if one.key == key), lists[0])


def _filters(request: HttpRequest) -> Filters:
    """What was sent now, else what was kept."""
    at = clock.now()
    if "filter" in request.GET:
        found = Filters.read(request.GET, at)
        request.session[KEPT] = {"procedure": found.procedure, "state": found.state, "due": found.due}
        return found
    return Filters.read(request.session.get(KEPT, {}), at)


def _colleagues(chosen: WorkList, page: list[Application], user: User) -> list[User]:
    """Who may get what is ticked; nobody where nothing is handed on, or the page is of several centres."""
    places = {row.competent_id for row in page}
    if chosen.together != HAND_ON or len(places) != 1:
        return []
    return [one for one in specialists_of(page[0].competent, clock.today()) if one.pk != user.pk]
