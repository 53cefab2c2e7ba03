"""Jobs of dossiers: an id in, one action called. The rows say what is left to do; a lost job is found by its sweep."""

from __future__ import annotations

from itertools import islice

from celery import shared_task
from django.db.models import QuerySet

from applications.actions.close_day import close_day
from applications.actions.compare_with_national import compare
from applications.actions.consult import remind_office
from applications.actions.consult import to_remind as answers_due
from applications.actions.end_filing import forget_filers
from applications.actions.extend import draft_extension, foreseen
from applications.actions.issue_receipt import issue_receipt
from applications.actions.keep_closing_paper import keep_closing_papers
from applications.actions.keep_withdrawal_lists import keep_withdrawal_lists
from applications.actions.look_at_scan import look_at_pages
from applications.actions.make_certified_copy import due_certifications, make_certified_copy
from applications.actions.match_notice import match_notice as match
from applications.actions.merge_people import follow_merged as take_along
from applications.actions.move_due import move_due_dates
from applications.actions.people import hand_on_left as hand_on_what_is_left
from applications.actions.print_transfer_list import print_transfer_list
from applications.actions.remind_uncollected import remind_of_part, remind_of_result, uncollected, uncollected_parts
from applications.actions.renew_stamps import renew_stamps as renew
from applications.actions.retain import carry_out, to_carry_out
from applications.actions.stop_for_outages import stop_for_outages
from applications.actions.supplement import end_unanswered, remind, to_end, to_remind
from applications.actions.sweep_declarations import erase_expired, forget_erased
from applications.actions.sweep_scans import erase_old_scans, look_at_left
from applications.actions.tell_national import due_dossiers, forget_delivered
from applications.actions.tell_national import sweep as tell
from applications.closings import due_days
from applications.enums_bank import NoticeState
from applications.models import BankNotice, CertificationItem, IssuedForm, TransferList
from applications.notarisation.enums import JobState
from applications.papers_out import PAPERS, RECEIPT
from applications.virus import scan_waiting
from portal import clock, jobs

SWEEP_ROWS = 200
# Drawing a long scan of another's making may take ten minutes (``archival``).
COPY_SECONDS = 15 * 60
# A city's dossiers take many of these turns.
OUTAGE_SECONDS = 60
# Nothing new is asked after the first; what is on its way by then has ended before the second, or hangs.
NATIONAL_SECONDS, NATIONAL_LIMIT = 60, 180


@shared_task
def render_receipt(form_id: int) -> None:
    """Make the file of one issued form, unless it is there already."""
    form = _forms().filter(pk=form_id).first()
    if form is not None:
        issue_receipt(form=form, at=clock.now())


@shared_task
def render_transfer_list(transfer_id: int) -> None:
    """Make the file of one list of originals, unless it is there already."""
    transfer = _transfers().filter(pk=transfer_id).first()
    if transfer is not None:
        print_transfer_list(transfer=transfer)


def _transfers() -> QuerySet[TransferList]:
    return TransferList.objects.select_related("branch", "origin__parent")


@shared_task
def sweep_receipts() -> None:
    """Make the files of forms and lists whose job was lost, the longest waiting first."""
    for transfer in _transfers().filter(sha256="").order_by("sent_at")[:SWEEP_ROWS]:
        print_transfer_list(transfer=transfer)
    # Of a copy for another dossier that another document may still join.
    joinable = CertificationItem.objects.filter(
        state=JobState.WAITING, certification__application__for_application__isnull=False
    )
    waiting = joinable.values("certification__application")
    forms = _forms().filter(document__isnull=True).exclude(number=RECEIPT, application__in=waiting)
    for form in forms.order_by("issued_at")[:SWEEP_ROWS]:
        issue_receipt(form=form, at=clock.now())


def _forms() -> QuerySet[IssuedForm]:
    return IssuedForm.objects.filter(number__in=PAPERS).select_related(
        "document",
        "application__applicant",
        "application__competent__parent",
        "application__helped_at__parent",
        "application__received_at_centre__parent",
        "application__received_by",
        "application__helped_at__parent",
    )


@shared_task(time_limit=COPY_SECONDS)
def compose_certification(item_id: int) -> None:
    """Make and file one certified copy, if its number is taken and nobody else is at it."""
    make_certified_copy(item_id=item_id, now=clock.now)


@shared_task(time_limit=COPY_SECONDS)
def sweep_certifications() -> None:
    """Make what no worker was woken for, what waited for its next try, and what a worker left behind when it died."""
    for item_id in due_certifications(clock.now()):
        make_certified_copy(item_id=item_id, now=clock.now)


@shared_task
def match_notice(notice_id: int) -> None:
    """Book one transfer that the bank told of, or leave it to people."""
    match(notice_id=notice_id, at=clock.now())


@shared_task
def sweep_notices() -> None:
    """Wake a worker for each notice whose job was lost: one that cannot be worked on holds up no other."""
    waiting = BankNotice.objects.filter(state=NoticeState.WAITING).order_by("pk")
    for notice_id in waiting.values_list("pk", flat=True)[:SWEEP_ROWS]:
        jobs.wake(match_notice, notice_id)


@shared_task
def hand_on_left() -> None:
    """What lies with whoever moved to another centre goes to the colleague named for it once the last day is over."""
    hand_on_what_is_left(at=clock.now())


@shared_task
def move_dates() -> None:
    """Dossiers whose time runs over corrected days get their new dates, once somebody approved that."""
    move_due_dates(at=clock.now())


@shared_task
def foresee_lateness() -> None:
    """Draft the apology of what is foreseen to miss its date, the nearest first."""
    at = clock.now()
    for dossier in list(islice(foreseen(at), SWEEP_ROWS)):
        draft_extension(application=dossier, at=at)


@shared_task
def remind_offices() -> None:
    """Remind other offices of answers that are due."""
    at = clock.now()
    for consultation in answers_due(at)[:SWEEP_ROWS]:
        remind_office(consultation=consultation, at=at)


@shared_task
def remind_uncollected() -> None:
    """Remind of results that wait to be collected."""
    at = clock.now()
    for step in uncollected(at)[:SWEEP_ROWS]:
        remind_of_result(step=step, at=at)
    for part in uncollected_parts(at)[:SWEEP_ROWS]:
        remind_of_part(part=part, at=at)


@shared_task
def mind_supplements() -> None:
    """Remind of what was asked for and has not come, and end what the law ends."""
    at = clock.now()
    for request in to_remind(at)[:SWEEP_ROWS]:
        remind(request=request, at=at)
    for request in to_end(at)[:SWEEP_ROWS]:
        end_unanswered(request=request, at=at)


@shared_task
def follow_merged() -> None:
    """What came to a record while it was merged goes to the one that counts."""
    take_along(at=clock.now())


@shared_task
def stop_clocks() -> None:
    """Dossiers get the time of announced outages, piece by piece."""
    stop_for_outages(at=clock.now(), seconds=OUTAGE_SECONDS)


@shared_task
def sweep_declarations() -> None:
    """Erase what was declared at home and not used in time, and what people said of themselves where nobody needs it now."""
    erase_expired(at=clock.now())
    forget_erased(at=clock.now())
    forget_filers(clock.now())


@shared_task
def look_at_scan(scan_id: int) -> None:
    """Look at the pages of a long scan that the desk did not wait for."""
    look_at_pages(scan_id=scan_id)


@shared_task
def sweep_scans() -> None:
    """Erase scans that were not used in time, and look at pages whose job was lost."""
    erase_old_scans(at=clock.now())
    look_at_left()


@shared_task(time_limit=COPY_SECONDS)
def carry_out_retention() -> None:
    """Erase what approved lists name; what was ended in the middle is gone on with."""
    for listed in to_carry_out():
        carry_out(listed=listed, at=clock.now())


@shared_task(time_limit=COPY_SECONDS)
def scan_for_viruses() -> None:
    """Scan what was taken in while the virus scanner was away."""
    scan_waiting(at=clock.now())


@shared_task
def close_days() -> None:
    """Close every day that is over, and print and sign what is not kept yet."""
    at = clock.now()
    for day in due_days(at):
        close_day(day=day, at=at)
    keep_closing_papers(at=at)


@shared_task
def renew_stamps() -> None:
    """Put the next time stamp over papers whose last one ends soon, and ask which of their certificates were withdrawn."""
    renew(at=clock.now())
    keep_withdrawal_lists(at=clock.now())


@shared_task(time_limit=NATIONAL_LIMIT)
def tell_national(application_id: int) -> None:
    """Tell the national portal what waits of one dossier."""
    tell(dossiers=[application_id], seconds=NATIONAL_SECONDS)


@shared_task(time_limit=NATIONAL_LIMIT)
def sweep_national() -> None:
    """Tell it what no worker was woken for, and what waited for its next try. Any number of sweeps may run at once."""
    tell(dossiers=due_dossiers(clock.now(), SWEEP_ROWS), seconds=NATIONAL_SECONDS)


@shared_task(time_limit=NATIONAL_LIMIT)
def compare_with_national() -> None:
    """Go on with today's comparison, and forget rows that were delivered long ago."""
    compare(day=clock.today(), seconds=NATIONAL_SECONDS)
    forget_delivered(clock.now())
