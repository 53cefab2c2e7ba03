"""Certifying a copy at the desk: a scan that lies ready is taken, approved, and its file is made while the work goes on."""

from __future__ import annotations

import tempfile
from typing import Any

from django.db.models import Q
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from applications.actions.approve_certification import approve_certification
from applications.actions.documents_wanted import WrongQuantity
from applications.actions.drop_certification import drop_certification
from applications.actions.open_certification import open_certification
from applications.actions.submit_certification import submit_certification, why_not_submitted
from applications.actions.use_scan import finished
from applications.enums import PaperState
from applications.forms_certify import CertifyForm
from applications.forms_scan import ScanForm
from applications.looks import looked_at
from applications.models import Application, CertificationItem, Document, Paper
from applications.notarisation.enums import WITHOUT_NUMBER, JobState
from applications.notarisation.grounds import FINE, FORBIDS, forbidding, ground_named, grounds_for, shown_by_vneid
from applications.notarisation.second_factor import open_until
from applications.notarisation.two_up import two_up
from applications.notarisation.versions import newest_of
from applications.permissions import check, may_certify
from applications.scanning import open_scan, scan_field, slot_of
from applications.serving import document_of_link, link_to, stored_response
from applications.signing_queue import siblings_of
from applications.signing_session import check_open
from applications.views.scans import lay_ready
from citizens.models import User
from citizens.session import signed_in
from portal import clock, files, live
from portal.errors import Gone, RuleBroken
from portal.serving import private
from portal.text import pick
from portal.uploads import missing

# By finished steps: what is being done now.
PROGRESS_WORDS = (
    _("Waiting for a worker, then reading the scan"),
    _("Setting the text of certification"),
    _("Signing with the signer's certificate"),
    _("Signing with the unit's certificate and the time stamp"),
    _("Keeping the file"),
    _("Filing the copy"),
)
PAGE, DIALOG, PART = "page", "dialog", "part"
# The id of the form that uses the scan beside it.
OWNER = "certify-form"


def shape(request: HttpRequest) -> str:
    """What is asked for: the inside alone (a poll), a dialog for the desk, or a page of its own without a script."""
    if request.headers.get("X-Part"):
        return PART
    return DIALOG if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted") else PAGE


def _paper(user: User, paper_id: int) -> Paper:
    rows = Paper.objects.select_related(
        "application__applicant", "application__helped_at", "application__matter__ticket__counter", "kind"
    )
    return get_object_or_404(rows.filter(application__in=Application.objects.visible_to(user)), pk=paper_id)


def item_or_404(user: User, item_id: int) -> CertificationItem:
    rows = CertificationItem.objects.select_related(
        "certification__application__for_application",
        "certification__application__helped_at",
        "entry__register",
        "entry__signer",
        "entry__strike",
        "taken_over_by",
        "submitted_by",
        "refused_by",
        "scan",
        "output",
        "for_paper",
        "document_kind",
        "refusal",
    )
    return get_object_or_404(
        rows.filter(certification__application__in=Application.objects.visible_to(user)), pk=item_id
    )


@require_http_methods(["GET", "HEAD", "POST"])
def certify(request: HttpRequest, paper_id: int) -> HttpResponse:
    """The form of one line of the checklist, and its answer. What was typed stays when the file is refused."""
    paper = _paper(signed_in(request), paper_id)
    if paper.state == PaperState.CERTIFYING and request.method != "POST":
        waiting = paper.certifications.order_by("-pk").first()
        if waiting is not None:
            return redirect("applications:certification", waiting.pk)
    if request.method != "POST":
        return _show_form(request, paper, CertifyForm.blank(pick(paper.kind.name)))
    form, status = CertifyForm(request.POST), 400
    known = paper.certifications.filter(client_key=request.POST.get("client_key", "")).first()
    if known is not None:  # the form was sent again
        return shown(request, known)
    problem = lay_ready(request, paper.application, slot_of(paper), paper=paper)
    if request.POST.get("do") == "add" and problem is None:
        return _show_form(request, paper, CertifyForm(initial=request.POST.dict()))
    if form.is_valid() and problem is None:
        try:
            return shown(request, _opened(request, paper, form))
        except RuleBroken as found:
            problem = found
    if problem is not None:
        say_in(form, problem)
        status = problem.status
    return _show_form(request, paper, form, status=status)


def say_in(form: Form, problem: RuleBroken) -> None:
    """All that is wrong, each beside its field."""
    for one in problem.problems if isinstance(problem, WrongQuantity) else [problem]:
        form.add_error(one.field if one.field in form.fields else None, str(one))


def _opened(request: HttpRequest, paper: Paper, form: CertifyForm) -> CertificationItem:
    scan = open_scan(paper.application_id, slot_of(paper))
    if scan is None:
        raise missing()
    with finished(scan) as upload:
        return open_certification(
            for_paper=paper,
            upload=upload,
            scan=scan,
            pages=form.cleaned_data["pages"] or upload.pages,
            copies=form.cleaned_data["copies"],
            client_key=form.cleaned_data["client_key"],
            title=form.cleaned_data["title"],
            several_on_a_sheet=form.cleaned_data["several_on_a_sheet"],
            at=clock.now(),
            acting_user=signed_in(request),
        )


def _show_form(request: HttpRequest, paper: Paper, form: CertifyForm, *, status: int = 200) -> HttpResponse:
    template = "applications/certify/form.html" if shape(request) == PAGE else "applications/certify/parts/form.html"
    slot, files_form = slot_of(paper), None
    if "file" in form.errors:
        files_form = ScanForm({}, slot=slot, owner=OWNER)
        files_form.add_error("file", form.errors["file"].data)
    back = reverse("applications:certify", args=[paper.pk])
    scan = scan_field(paper.application, slot, clock.now(), paper=paper, owner=OWNER, back=back, form=files_form)
    context = {"paper": paper, "form": form.beside(slot), "scan": scan, "centre": paper.application.helped_at}
    return render(request, template, context, status=status)


@require_GET
def certification(request: HttpRequest, item_id: int) -> HttpResponse:
    """Where the copy stands: the checklist and the fee before it is approved, then the job's progress, then the file."""
    item = item_or_404(signed_in(request), item_id)
    topics = [f"dossier:{item.certification.application_id}"]
    vary = f"{signed_in(request).pk}-{shape(request)}-{'again' in request.GET}"
    return live.answer(request, topics, lambda: _show(request, item), vary=vary)


@require_POST
def submit(request: HttpRequest, item_id: int) -> HttpResponse:
    """To the signer."""
    item = item_or_404(signed_in(request), item_id)
    try:
        submit_certification(item=item, at=clock.now(), acting_user=signed_in(request))
    except RuleBroken as problem:
        return refused(request, item, problem)
    return shown(request, item)


@require_POST
def approve(request: HttpRequest, item_id: int) -> HttpResponse:
    """Signed at the desk, by an officer who may certify and has typed their code; with what the page named as going along."""
    user, at = signed_in(request), clock.now()
    item = item_or_404(user, item_id)
    try:
        check(_certifies(request, item))
        check_open(request.session, user, at)
        named = [one for one in siblings_of([item]) if str(one.pk) in request.POST.getlist("along")]
        approve_certification(item=item, others=named, at=at, acting_user=user)
    except RuleBroken as problem:
        return refused(request, item, problem)
    return shown(request, item)


def _certifies(request: HttpRequest, item: CertificationItem) -> bool:
    centre = item.certification.application.helped_at
    return may_certify(signed_in(request), centre, item.certification.kind, clock.today())


@require_POST
def drop(request: HttpRequest, item_id: int) -> HttpResponse:
    """The scan was the wrong one: back to the form, with nothing taken from the register."""
    item = item_or_404(signed_in(request), item_id)
    try:
        drop_certification(item=item, at=clock.now(), acting_user=signed_in(request))
    except RuleBroken as problem:
        return refused(request, item, problem)
    if item.for_paper_id is None:
        desk = f"{reverse('applications:desk')}?matter={item.certification.application_id}"
        return HttpResponseClientRedirect(desk) if shape(request) == DIALOG else redirect(desk)
    return redirect("applications:certify", item.for_paper_id)


def shown(request: HttpRequest, item: CertificationItem) -> HttpResponse:
    if shape(request) == PAGE:
        return redirect("applications:certification", item.pk)
    return _show(request, item_or_404(signed_in(request), item.pk))


def refused(request: HttpRequest, item: CertificationItem, problem: RuleBroken) -> HttpResponse:
    """The sentence inside the dialog, which stays; without a script the portal's own page says it."""
    if shape(request) == PAGE:
        raise problem
    return _show(request, item_or_404(signed_in(request), item.pk), problem=problem)


def _show(request: HttpRequest, item: CertificationItem, problem: RuleBroken | None = None) -> HttpResponse:
    template = {
        PART: "applications/certify/parts/item.html",
        DIALOG: "applications/certify/parts/dialog.html",
        PAGE: "applications/certify/item.html",
    }[shape(request)]
    application = item.certification.application
    context = {
        "centre": application.helped_at,
        "item": item,
        "application": application,
        "first": application.for_application or application,
        "problem": problem,
        "has_number": item.state not in WITHOUT_NUMBER,
        **check_context(item),
        **_signing(request, item),
        "again": "again" in request.GET,
        "words": PROGRESS_WORDS[min(item.progress, len(PROGRESS_WORDS) - 1)],
    }
    return render(request, template, context, status=problem.status if problem else 200)


def _signing(request: HttpRequest, item: CertificationItem) -> dict[str, Any]:
    """Whether the asker is one of those whom the document waits for, and has signing open."""
    if item.state != JobState.SUBMITTED or not _certifies(request, item):
        return {"is_signer": False, "may_sign_now": False}
    is_open = open_until(request.session, signed_in(request), clock.now()) is not None
    return {"is_signer": True, "may_sign_now": is_open, "along": siblings_of([item])}


@require_GET
def two_up_print(request: HttpRequest, item_id: int) -> FileResponse:
    """The finished copy for the printer, two pages a sheet. It is a look at the file."""
    item = item_or_404(signed_in(request), item_id)
    if item.output is None:
        raise Http404
    if not item.counts:
        raise Gone(_("Its line in the register was struck through. It is not printed any more."), code="line_struck")
    printed = tempfile.TemporaryFile(prefix="two-up-")  # noqa: SIM115 - the answer closes it
    try:
        with files.open_stored(newest_of(item.output.sha256)) as source:
            two_up(source, printed)
    except FileNotFoundError as error:
        raise Gone(_("The file is not in the store. Please call support."), code="file_lost") from error
    printed.seek(0)
    application = item.certification.application
    looked_at(application=application, reason=str(_("opened a document")), at=clock.now(), user=signed_in(request))
    answer = FileResponse(printed, content_type="application/pdf", filename=f"in-{item.check_code}.pdf")
    private(answer)
    return answer


def check_context(item: CertificationItem) -> dict[str, Any]:
    """The rules that forbid certifying a document with what was answered, and what keeps it at the desk."""
    request, day, at = item.certification, clock.today(), clock.now()
    if item.state == JobState.REFUSED:
        return {"refused_by_rule": ground_named(item.ground)}
    if item.state != JobState.WAITING:
        return {}
    answers = item.checks.get("answers", {})
    return {
        "questions": [(ground, answers.get(ground.key, "")) for ground in grounds_for(request.kind, day)],
        "forbidding": forbidding(item.checks, request.kind, day),
        "not_yet": why_not_submitted(item, request, at),
        "signatories": [] if request.is_of_copies else list(item.signatories.all()),
        "vneid": shown_by_vneid(item.document_kind.key, day) if item.document_kind else "",
        "fine": FINE,
        "forbids": FORBIDS,
    }


@require_GET
def document(request: HttpRequest, document_id: int) -> HttpResponse:
    """A private file, for those who may see its dossier or one that it was handed in to: this address stays, and leads to one
    that is theirs for a few minutes. Each look is recorded."""
    found, seen = _document_or_404(request, document_id)
    user = signed_in(request)
    looked_at(application=seen, reason=str(_("opened a document")), at=clock.now(), user=user)
    return redirect("applications:document_file", link=link_to(found.pk, user))


@never_cache
@require_GET
def document_file(request: HttpRequest, link: str) -> HttpResponseBase:
    """The bytes behind ``document``, whole or in parts; whoever may not see it any more gets nothing by an old link."""
    found, _seen = _document_or_404(request, document_of_link(link, signed_in(request)))
    return stored_response(request, newest_of(found.sha256), media_type=found.media_type, name=found.name)


def _document_or_404(request: HttpRequest, document_id: int) -> tuple[Document, Application]:
    found = get_object_or_404(Document, pk=document_id)
    seen = (
        Application.objects.visible_to(signed_in(request))
        .filter(Q(pk=found.application_id) | Q(papers__document=found))
        .select_related("applicant", "competent")
        .first()
    )
    if seen is None:  # as if it were not there: whether it is concerns nobody else
        raise Http404
    if found.erased_at is not None:
        raise Gone(_("This paper is not kept any more: the time for which the law keeps it is over."), code="erased")
    return found, seen
