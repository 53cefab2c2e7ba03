"""For anyone: is this a certified copy of ours? By the file, by the QR code, or by what is printed on the paper."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from applications.forms_verify import PaperForm
from applications.notarisation.validation import Verdict, claimed_by, judge, judge_code, judge_paper
from portal import clock, ratelimit
from portal.errors import BadInput, RuleBroken
from portal.filekinds import PDF
from portal.uploads import inspect_upload, path_of, received_file

# As on the page that finds a dossier: a hall's visitors share one address.
TRIES, SECONDS = 30, 10 * 60
# Of files that are larger than any other page takes.
LARGE_TRIES = 5


@login_not_required
@never_cache
@require_GET
def verify(request: HttpRequest) -> HttpResponse:
    """The ways to check a copy."""
    return _ask(request)


@login_not_required
@never_cache
@require_POST
def of_file(request: HttpRequest) -> HttpResponse:
    """The answer for a file. It is looked at and not kept."""
    try:
        _count(request)
        verdict = _judge_upload(request)
    except RuleBroken as problem:
        return _ask(request, status=problem.status, problem=problem)
    return _answer(request, verdict)


@login_not_required
@never_cache
@sensitive_post_parameters("code")
@require_POST
def of_paper(request: HttpRequest) -> HttpResponse:
    """The answer for what is printed on a paper: the page of its code, when all three belong together."""
    form = PaperForm(request.POST)
    if not form.is_valid():
        return _ask(request, status=400, form=form)
    try:
        _count(request)
    except RuleBroken as problem:
        form.add_error(None, str(problem))
        return _ask(request, status=problem.status, form=form)
    verdict = judge_paper(**form.cleaned_data)
    if verdict.item is None:
        return _answer(request, verdict, form=form)
    return redirect("applications:verify_code", verdict.item.check_code)


@login_not_required
@never_cache
@require_GET
def of_code(request: HttpRequest, code: str) -> HttpResponse:
    """Where the QR code on a copy leads."""
    try:
        _count(request)
    except RuleBroken as problem:
        return _ask(request, status=problem.status, problem=problem)
    verdict = judge_code(code)
    return _answer(request, verdict, status=404 if verdict.item is None else 200)


def _count(request: HttpRequest) -> None:
    ratelimit.count("verify-address", ratelimit.client_address(request), limit=TRIES, seconds=SECONDS)


def _judge_upload(request: HttpRequest) -> Verdict:
    """Raises what ``portal.uploads`` raises, except for a copy of ours that was damaged: there that is the answer."""
    try:
        upload = received_file(request)
    except BadInput as problem:
        if problem.code == "upload_missing":
            raise
        raise _asked_differently(problem) from problem
    if (upload.size or 0) > settings.UPLOAD_LIMIT_BYTES:
        ratelimit.count("verify-large", ratelimit.client_address(request), limit=LARGE_TRIES, seconds=SECONDS)
    path = path_of(upload)
    try:
        kind = inspect_upload(upload, settings.VERIFY_LIMIT_BYTES).media_type
    except BadInput as problem:
        if claimed_by(path) is None:
            raise _asked_differently(problem) from problem
        kind = PDF
    if kind != PDF:
        raise _needs_pdf()
    return judge(path, clock.now())


def _asked_differently(problem: BadInput) -> BadInput:
    """What the scanner's own sentences propose, another file, is not the one that somebody wants to check."""
    if problem.code == "upload_too_large":
        return _too_large()
    if problem.code in ("upload_not_supported", "upload_name_differs", "upload_moving"):
        return _needs_pdf()
    return problem if problem.code == "upload_empty" else _not_checkable()


def _needs_pdf() -> BadInput:
    return BadInput(
        _(
            "Only a PDF can be checked. Please choose the file as it was given out, or type what is printed on the paper."
        ),
        code="verify_needs_pdf",
        field="file",
    )


def _not_checkable() -> BadInput:
    return BadInput(
        _(
            "This file cannot be checked: it is locked or damaged, or holds a program or another file, which no certified"
            " copy of ours does. Choose the file as it was given out, or type what is printed on the paper."
        ),
        code="verify_not_checkable",
        field="file",
    )


def _too_large() -> BadInput:
    return BadInput(
        _("The file is larger than can be checked here. Please use the code printed on its last page instead."),
        code="verify_too_large",
        field="file",
    )


def _ask(
    request: HttpRequest, *, status: int = 200, form: PaperForm | None = None, problem: RuleBroken | None = None
) -> HttpResponse:
    context = {"form": form or PaperForm(), "problem": problem}
    return render(request, "applications/verify/ask.html", context, status=status)


def _answer(request: HttpRequest, verdict: Verdict, status: int = 200, form: PaperForm | None = None) -> HttpResponse:
    context = {"verdict": verdict, "item": verdict.item, "form": form}
    response = render(request, "applications/verify/answer.html", context, status=status)
    # The address of a copy is known to whoever holds it, and to nobody else.
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
