"""Giving out the receipt's file."""

from __future__ import annotations

from django.http import Http404, HttpResponse

from applications.actions.issue_receipt import issue_receipt
from applications.actions.receive import RECEIPT
from applications.models import Application, IssuedForm
from portal import clock, files


def receipt_response(application: Application) -> HttpResponse:
    """The receipt as a PDF; made at once if the worker has not made it yet. Raises ``Http404`` for a draft."""
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
    response = HttpResponse(files.read(document.sha256), content_type=document.media_type)
    response["Content-Disposition"] = f'inline; filename="{document.name}"'
    response["Cache-Control"] = "private, no-store"
    return response
