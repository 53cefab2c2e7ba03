"""The signer's queue: what waits, each paper to be looked at, signed alone or with others, sent back or refused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from applications.actions.approve_certification import approve_certification
from applications.actions.note_not_shown import note_not_shown
from applications.actions.refuse_certification import refuse_certification
from applications.actions.send_back_certification import send_back_certification
from applications.actions.submit_certification import why_not_shown
from applications.certifiers import keys_that_end
from applications.forms_signing import CodeForm, RefuseForm, SendBackForm
from applications.looks import looked_at, looked_at_list
from applications.models import CertificationItem, Register, RegisterEntry
from applications.notarisation.enums import JobState
from applications.notarisation.pictures import PAGE_LOST, page_lost, page_picture
from applications.notarisation.requests import MOST_DOCUMENTS
from applications.notarisation.second_factor import demo_code, factor_of, open_until
from applications.permissions import certifying_scope
from applications.signing_queue import (
    PAGE_SIZE,
    answers_of,
    left_lines,
    lines_of,
    neighbours,
    siblings_of,
    topics_of,
    waiting,
    within,
    words_for,
)
from applications.signing_session import check_open, open_by_code
from citizens.session import signed_in
from portal import clock, live, shared
from portal.errors import Gone, NotAllowed, RuleBroken

TICKED = "signing_ticked"
# As many as can be ticked, each with all that its request may hold.
_MOST_AT_ONCE = PAGE_SIZE * MOST_DOCUMENTS
# A document that is open is one look, however many of its pages are drawn meanwhile.
_LOOK_SECONDS = 600
Scope = dict[int, frozenset[str]]


@never_cache
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for this signer, and the document that is open."""
    return _page(request, scope_of(request), _number(request.GET.get("item", "")))


@require_GET
def waiting_list(request: HttpRequest) -> HttpResponse:
    """The list alone, as it is now."""
    scope, opened = scope_of(request), _number(request.GET.get("item", ""))

    def part() -> HttpResponse:
        return render(request, "applications/signing/parts/list.html", _list(request, scope, opened))

    place = f"{signed_in(request).pk}-{opened}-{request.GET.get('page', '')}-{hash(tuple(_ticked(request)))}"
    return live.answer(request, topics_of(scope), part, vary=place)


@require_GET
def document(request: HttpRequest, item_id: int) -> HttpResponse:
    """The address of one document: the queue with it open."""
    scope_of(request)
    return redirect(_queue_url(item_id))


@require_GET
def page_of_scan(request: HttpRequest, item_id: int, number: int) -> HttpResponse:
    """A page of the scan as a picture; the look is that of the document, once."""
    scope, user = scope_of(request), signed_in(request)
    # What has its number and is not made may be taken over.
    waits = Q(state__in=[JobState.SUBMITTED, JobState.APPROVED])
    rows = (
        within(scope)
        .filter(waits | Q(entry__signer=user) | Q(taken_over_by=user))
        .select_related("scan", "certification__application__competent")
    )
    item = get_object_or_404(rows.select_related("certification__application__applicant"), pk=item_id)
    if not 1 <= number <= item.scan.pages:
        raise Http404
    if not shared.recall(_look_mark(request, item)):
        _looked(request, item)
    answer = HttpResponse(_picture(item, number), content_type="image/jpeg")
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _picture(item: CertificationItem, number: int) -> bytes:
    """What cannot be drawn is remembered, so that nobody waits for it again, or signs it."""
    if number in item.pages_not_shown:
        raise page_lost()
    try:
        return page_picture(item.scan.sha256, item.scan.media_type, number)
    except Gone as problem:
        if problem.code == PAGE_LOST:
            note_not_shown(item=item, number=number)
        raise


@require_POST
def tick(request: HttpRequest, item_id: int) -> HttpResponse:
    """Put a document among those to be signed together, or take it out."""
    scope = scope_of(request)
    get_object_or_404(waiting(scope), pk=item_id)
    ticked = [one for one in _ticked(request) if one != item_id]
    if len(ticked) == len(_ticked(request)):
        ticked.append(item_id)
    request.session[TICKED] = ticked[-PAGE_SIZE:]
    if not request.headers.get("HX-Request"):
        return redirect(_queue_url(item_id))
    return render(request, "applications/signing/parts/list.html", _list(request, scope, item_id))


@never_cache
@require_GET
def confirm(request: HttpRequest) -> HttpResponse:
    """What is about to be signed, once more and with what goes along on the same lines; with the code where signing is
    locked."""
    return _confirm(request, _chosen(request, request.GET.getlist("item") or _ticked(request)))


@require_POST
def sign(request: HttpRequest) -> HttpResponse:
    """Sign what was confirmed: each line of the register in a transaction of its own, so one that fails stops no other."""
    user, at = signed_in(request), clock.now()
    wanted = request.POST.getlist("item")
    chosen = _chosen(request, wanted)
    if not chosen:  # no code is spent on nothing
        text = _("Nothing was signed: what was chosen was signed, sent back or refused meanwhile.")
        messages.error(request, text)
        return redirect("applications:signing")
    form, status = opened_by_code(request, at)
    if form is not None:
        return _confirm(request, chosen, form, status=status)
    check_open(request.session, user, at)
    _say_what_is_gone(request, wanted, chosen)
    entries = []
    for first, *others in lines_of(chosen):
        try:
            entry = approve_certification(item=first, others=others, at=clock.now(), acting_user=user)
        except RuleBroken as problem:
            messages.error(request, f"{first.title}: {problem}")
        else:
            entries.append(entry)
    request.session[TICKED] = []
    if entries:
        text = ngettext("Signed: number %(numbers)s.", "Signed: numbers %(numbers)s.", len(entries))
        messages.success(request, text % {"numbers": _numbers_of(entries)})
    return redirect("applications:signing")


def _numbers_of(entries: Iterable[RegisterEntry]) -> str:
    """``0001, 0002/2026 SCT/BS; 0025/2026 SCT/CK,ĐC``: the numbers by register."""
    lines: dict[Register, list[str]] = {}
    for entry in entries:
        lines.setdefault(entry.register, []).append(entry.number)
    return "; ".join(f"{', '.join(numbers)}/{register.year} {register.kind}" for register, numbers in lines.items())


@require_POST
def send_back(request: HttpRequest, item_id: int) -> HttpResponse:
    scope = scope_of(request)
    item = get_object_or_404(within(scope).select_related("certification__application"), pk=item_id)
    following = neighbours(scope, item.pk).next
    form = SendBackForm(request.POST)
    if form.is_valid():
        try:
            send_back_certification(item=item, at=clock.now(), acting_user=signed_in(request), **form.cleaned_data)
            messages.success(request, _("Sent back to the desk: %(title)s.") % {"title": item.title})
            return redirect(_queue_url(following))
        except RuleBroken as problem:
            _say_in(form, problem)
    return _page(request, scope, item.pk, sending_back=form, status=400)


@require_POST
def refuse(request: HttpRequest, item_id: int) -> HttpResponse:
    scope = scope_of(request)
    item = get_object_or_404(within(scope).select_related("certification__application"), pk=item_id)
    following = neighbours(scope, item.pk).next
    form = RefuseForm(request.POST, kind=item.certification.kind, day=clock.today())
    if form.is_valid():
        try:
            refuse_certification(item=item, at=clock.now(), acting_user=signed_in(request), **form.cleaned_data)
            messages.success(
                request, _("Refused: %(title)s. The desk and the citizen see why.") % {"title": item.title}
            )
            return redirect(_queue_url(following))
        except RuleBroken as problem:
            _say_in(form, problem)
    return _page(request, scope, item.pk, refusing=form, status=400)


def opened_by_code(request: HttpRequest, at: datetime) -> tuple[CodeForm | None, int]:
    """Open signing by the code that was sent, where it is locked; the form with what is wrong, or nothing, and a status."""
    user = signed_in(request)
    if open_until(request.session, user, at) is not None:
        return None, 200
    form = CodeForm(request.POST)
    if not form.is_valid():
        return form, 400
    try:
        open_by_code(request.session, user=user, code=form.cleaned_data["otp"], at=at)
    except RuleBroken as problem:
        form.add_error("otp", str(problem))
        return form, problem.status
    return None, 200


def code_context(request: HttpRequest, form: CodeForm, at: datetime) -> dict[str, Any]:
    """What ``signing/parts/code.html`` shows: the code where signing is locked, the way to set it up where there is none."""
    user = signed_in(request)
    factor = factor_of(user)
    return {
        "form": form,
        "open_until": open_until(request.session, user, at),
        "has_factor": factor is not None and factor.confirmed_at is not None,
        "demo_code": demo_code(factor, at),
        "next": request.get_full_path() if request.method == "GET" else reverse("applications:signing"),
    }


def scope_of(request: HttpRequest) -> Scope:
    """Raises ``NotAllowed`` for somebody who certifies nothing anywhere today."""
    scope = certifying_scope(signed_in(request), clock.today())
    if not scope:
        raise NotAllowed(
            _("You certify nothing today: leaders do, and whoever a deed delegates. Ask the centre manager."),
            code="no_signer",
        )
    return scope


def _page(
    request: HttpRequest,
    scope: Scope,
    item_id: int | None,
    sending_back: SendBackForm | None = None,
    refusing: RefuseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user, at = signed_in(request), clock.now()
    listed = _list(request, scope, item_id)
    first = next(iter(listed["page"].object_list), None)
    opened = _opened(request, scope, item_id or (first.pk if first else None), sending_back, refusing)
    context = {
        **listed,
        **opened,
        "opened": opened["item"].pk if opened["item"] else None,
        "centre": first.certification.application.helped_at if first else None,
        "live": live.address(topics_of(scope)),
        "open_until": open_until(request.session, user, at),
        "ending_keys": keys_that_end([user.pk], at),
    }
    return render(request, "applications/signing/queue.html", context, status=status)


def _list(request: HttpRequest, scope: Scope, opened: int | None) -> dict[str, Any]:
    page = Paginator(waiting(scope), PAGE_SIZE).get_page(request.GET.get("page"))
    copies = [item.certification.application for item in page.object_list]
    at, user = clock.now(), signed_in(request)
    looked_at_list(applications=copies, reason=_("list of what is to be signed"), at=at, user=user)
    left = left_lines(scope, at)
    return {"page": page, "opened": opened, "ticked": _ticked(request), "now": at, "left": left}


def _opened(
    request: HttpRequest,
    scope: Scope,
    item_id: int | None,
    sending_back: SendBackForm | None = None,
    refusing: RefuseForm | None = None,
) -> dict[str, Any]:
    rows = waiting(scope).select_related("scan", "certification__application__competent")
    item = rows.filter(pk=item_id).first() if item_id else None
    if item is None:
        return {"item": None, "wanted": item_id}
    user, at = signed_in(request), clock.now()
    _looked(request, item)
    kind, day = item.certification.kind, clock.local_day(at)
    return {
        "item": item,
        "application": item.certification.application,
        "pages": range(1, item.scan.pages + 1),
        "words": words_for(item, user, at),
        "not_shown": why_not_shown(item) if item.pages_not_shown else "",
        "answers": answers_of(item, at),
        "signatories": [] if item.certification.is_of_copies else list(item.signatories.select_related("attested_by")),
        "beside": neighbours(scope, item.pk),
        "along": siblings_of([item]),
        "is_ticked": item.pk in _ticked(request),
        "sending_back": sending_back or SendBackForm(prefix=None, auto_id="back_%s"),
        "refusing": refusing or RefuseForm(kind=kind, day=day, auto_id="refuse_%s"),
    }


def _looked(request: HttpRequest, item: CertificationItem) -> None:
    user, copy = signed_in(request), item.certification.application
    looked_at(application=copy, reason=_("document looked at before signing"), at=clock.now(), user=user)
    shared.keep(_look_mark(request, item), True, _LOOK_SECONDS)


def _look_mark(request: HttpRequest, item: CertificationItem) -> str:
    return f"signing-look:{signed_in(request).pk}:{item.pk}"


def _confirm(
    request: HttpRequest, chosen: list[CertificationItem], form: CodeForm | None = None, status: int = 400
) -> HttpResponse:
    user, at = signed_in(request), clock.now()
    along = siblings_of(chosen)
    items = [item for line in lines_of([*chosen, *along]) for item in line]
    copies = [item.certification.application for item in items]
    looked_at_list(applications=copies, reason=_("list of what is to be signed"), at=at, user=user)
    context = {
        "items": items,
        "along": {item.pk for item in along},
        "fee": sum(item.owed for item in items),
        **code_context(request, form or CodeForm(), at),
    }
    return render(request, "applications/signing/confirm.html", context, status=status if form else 200)


def _chosen(request: HttpRequest, wanted: Iterable[Any]) -> list[CertificationItem]:
    """Those of the wanted documents that still wait for this signer, in the order of the queue."""
    ids = [number for one in wanted if (number := _number(str(one)))][:_MOST_AT_ONCE]
    rows = waiting(scope_of(request)).filter(pk__in=ids, state=JobState.SUBMITTED).select_related("certification")
    return list(rows)


def _say_what_is_gone(request: HttpRequest, wanted: Iterable[Any], chosen: list[CertificationItem]) -> None:
    ids = {number for one in wanted if (number := _number(str(one)))} - {item.pk for item in chosen}
    gone = within(scope_of(request)).filter(pk__in=list(ids)[:_MOST_AT_ONCE]).order_by("pk")
    if ids and (titles := ", ".join(gone.values_list("title", flat=True))):
        text = _("Not signed, as it was signed, sent back or refused meanwhile: %(titles)s.")
        messages.warning(request, text % {"titles": titles})


def _say_in(form: SendBackForm | RefuseForm, problem: RuleBroken) -> None:
    form.add_error(problem.field if problem.field in form.fields else None, str(problem))


def _ticked(request: HttpRequest) -> list[int]:
    return list(request.session.get(TICKED, []))


def _queue_url(item_id: int | None) -> str:
    return reverse("applications:signing") + (f"?{urlencode({'item': item_id})}" if item_id else "")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
