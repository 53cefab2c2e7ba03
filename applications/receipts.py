"""Giving out the files of issued forms."""

from __future__ import annotations

import hashlib
from contextlib import suppress

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from applications.actions.issue_receipt import draw, draw_masked, issue_receipt
from applications.actions.receive import RECEIPT
from applications.models import Application, CertificationItem, Document, IssuedForm
from applications.notarisation.versions import newest_of
from applications.papers_out import PAPERS, file_name
from applications.serving import stored_response
from portal import clock, files, ratelimit
from portal.errors import Gone, Unavailable

# A copy is drawn anew each time, for a tenth of a second.
COPIES, COPIES_SECONDS = 20, 10 * 60


def receipt_response(application: Application) -> HttpResponse:
    """The receipt that counts now, as a PDF; made at once if the worker has not made it yet.

    Raises ``Http404`` for a draft, ``Gone`` when its file is lost and would not be the same if it were drawn now.
    """
    return form_response(_latest_receipt(application))


def form_response(form: IssuedForm) -> HttpResponse:
    """An issued form as a PDF, as it was issued. Raises ``Gone`` as ``receipt_response`` does."""
    document = issue_receipt(form=form, at=clock.now())
    return _response(_content(form, document), document.name)


def public_copy_response(application: Application, form_id: int | None = None) -> HttpResponse:
    """The receipt (or another form of this dossier) as whoever has the dossier's address may see it: phone and e-mail are
    masked, as on its page.

    Raises ``Http404`` for a draft, ``Gone`` once what it said of the person is erased, ``TooMany``.
    """
    form = _latest_receipt(application) if form_id is None else form_or_404(application, form_id)
    if not PAPERS[form.number].is_for_citizen:
        raise Http404
    if form.is_erased:
        raise Gone(_("The receipt is not kept any more. Please ask at the counter."), code="receipt_erased")
    ratelimit.count("receipt-copy", application.token, limit=COPIES, seconds=COPIES_SECONDS)
    return _response(draw_masked(form), file_name(form))


def public_file_response(request: HttpRequest, application: Application, item_id: int) -> HttpResponseBase:
    """The signed file of a document of this request that was asked for electronically, in the version that stays good for
    longest.

    Raises ``Http404`` where there is none or its line was struck through, ``Gone`` when the file is lost, ``TooMany``.
    """
    rows = CertificationItem.objects.select_related("entry__strike", "output")
    item = rows.filter(pk=item_id, certification__application=application).first()
    if item is None or item.output is None or not item.is_given_as_file:
        raise Http404
    ratelimit.count("certified-file", application.token, limit=COPIES, seconds=COPIES_SECONDS)
    name = f"{item.check_code}.pdf"
    return stored_response(request, newest_of(item.output.sha256), media_type=item.output.media_type, name=name)


def form_or_404(application: Application, form_id: int) -> IssuedForm:
    """A form of this dossier that can be printed."""
    form = _forms(application).filter(pk=form_id).first()
    if form is None:
        raise Http404
    return form


def _latest_receipt(application: Application) -> IssuedForm:
    form = _forms(application).filter(number=RECEIPT).order_by("-sequence").first()
    if form is None:
        raise Http404
    return form


def _forms(application: Application) -> QuerySet[IssuedForm]:
    return IssuedForm.objects.filter(application=application, number__in=PAPERS).select_related(
        "document",
        "application__applicant",
        "application__competent__parent",
        "application__helped_at__parent",
        "application__received_at_centre__parent",
        "application__received_by",
    )


def _response(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _content(form: IssuedForm, document: Document) -> bytes:
    """Its bytes; drawn and kept once more if the store has lost them and they come out the same."""
    if document.erased_at is not None:
        raise Gone(_("This paper is not kept any more: the time for which the law keeps it is over."), code="erased")
    try:
        return files.read(document.sha256)
    except FileNotFoundError:
        content = draw(form)
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise Gone(_("The file is not in the store. Please call support."), code="file_lost")
    with suppress(Unavailable):
        files.store([content])
    return content
