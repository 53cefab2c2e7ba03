"""Giving out the receipt's file."""

from __future__ import annotations

import hashlib
from contextlib import suppress

from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _

from applications.actions.issue_receipt import draw, issue_receipt
from applications.actions.receive import RECEIPT
from applications.models import Application, Document, IssuedForm
from portal import clock, files
from portal.errors import Gone, Unavailable


def receipt_response(application: Application) -> HttpResponse:
    """The receipt as a PDF; made at once if the worker has not made it yet.

    Raises ``Http404`` for a draft, ``Gone`` when its file is lost and would not be the same if it were drawn now.
    """
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
    document = issue_receipt(form=form, at=clock.now())
    response = HttpResponse(_content(form, document), content_type=document.media_type)
    response["Content-Disposition"] = f'inline; filename="{document.name}"'
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
