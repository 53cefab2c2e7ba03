"""Jobs of dossiers: an id in, one action called. The rows say what is left to do; a lost job is found by its sweep."""

from __future__ import annotations

from celery import shared_task
from django.db.models import QuerySet

from applications.actions.close_day import close_day
from applications.actions.issue_receipt import issue_receipt
from applications.actions.keep_closing_paper import keep_closing_paper
from applications.actions.make_certified_copy import due_certifications, make_certified_copy
from applications.actions.move_due import move_due_dates
from applications.actions.stop_for_outages import stop_for_outages
from applications.actions.sweep_declarations import erase_expired, forget_erased
from applications.closings import due_days
from applications.models import Closing, IssuedForm
from portal import clock

RECEIPT = "01"
SWEEP_ROWS = 200
# Each takes a second of drawing; the rest follows with the next round.
SWEEP_PAPERS = 20


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


@shared_task
def compose_certification(item_id: int) -> None:
    """Make and file one certified copy, if its number is taken and nobody else is at it."""
    make_certified_copy(item_id=item_id, now=clock.now)


@shared_task
def sweep_certifications() -> None:
    """Make what no worker was woken for, what waited for its next try, and what a worker left behind when it died."""
    for item_id in due_certifications(clock.now()):
        make_certified_copy(item_id=item_id, now=clock.now)


@shared_task
def move_dates() -> None:
    """Dossiers whose time runs over corrected days get their new dates, once somebody approved that."""
    move_due_dates(at=clock.now())


@shared_task
def stop_clocks() -> None:
    """Dossiers get the time of announced outages."""
    stop_for_outages(at=clock.now())


@shared_task
def sweep_declarations() -> None:
    """Erase what was declared at home and not used in time."""
    erase_expired(at=clock.now())
    forget_erased(at=clock.now())


@shared_task
def close_days() -> None:
    """Close every day that is over, and print what is not printed yet, the newest first."""
    at = clock.now()
    for day in due_days(at):
        close_day(day=day, at=at)
    for closing in Closing.objects.filter(paper__isnull=True).order_by("-day")[:SWEEP_PAPERS]:
        keep_closing_paper(closing=closing, at=at)
