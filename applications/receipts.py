"""Giving out the receipt's file."""

from __future__ import annotations

import hashlib
from contextlib import suppress

from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _

from applications.actions.issue_receipt import draw, draw_masked, issue_receipt, name_of
from applications.actions.receive import RECEIPT
from applications.models import Application, Document, IssuedForm
from portal import clock, files, ratelimit
from portal.errors import Gone, Unavailable

# A copy is drawn anew each time, for a tenth of a second.
COPIES, COPIES_SECONDS = 20, 10 * 60


def receipt_response(application: Application) -> HttpResponse:
    """The receipt as a PDF; made at once if the worker has not made it yet.

    Raises ``Http404`` for a draft, ``Gone`` when its file is lost and would not be the same if it were drawn now.
    """
    form = _form_or_404(application)
    document = issue_receipt(form=form, at=clock.now())
    return _response(_content(form, document), document.name)


def refusal_response(form: IssuedForm) -> HttpResponse:
    """Form 03 as it was issued; made at once if the worker has not made it yet. Raises ``Gone`` as the receipt does."""
    document = issue_receipt(form=form, at=clock.now())
    return _response(_content(form, document), document.name)


def public_copy_response(application: Application) -> HttpResponse:
    """The receipt as whoever has the dossier's address may see it: phone and e-mail are masked, as on its page.

    Raises ``Http404`` for a draft, ``Gone`` once what it said of the person is erased, ``TooMany``.
    """
    form = _form_or_404(application)
    if form.is_erased:
        raise Gone(_("The receipt is not kept any more. Please ask at the counter."), code="receipt_erased")
    ratelimit.count("receipt-copy", application.token, limit=COPIES, seconds=COPIES_SECONDS)
    return _response(draw_masked(form), name_of(application, form))


def _form_or_404(application: Application) -> IssuedForm:
    form = (
        IssuedForm.objects.filter(application=application, number=RECEIPT)
        .select_related(
            "document",
            "application__applicant",
            "application__competent",
            "application__received_at_centre__parent",
            "application__received_by",
        )
        .first()
    )
    if form is None:
        raise Http404
    return form


def _response(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _content(form: IssuedForm, document: Document) -> bytes:
    """Its bytes; drawn and kept once more if the store has lost them and they come out the same."""
    try:
        return files.read(document.sha256)
    except FileNotFoundError:
        content = draw(form)
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise Gone(_("The file is not in the store. Please call support."), code="file_lost")
    with suppress(Unavailable):
        files.store([content])
    return content
