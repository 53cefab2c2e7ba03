"""A request for certification at the desk: its documents, what forbids them, and its end."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from applications.actions.answer_checks import answer_checks
from applications.actions.documents_wanted import (
    MOST_PAGES,
    MOST_SIGNATORIES,
    Signs,
    add_document,
    change_document,
    check_quantity,
    may_change,
    not_changeable,
)
from applications.actions.end_certification import end_draft
from applications.actions.hand_over import hand_over
from applications.actions.locking import wrong_state
from applications.actions.refuse_certification import REFUSAL, refuse_certification
from applications.actions.submit_certification import why_not_submitted
from applications.actions.use_scan import finished
from applications.catalogue import version_of
from applications.enums import State
from applications.forms_documents import DocumentForm, SignatoryForms, signatories_of, signatory_from_card
from applications.forms_scan import ScanForm
from applications.looks import looked_at
from applications.models import Application, CertificationItem, IssuedForm
from applications.notarisation.enums import RegisterKind
from applications.notarisation.grounds import shown_by_vneid
from applications.notarisation.requests import KINDS, is_request, items_of, paid_for
from applications.permissions import check, may_receive
from applications.receipts import form_response
from applications.scanning import ADDED, open_scan, scan_field
from applications.views.certify import OWNER, PAGE, item_or_404, refused, say_in, shape, shown
from applications.views.desk.page import back
from applications.views.scans import lay_ready
from centres.actions.matters import finish_matter
from citizens.session import signed_in
from portal import clock
from portal.errors import RuleBroken
from portal.uploads import missing
from procedures.models import DocumentKind


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, application_id: int) -> HttpResponse:
    """One more document. What was typed stays when the file is refused."""
    draft = _request_or_404(request, application_id)
    if request.method != "POST" and draft.state != State.DRAFT:
        raise wrong_state(draft)
    return _form(request, draft, None)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, item_id: int) -> HttpResponse:
    """The same form for a document that is there already; its scan stays unless another is chosen."""
    item = item_or_404(signed_in(request), item_id)
    copy = item.certification.application
    if request.method != "POST" and not may_change(copy, item):
        raise not_changeable(copy, item)
    return _form(request, copy, item)


def _form(request: HttpRequest, draft: Application, item: CertificationItem | None) -> HttpResponse:
    kinds = _kinds(draft)
    if request.method != "POST":
        first = DocumentForm.values_of(item) if item else DocumentForm.first_values(draft)
        people = signatories_of(item) if item else signatory_from_card(draft.applicant)
        return _show_form(request, draft, item, DocumentForm(initial=first, kinds=kinds), _people(draft, people))
    form, people, status = DocumentForm(request.POST, kinds=kinds), _typed_people(request, draft), 400
    problem = lay_ready(request, draft, slot_of(item))
    if ("more" in request.POST or request.POST.get("do") == "add") and problem is None:
        form.errors.clear()
        return _show_form(request, draft, item, form, people)
    if form.is_valid() & (people is None or people.is_valid()) and problem is None:
        try:
            return shown(request, _save(request, draft, item, form, people))
        except RuleBroken as found:
            problem = found
            if found.field == "file" and (quantity := _wrong_quantity(draft, item, form)) is not None:
                say_in(form, quantity)
    elif form.is_valid() and problem is None:  # what is wrong with who signs is said together with this
        problem = _wrong_quantity(draft, item, form)
    if problem is not None:
        say_in(form, problem)
        status = problem.status
    return _show_form(request, draft, item, form, people, status=status)


def _wrong_quantity(draft: Application, item: CertificationItem | None, form: DocumentForm) -> RuleBroken | None:
    scan = open_scan(draft.pk, slot_of(item))
    there = scan.pages.count() if scan else 0
    try:
        check_quantity(form.wanted(), there or (item.scan.pages if item else MOST_PAGES))
    except RuleBroken as problem:
        return problem
    return None


def _save(
    request: HttpRequest, draft: Application, item: CertificationItem | None, form: DocumentForm, people: Any
) -> CertificationItem:
    signs: tuple[Signs, ...] = ()
    if people is not None:
        signs = tuple(row.signs() for row in people if row.has_changed())
    scan = open_scan(draft.pk, slot_of(item))
    common: dict[str, Any] = {
        "wanted": form.wanted(signs),
        "scan": scan,
        "at": clock.now(),
        "acting_user": signed_in(request),
    }
    if item is not None:
        if scan is None or not scan.pages.exists():
            return change_document(item=item, upload=None, **{**common, "scan": None})
        with finished(scan) as upload:
            return change_document(item=item, upload=upload, **common)
    client_key = form.cleaned_data["client_key"]
    known = CertificationItem.objects.filter(client_key=client_key, certification__application=draft).first()
    if known is not None:  # the form was sent again, and its scan is used
        return known
    if scan is None:
        raise missing()
    with finished(scan) as upload:
        return add_document(
            application=draft,
            upload=upload,
            client_key=client_key,
            register=form.cleaned_data.get("register", ""),
            **common,
        )


def slot_of(item: CertificationItem | None) -> str:
    """Where the scan of this document lies, or of the one that is being added."""
    return f"{ADDED}-{item.pk}" if item else ADDED


def _kinds(draft: Application) -> list[RegisterKind]:
    """The registers to choose from: that of its documents once there is one."""
    request = getattr(draft, "certification", None)
    if request is not None and paid_for(items_of(request)):
        return [RegisterKind(request.kind)]
    return KINDS[version_of(draft).procedure.code]


def _people(draft: Application, rows: list[dict[str, Any]]) -> Any:
    """The rows for who signs; none for copies. Rows filled in from the card count as typed."""
    if _kinds(draft) == [RegisterKind.COPIES]:
        return None
    return SignatoryForms(prefix="signs", initial=rows)


def _typed_people(request: HttpRequest, draft: Application) -> Any:
    if _kinds(draft) == [RegisterKind.COPIES]:
        return None
    sent = request.POST.copy()
    if "more" in sent or sent.get("do") == "add":
        total = sent.get("signs-TOTAL_FORMS", "")
        rows_there = int(total) if total.isascii() and total.isdigit() and len(total) < 4 else 0
        sent["signs-TOTAL_FORMS"] = str(max(1, min(rows_there + ("more" in sent), MOST_SIGNATORIES)))
        # Shown again as it was typed, without scolding what is not filled in yet.
        rows = SignatoryForms(sent, prefix="signs")
        return SignatoryForms(
            prefix="signs",
            initial=[{name: row[name].value() for name in row.fields} for row in rows.forms],
        )
    sent["signs-INITIAL_FORMS"] = "0"
    return SignatoryForms(sent, prefix="signs")


def _show_form(
    request: HttpRequest,
    draft: Application,
    item: CertificationItem | None,
    form: DocumentForm,
    people: Any,
    *,
    status: int = 200,
) -> HttpResponse:
    template = "document.html" if shape(request) == PAGE else "parts/document.html"
    day, slot, files_form = clock.today(), slot_of(item), None
    if "file" in form.errors:
        files_form = ScanForm({}, slot=slot, owner=OWNER)
        files_form.add_error("file", form.errors["file"].data)
    name, key = ("change_document", item.pk) if item else ("add_document", draft.pk)
    address = reverse(f"applications:{name}", args=[key])
    names = [(kind.name["vi"], shown_by_vneid(kind.key, day)) for kind in DocumentKind.objects.filter(is_form=False)]
    context = {
        "centre": draft.helped_at,
        "application": draft,
        "item": item,
        "form": form.beside(slot),
        "scan": scan_field(draft, slot, clock.now(), owner=OWNER, back=address, form=files_form),
        "address": address,
        "people": people,
        "kind": _kinds(draft)[0] if len(_kinds(draft)) == 1 else "",
        "kind_names": sorted(names),
    }
    return render(request, f"applications/certify/{template}", context, status=status)


@require_POST
def checks(request: HttpRequest, item_id: int) -> HttpResponse:
    """The answers about one document; what is left out is asked again."""
    item = item_or_404(signed_in(request), item_id)
    asked = [key for key in request.POST if key.startswith("ground-")]
    answers = {key.removeprefix("ground-"): request.POST.get(key, "") for key in asked}
    seen = {int(pk) for pk in request.POST.getlist("seen") if pk.isascii() and pk.isdigit() and len(pk) < 19}
    try:
        item = answer_checks(
            item=item, answers=answers, seen_to_sign=seen, at=clock.now(), acting_user=signed_in(request)
        )
        why = why_not_submitted(item, item.certification, clock.now())
        if why and "yes" not in answers.values():
            raise RuleBroken(why, code="not_checked")
    except RuleBroken as problem:
        return refused(request, item, problem)
    return shown(request, item)


@require_POST
def refuse(request: HttpRequest, item_id: int) -> HttpResponse:
    item = item_or_404(signed_in(request), item_id)
    try:
        item = refuse_certification(
            item=item,
            ground=request.POST.get("ground", ""),
            reason=request.POST.get("reason", ""),
            at=clock.now(),
            acting_user=signed_in(request),
        )
    except RuleBroken as problem:
        return refused(request, item, problem)
    return shown(request, item)


@require_GET
def refusal(request: HttpRequest, form_id: int) -> HttpResponse:
    """Form 03 as it was issued, to print at the counter."""
    rows = IssuedForm.objects.filter(number=REFUSAL).select_related(
        "document", "application__applicant", "application__helped_at__parent", "application__competent"
    )
    form = get_object_or_404(
        rows.filter(application__in=Application.objects.visible_to(signed_in(request))), pk=form_id
    )
    looked_at(application=form.application, reason=str(_("refusal printed")), at=clock.now(), user=signed_in(request))
    return form_response(form)


@require_POST
def end(request: HttpRequest, application_id: int) -> HttpResponse:
    """Nothing is left to certify: the matter ends without a receipt."""
    draft = _request_or_404(request, application_id)
    end_draft(application=draft, at=clock.now(), acting_user=signed_in(request))
    return back(draft.pk)


@require_POST
def finish(request: HttpRequest, application_id: int) -> HttpResponse:
    """The person leaves: copies that are ready are handed over, others are fetched later."""
    request_ = _request_or_404(request, application_id)
    check(may_receive(signed_in(request), request_))
    if request_.state == State.DRAFT:
        raise wrong_state(request_)
    at, user = clock.now(), signed_in(request)
    if request_.state == State.DONE and "hand_over" in request.POST:
        name = request_.applicant.full_name if request_.applicant else ""
        hand_over(
            application=request_,
            handed_to=name,
            signature=None,
            unpaid_reason=request.POST.get("unpaid_reason", ""),
            at=at,
            acting_user=user,
        )
    elif request_.matter is not None and request_.matter.done_at is None:
        finish_matter(matter=request_.matter, at=at, acting_user=user)
    return back(request_.pk)


def _request_or_404(request: HttpRequest, application_id: int) -> Application:
    rows = Application.objects.visible_to(signed_in(request)).select_related(
        "applicant", "helped_at", "competent", "matter__ticket", "certification"
    )
    found: Application = get_object_or_404(rows, pk=application_id)
    if not is_request(version_of(found)):
        raise wrong_state(found)
    return found
