"""Jobs of dossiers: an id in, one action called. The rows say what is left to do; a lost job is found by its sweep."""

from __future__ import annotations

from celery import shared_task
from django.db.models import QuerySet

from applications.actions.issue_receipt import issue_receipt
from applications.models import IssuedForm
from portal import clock

RECEIPT = "01"
SWEEP_ROWS = 200


@shared_task
def render_receipt(form_id: int) -> None:
    """Make the file of one receipt, unless it is there already."""
    form = _receipts().filter(pk=form_id).first()
    if form is not None:
        issue_receipt(form=form, at=clock.now())


@shared_task
def sweep_receipts() -> None:
    """Make the files of receipts whose job was lost, the longest waiting first."""
    for form in _receipts().filter(document__isnull=True).order_by("issued_at")[:SWEEP_ROWS]:
        issue_receipt(form=form, at=clock.now())


def _receipts() -> QuerySet[IssuedForm]:
    return IssuedForm.objects.filter(number=RECEIPT).select_related(
        "document",
        "application__applicant",
        "application__competent",
        "application__received_at_centre__parent",
        "application__received_by",
    )
