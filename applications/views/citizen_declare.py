"""A form filled in at home, one thing a page, until a desk takes it over. The address is the key to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from applications.actions.declare import (
    answer_question,
    begin,
    discard,
    finish,
    go_on_under_new_rules,
    keep_page,
    kept_days,
    refuse_gone,
    take_over_applicant,
)
from applications.declaration_access import by_token, count_begun, count_printed
from applications.declaration_codes import spoken
from applications.declaring import CHECK, PAPERS, Kind, Place, Walk, newer_version
from applications.models import Declaration
from centres.qr import qr_picture
from citizens.models import User
from portal import clock
from portal.errors import BadInput, RuleBroken
from procedures.catalogue_cache import version_by_id, version_in_force
from procedures.declaration_files import declaration_pdf
from procedures.declarations import has_declaration
from procedures.differences import differences
from procedures.models import ProcedureVersion
from procedures.own_case import can_be_declared, own_questions
from procedures.pages import Page
from support.helpers import first_name
from support.permissions import may_help

View = Callable[..., HttpResponse]
# A page that was opened from the check leads back to it.
FROM_CHECK = "check"


def of_declaration(view: View) -> View:
    """Find the declaration of the address and give the view its walk. What is over says so on a page of its own, and
    what was left under older rules is first brought to those of today."""

    @login_not_required
    @sensitive_post_parameters()
    @wraps(view)
    def answer(request: HttpRequest, token: str, **more: str) -> HttpResponse:
        row, at = by_token(token), clock.now()
        try:
            refuse_gone(row, at)
            if newer_version(row, at) is not None and view.__name__ not in NOT_HELD_UP:
                return redirect("applications:declare_rules", token=token)
            return view(request, Walk(row, at), **more)
        except BadInput:
            raise Http404 from None
        except RuleBroken as problem:
            return _page(request, "over", row, status=problem.status, problem=problem)

    return answer


NOT_HELD_UP = {"rules", "delete", "later"}


@login_not_required
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, code: str) -> HttpResponse:
    """What it is, for how long it is kept; and begin. What was ticked on the procedure's page is not asked again.

    A helper who is signed in fills it in with the citizen, and says first that they agreed.
    """
    at = clock.now()
    version = version_in_force(code, clock.local_day(at))
    if version is None or not can_be_declared(version):
        raise Http404
    helper, problem = (cast(User, request.user) if may_help(request.user) else None), None
    if request.method == "POST":
        count_begun(request)
        ticked, agreed = _ticked(version, request.POST), request.POST.get("agreed") == "on"
        try:
            row = begin(version=version, facts=ticked, at=at, helper=helper, is_agreed=agreed)
            return redirect(_address(row, Walk(row, at).first_open))
        except BadInput as refused:
            problem = refused
    context = {
        "version": version,
        "procedure": version.procedure,
        "ticked": _ticked(version, request.POST if problem else request.GET),
        "kept_days": kept_days(clock.local_day(at)),
        "helper": helper,
        "problem": problem,
    }
    return render(request, "applications/declare/start.html", context, status=400 if problem else 200)


def _ticked(version: ProcedureVersion, sent: QueryDict) -> dict[str, bool]:
    return {fact.key: True for fact in own_questions(version, {}) if sent.get(fact.key) == "on"}


@of_declaration
@require_GET
def resume(request: HttpRequest, walk: Walk) -> HttpResponse:
    """To where it was left: the first page that is open, or the end."""
    if walk.declaration.done_at is not None:
        return redirect("applications:declare_done", token=walk.declaration.token)
    return redirect(_address(walk.declaration, walk.first_open))


@of_declaration
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, walk: Walk, key: str) -> HttpResponse:
    """One question that decides, answered by one touch."""
    fact, place, row = walk.question(key), Place(Kind.ASK, key), walk.declaration
    if fact is None:
        return redirect(_address(row, walk.first_open))
    if request.method == "POST" and request.POST.get("answer") in ("yes", "no"):
        walk = answer_question(declaration=row, fact=key, yes=request.POST["answer"] == "yes", at=walk.at)
        return redirect(_onward(request, walk, place))
    return _step(request, walk, place, "ask", fact=fact, answered=walk.facts.get(key))


@of_declaration
@require_http_methods(["GET", "POST"])
def fill(request: HttpRequest, walk: Walk, key: str) -> HttpResponse:
    """One page of the form: kept right or wrong, and only what is right leads on. A warning is said once and lets go on."""
    page, place, row = walk.page(key), Place(Kind.FILL, key), walk.declaration
    if page is None:
        return redirect(_address(row, walk.first_open))
    if request.method == "GET":
        return _form_page(request, walk, page, scolds="missing" in request.GET)
    if request.POST.get("go") == "me":
        walk = take_over_applicant(declaration=row, page=key, at=walk.at)
        return redirect(_address(row, place) if walk.is_open(place) else _onward(request, walk, place))
    typed = {name: walk.form.fields[name].widget.value_from_datadict(request.POST, {}, name) for name in page.fields}
    walk = keep_page(declaration=row, page=key, typed=typed, at=walk.at)
    match request.POST.get("go"):
        case "back":
            return redirect(_address(row, walk.before(place) or place))
        case "later":
            return redirect("applications:declare_later", token=row.token)
    if walk.errors_on(page):
        return _form_page(request, walk, page, scolds=True, status=400)
    if {note.key for note in walk.notes_on(page)} - set(request.POST.getlist("said")):
        return redirect(_address(row, place, _back(request)))
    return redirect(_onward(request, walk, place))


def _form_page(request: HttpRequest, walk: Walk, page: Page, *, scolds: bool, status: int = 200) -> HttpResponse:
    fields = walk.fields_of(page, scolds=scolds)
    context = {
        "page": page,
        "fields": fields,
        "wrong": [field for field in fields if field.errors],
        "notes": walk.notes_on(page),
        "may_be_me": walk.may_be_applicant(page),
    }
    return _step(request, walk, Place(Kind.FILL, page.key), "fill", status=status, **context)


@of_declaration
@require_GET
def papers(request: HttpRequest, walk: Walk) -> HttpResponse:
    """What to bring, what it costs and when it is ready, under what was answered."""
    return _step(request, walk, PAPERS, "papers", sheet=walk.sheet, quote=walk.sheet.quote)


@of_declaration
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, walk: Walk) -> HttpResponse:
    """Every answer with a way to change it; what is open is marked. Then it is finished."""
    if request.method == "POST" and walk.is_complete:
        finish(declaration=walk.declaration, at=walk.at)
        return redirect("applications:declare_done", token=walk.declaration.token)
    first = _address(walk.declaration, walk.first_open, FROM_CHECK) if walk.open_places else ""
    if first and walk.first_open.kind == Kind.FILL:
        first += "&missing"
    parts = [
        (part.title, [(line, _address(walk.declaration, line.place, FROM_CHECK)) for line in part.answers])
        for part in walk.parts
    ]
    return _step(request, walk, CHECK, "check", parts=parts, first_open=first)


@of_declaration
@require_GET
def done(request: HttpRequest, walk: Walk) -> HttpResponse:
    """The code for the desk, large; the form to print; what else can be done."""
    row = walk.declaration
    if row.done_at is None:
        return redirect(_address(row, CHECK))
    context: dict[str, Any] = {
        "walk": walk,
        "code": spoken(row.code),
        "qr": qr_picture(row.code),
        "sheet": walk.sheet,
        "has_form": has_declaration(walk.version),
    }
    return _page(request, "done", row, **context)


@of_declaration
@require_GET
def form(request: HttpRequest, walk: Walk) -> HttpResponse:
    """The official form with the answers in it, to be dated and signed."""
    if not has_declaration(walk.version):
        raise Http404
    count_printed(request)
    response = HttpResponse(declaration_pdf(walk.version, walk.data), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{walk.version.procedure.code}.pdf"'
    return _private(response)


@of_declaration
@require_GET
def later(request: HttpRequest, walk: Walk) -> HttpResponse:
    """The address of this declaration, to go on another time or on another telephone."""
    row = walk.declaration
    link = f"{settings.PUBLIC_URL}{reverse('applications:declare', args=[row.token])}"
    return _page(request, "later", row, walk=walk, link=link, qr=qr_picture(link))


@of_declaration
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, walk: Walk) -> HttpResponse:
    if request.method == "POST":
        discard(declaration=walk.declaration, at=walk.at)
        return redirect("applications:declare", token=walk.declaration.token)
    return _page(request, "delete", walk.declaration, walk=walk)


@of_declaration
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest, walk: Walk) -> HttpResponse:
    """The rules changed since it was begun: what is new, then on with everything that was answered."""
    row, newer = walk.declaration, newer_version(walk.declaration, walk.at)
    if newer is None:
        return redirect("applications:declare", token=row.token)
    if request.method == "POST":
        row = go_on_under_new_rules(declaration=row, at=walk.at)
        return redirect("applications:declare", token=row.token)
    return _page(request, "rules", row, walk=walk, newer=newer, changed=differences(walk.version, newer))


def _onward(request: HttpRequest, walk: Walk, place: Place) -> str:
    """To the next page; or back to the check, by way of questions that an answer has only now brought up."""
    row, back = walk.declaration, _back(request)
    if not back:
        return _address(row, walk.after(place))
    asked = next((open_one for open_one in walk.open_places if open_one.kind == Kind.ASK), CHECK)
    return _address(row, asked, back if asked != CHECK else "")


def _back(request: HttpRequest) -> str:
    sent = request.POST if request.method == "POST" else request.GET
    return FROM_CHECK if sent.get("to") == FROM_CHECK else ""


def _address(row: Declaration, place: Place, to: str = "") -> str:
    more = [place.key] if place.key else []
    return reverse(f"applications:declare_{place.kind}", args=[row.token, *more]) + (f"?to={to}" if to else "")


def _step(
    request: HttpRequest, walk: Walk, place: Place, name: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    before = walk.before(place)
    context |= {
        "walk": walk,
        "number": walk.number(place),
        "before": _address(walk.declaration, before) if before else "",
        "onward": _address(walk.declaration, walk.after(place)),
        "to": _back(request),
    }
    return _page(request, name, walk.declaration, status=status, **context)


def _page(request: HttpRequest, name: str, row: Declaration, *, status: int = 200, **context: Any) -> HttpResponse:
    version = version_by_id(row.version_id)
    context |= {
        "declaration": row,
        "procedure": version.procedure,
        "helper_name": first_name(row.helped_by) if row.helped_by else "",
        "is_helper": row.helped_by_id is not None and row.helped_by_id == request.user.pk,
    }
    return _private(render(request, f"applications/declare/{name}.html", context, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    """The address is the key to the page: it is kept nowhere, indexed by nobody and told to no other site."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response
