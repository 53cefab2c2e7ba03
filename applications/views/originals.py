"""Originals in custody: where each is, the lists that hand them over, and the receiver's answer."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from applications import custody
from applications.actions.originals import move_within
from applications.actions.print_transfer_list import print_transfer_list
from applications.actions.transfer_originals import (
    confirm,
    declare_lost,
    found_at_sender,
    may_confirm,
    send,
)
from applications.enums_originals import AT_BRANCH, UNSETTLED, ItemState
from applications.looks import looked_at_list
from applications.models import Original, TransferItem, TransferList
from applications.numbers import dossier_code_in
from applications.permissions import check, may_declare_lost, may_hold_originals, may_move_originals
from applications.serving import stored_response
from centres.models import Centre
from centres.permissions import has_role
from citizens.session import signed_in
from portal import clock
from portal.errors import BadInput, RuleBroken

_FILTERS = "originals"  # what was chosen last, in the session
_LIST_ADDRESS = re.compile(r"/desk/originals/lists/(\d{1,18})/?$")
_TOKEN_ADDRESS = re.compile(r"/t/([A-Za-z0-9_-]{8,64})/")
_MOST_TICKED = 200
_BIGGEST_PAGE = 10_000


@never_cache
@require_http_methods(["GET", "POST"])
def originals(request: HttpRequest) -> HttpResponse:
    """Where each original is, thirty a page; the list chosen last is shown again. By POST what is ticked is moved or sent
    (``do``), or a dossier's originals are ticked by its scanned code."""
    check(has_role(request.user, custody.READERS))
    ticked = _ticked(request)
    if request.method == "GET":
        return _page(request, [])
    try:
        match request.POST.get("do", ""):
            case "send":
                return _sent(request, ticked)
            case "safe" | "counter" as to:
                count = move_within(originals=ticked, to=to, at=clock.now(), acting_user=signed_in(request))
                words = ngettext("%(count)d original moved.", "%(count)d originals moved.", count)
                messages.success(request, words % {"count": count})
                return redirect("applications:originals")
            case _:
                return _scanned(request, ticked)
    except RuleBroken as problem:
        messages.error(request, str(problem))
        return _page(request, ticked, status=problem.status)


def _sent(request: HttpRequest, ticked: list[int]) -> HttpResponse:
    direction = custody.BY_KEY[_filters(request)["list"]].sends
    if not direction:
        raise BadInput(_("Choose originals at the branch or at the office."), code="no_direction")
    made = send(originals=ticked, direction=direction, at=clock.now(), acting_user=signed_in(request))
    words = ngettext("%(count)d list was made. Print it.", "%(count)d lists were made. Print them.", len(made))
    messages.success(request, words % {"count": len(made)})
    return (
        redirect("applications:transfer_list", made[0].pk)
        if len(made) == 1
        else redirect("applications:transfer_lists")
    )


def _scanned(request: HttpRequest, ticked: list[int]) -> HttpResponse:
    """The code of a receipt, its QR code, or that of a list."""
    typed = request.POST.get("code", "").strip()
    if found := _LIST_ADDRESS.search(typed):
        return redirect("applications:transfer_list", int(found[1]))
    rows = custody.originals_for(request.user)
    if code := dossier_code_in(typed):
        rows = rows.filter(application__code=code)
    elif token := _TOKEN_ADDRESS.search(typed):
        rows = rows.filter(application__token=token[1])
    else:
        raise BadInput(_("Scan the code on a receipt, or type the dossier's code."), code="no_code")
    added = list(rows.values_list("pk", flat=True)[:_MOST_TICKED])
    if not added:
        raise BadInput(_("No original of this dossier is in custody here."), code="no_original")
    return _page(request, [*ticked, *added])


def _page(request: HttpRequest, ticked: list[int], status: int = 200) -> HttpResponse:
    """The chosen list; what is ticked stands first, whatever page it would be on."""
    user, at, filters = request.user, clock.now(), _filters(request)
    chosen, centre, page = custody.BY_KEY[filters["list"]], filters["centre"], _page_number(request)
    late = custody.late_before(at)
    rows, has_more = custody.page_of(chosen, user, late, centre, page)
    first = list(custody.shown(custody.originals_for(user).filter(pk__in=ticked))) if ticked else []
    rows = [*first, *(row for row in rows if row.pk not in ticked)]
    looked_at_list(
        applications=[row.application for row in rows],
        reason=_("originals: %(list)s") % {"list": chosen.title},
        at=at,
        user=user,
    )
    counts = custody.counts_of(user, late, centre)
    context = {
        "tabs": [(one, counts[one.key]) for one in custody.LISTS],
        "chosen": chosen,
        "rows": [custody.Row(row, late) for row in rows],
        "ticked": set(ticked),
        "centre": rows[0].branch if rows else None,
        "chosen_centre": Centre.objects.filter(pk=centre).first() if centre else None,
        "page": page,
        "has_more": has_more,
        "may_move": any(may_move_originals(user, row.branch_id) for row in rows),
        "may_send": _may_send(user, rows),
    }
    return render(request, "applications/originals/list.html", context, status=status)


def _may_send(user: Any, rows: list[Original]) -> bool:
    return any(
        may_move_originals(user, row.branch_id)
        if row.place in AT_BRANCH
        else may_hold_originals(user, row.application.competent_id)
        for row in rows
    )


@never_cache
@require_GET
def lists(request: HttpRequest) -> HttpResponse:
    """Every list, the newest first, thirty a page."""
    check(has_role(request.user, custody.READERS))
    page = _page_number(request)
    size = custody.PAGE_SIZE
    rows = list(custody.lists_for(request.user)[(page - 1) * size : page * size + 1])
    context = {
        "rows": rows[:size],
        "page": page,
        "has_more": len(rows) > size,
        "late": custody.late_before(clock.now()),
        "centre": rows[0].branch if rows else None,
    }
    return render(request, "applications/originals/lists.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def transfer_list(request: HttpRequest, pk: int) -> HttpResponse:
    """One list with each original on it; by POST the receiver confirms, or a missing one is settled (``do``)."""
    transfer = _transfer_or_404(request, pk)
    status = 200
    if request.method == "POST":
        try:
            _settle(request, transfer)
            return redirect("applications:transfer_list", pk)
        except RuleBroken as problem:
            messages.error(request, str(problem))
            status, transfer = problem.status, _transfer_or_404(request, pk)
    items = list(
        transfer.items.select_related(
            "original__application__applicant",
            "original__application__competent",
            "original__paper__kind",
            "missing_by",
            "settled_by",
        )
    )
    applications = [item.original.application for item in items]
    looked_at_list(applications=applications, reason=_("list of originals"), at=clock.now(), user=request.user)
    user = signed_in(request)
    sender_may = may_move_originals if transfer.is_out else may_hold_originals
    context = {
        "transfer": transfer,
        "items": items,
        "centre": transfer.branch,
        "may_confirm": transfer.is_open and may_confirm(user, transfer),
        "may_find": sender_may(user, transfer.branch_id if transfer.is_out else transfer.competent_id),
        "may_lose": may_declare_lost(user, transfer.branch_id),
        "unconfirmed": [item for item in items if item.state in UNSETTLED],
        "missing": [item for item in items if item.state == ItemState.MISSING],
    }
    return render(request, "applications/originals/transfer.html", context, status=status)


def _settle(request: HttpRequest, transfer: TransferList) -> None:
    at, user = clock.now(), signed_in(request)
    do = request.POST.get("do", "confirm")
    if do == "confirm":
        said = {item.pk: request.POST.get(f"item-{item.pk}", "") for item in transfer.items.all()}
        done = confirm(
            transfer=transfer,
            received={pk for pk, answer in said.items() if answer == "here"},
            missing={pk: request.POST.get(f"note-{pk}", "") for pk, answer in said.items() if answer == "missing"},
            at=at,
            acting_user=user,
        )
    else:
        item = _item_or_404(transfer, request.POST.get("item", ""))
        if do == "lost":
            done = declare_lost(item=item, reason=request.POST.get("reason", ""), at=at, acting_user=user)
        else:
            done = found_at_sender(item=item, at=at, acting_user=user)
    if done.is_open and not done.items.filter(state=ItemState.MISSING).exists():
        messages.warning(request, _("Noted. The list stays open until every original is settled."))


@never_cache
@require_GET
def printed(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The list as it was sent."""
    transfer = _transfer_or_404(request, pk)
    items = transfer.items.select_related("original__application__competent")
    looked_at_list(
        applications=[item.original.application for item in items],
        reason=_("list of originals printed"),
        at=clock.now(),
        user=request.user,
    )
    name = f"phieu-ban-giao-{transfer.origin.code}-{transfer.year}-{transfer.number}.pdf"
    return stored_response(
        request, print_transfer_list(transfer=transfer).sha256, media_type="application/pdf", name=name
    )


def _transfer_or_404(request: HttpRequest, pk: int) -> TransferList:
    check(has_role(request.user, custody.READERS))
    rows = TransferList.objects.filter(custody.in_scope(request.user, "branch", "competent"))
    return get_object_or_404(rows.select_related("branch__parent", "competent", "origin__parent", "sent_by"), pk=pk)


def _item_or_404(transfer: TransferList, typed: str) -> TransferItem:
    if not (typed.isascii() and typed.isdigit() and len(typed) < 19):
        raise Http404
    return get_object_or_404(transfer.items.select_related("transfer"), pk=int(typed))


def _ticked(request: HttpRequest) -> list[int]:
    typed = request.POST.getlist("original")[:_MOST_TICKED]
    return [int(one) for one in typed if one.isascii() and one.isdigit() and len(one) < 19]


def _filters(request: HttpRequest) -> dict[str, Any]:
    """The list and the centre asked for, else those chosen last."""
    kept = request.session.get(_FILTERS) or {}
    name = request.GET.get("list", kept.get("list"))
    if "centre" in request.GET:
        wanted = request.GET["centre"]
        centre = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else None
    else:
        centre = kept.get("centre")
    chosen = {"list": name if name in custody.BY_KEY else custody.LISTS[0].key, "centre": centre}
    if chosen != kept:
        request.session[_FILTERS] = chosen
    return chosen


def _page_number(request: HttpRequest) -> int:
    typed = request.GET.get("page", "1")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 1
    return min(max(number, 1), _BIGGEST_PAGE)
