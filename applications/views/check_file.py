"""For staff: a signed file that a citizen brings is checked; what is found is said in plain words, and the file is not kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from applications.actions.note_checked_file import OWN_NOTE, note_checked_file
from applications.enums import State
from applications.models import Application, Paper
from applications.notarisation.signing.apart import examine_brought_apart
from applications.notarisation.signing.brought import Brought
from applications.notarisation.signing.examine import CannotRead
from applications.permissions import FILE_CHECKERS, check, may_receive
from centres.permissions import has_role
from citizens.session import signed_in
from portal import clock, ratelimit
from portal.errors import BadInput, RuleBroken
from portal.filekinds import PDF
from portal.uploads import inspect_upload, path_of, received_file
from portal.vn.dates import format_date

# As for anyone on the public page, but by person.
TRIES, LARGE_TRIES, SECONDS = 30, 5, 10 * 60
_SALT, _NOTED_WITHIN = "checked-file", 30 * 60


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check_file(request: HttpRequest) -> HttpResponse:
    """The form, and below it what was found of the file. ``?paper=`` names the line of the checklist it was brought for."""
    check(has_role(request.user, FILE_CHECKERS))
    paper = _paper(request)
    context: dict[str, Any] = {"paper": paper, "centre": paper.application.helped_at if paper else None}
    if request.method != "POST":
        return render(request, "applications/certify/check_file.html", context)
    status = 200
    try:
        at = clock.now()
        name, found = _examined(request, at)
        context |= {
            "checked": True,
            "name": name,
            "signatures": found,
            "is_trusted": bool(found) and all(one.bottom_line for one in found),
            "token": _token(paper, note_of(found, at)) if paper else "",
        }
    except RuleBroken as problem:
        context["problem"], status = problem, problem.status
    return render(request, "applications/certify/check_file.html", context, status=status)


@require_POST
def note_finding(request: HttpRequest) -> HttpResponse:
    """Note what the page before said with the paper it was brought for."""
    try:
        said = signing.loads(request.POST.get("token", ""), salt=_SALT, max_age=_NOTED_WITHIN)
    except signing.BadSignature as error:
        raise BadInput(_("That was too long ago. Please check the file again."), code="check_again") from error
    papers = Paper.objects.select_related("application").filter(
        application__in=Application.objects.visible_to(signed_in(request))
    )
    paper = get_object_or_404(papers, pk=said["paper"])
    note_checked_file(paper=paper, finding=said["finding"], at=clock.now(), acting_user=signed_in(request))
    messages.success(
        request, _("The finding is noted with the paper. Tick the paper yourself if it is what is needed.")
    )
    return redirect(f"{reverse('applications:desk')}?matter={paper.application_id}")


def note_of(found: Sequence[Brought], at: datetime) -> str:
    """One line for the dossier, in Vietnamese as what is printed from it."""
    day = format_date(clock.local_day(at))
    if not found:
        return f"Kiểm tra tệp ngày {day}: không có chữ ký số"
    verdict = "tin cậy" if all(one.bottom_line for one in found) else "KHÔNG tin cậy"
    names = ", ".join(one.name for one in found if one.name)
    return f"Kiểm tra chữ ký số ngày {day}: {verdict}; người ký: {names}"[:200]


def _paper(request: HttpRequest) -> Paper | None:
    """The line of an open checklist that this officer may note a finding with."""
    wanted = request.GET.get("paper", "")
    if not (wanted.isascii() and wanted.isdecimal() and len(wanted) < 18):
        return None
    rows = Paper.objects.select_related("kind", "application__helped_at").exclude(state__in=OWN_NOTE)
    visible = Application.objects.visible_to(signed_in(request)).filter(state=State.DRAFT)
    paper = rows.filter(pk=int(wanted), application__in=visible).first()
    return paper if paper and may_receive(request.user, paper.application) else None


def _examined(request: HttpRequest, at: datetime) -> tuple[str, list[Brought]]:
    """Raises what ``portal.uploads`` raises, ``TooMany`` or ``BadInput``."""
    who = str(signed_in(request).pk)
    ratelimit.count("check-file", who, limit=TRIES, seconds=SECONDS)
    try:
        upload = received_file(request)
    except BadInput as problem:
        if problem.code == "upload_too_large":
            raise BadInput(
                _("The file is larger than can be checked here."), code="check_too_large", field="file"
            ) from problem
        raise
    if (upload.size or 0) > settings.UPLOAD_LIMIT_BYTES:
        ratelimit.count("check-large", who, limit=LARGE_TRIES, seconds=SECONDS)
    inspected = inspect_upload(upload, settings.VERIFY_LIMIT_BYTES)
    if inspected.media_type != PDF:
        raise BadInput(
            _("A picture carries no signature that can be checked. Please choose the PDF file itself."),
            code="check_needs_pdf",
            field="file",
        )
    roots = [Path(one) for one in (settings.SIGNING_ROOTS, settings.CHECKING_ROOTS) if one]
    try:
        return inspected.name, examine_brought_apart(path_of(upload), roots, at)
    except CannotRead as error:
        raise BadInput(
            _("The signatures of this file cannot be read. Please ask for it again as it was signed."),
            code="check_unreadable",
            field="file",
        ) from error


def _token(paper: Paper, finding: str) -> str:
    return signing.dumps({"paper": paper.pk, "finding": finding}, salt=_SALT)
