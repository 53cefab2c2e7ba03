"""From the checklist line to the register: opened once, approved once, taken back before that."""

from __future__ import annotations

import errno
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from applications.actions.approve_certification import approve_certification
from applications.actions.drop_certification import drop_certification
from applications.actions.open_certification import open_certification
from applications.enums import EventKind, PaperState, PaymentState, State
from applications.models import Application, CertificationItem, Document, Event, Register, RegisterEntry
from applications.notarisation.enums import JobState, RegisterKind
from applications.scanning import ADDED, open_scan, slot_of
from centres.enums import Role
from portal import chain, files
from portal.errors import BadInput, NotAllowed, RuleBroken, Unavailable
from portal.uploads import inspect_upload
from tests.factories.applications import MONDAY, a_centre, a_draft, a_member
from tests.factories.certifications import (
    a_document,
    a_missing_paper,
    a_picture,
    a_submitted_item,
    an_approved_item,
    an_item,
    draft_of_request,
    signer_for,
)
from tests.moments import hanoi

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def test_a_certification_is_an_application_of_its_own_for_the_first_one() -> None:
    paper = a_missing_paper()
    item = an_item(paper, pages=3, copies=2)
    copy = item.certification.application
    assert copy.pk != paper.application_id
    assert copy.for_application == paper.application
    assert copy.version.procedure.code == "2.000815"
    assert copy.state == State.ACCEPTED and copy.code and copy.due_at == hanoi("2026-11-23 17:00")
    assert copy.applicant == paper.application.applicant
    paper.refresh_from_db()
    assert paper.state == PaperState.CERTIFYING
    assert paper.application.state == State.DRAFT
    assert files.read(item.scan.sha256) == a_picture()
    assert all(line.is_there for line in copy.papers.all())


@pytest.mark.parametrize(("pages", "copies", "fee"), [(1, 1, 2000), (2, 1, 4000), (3, 2, 10000), (300, 2, 400_000)])
def test_the_fee_goes_by_page_of_the_original_and_is_capped_a_copy(pages: int, copies: int, fee: int) -> None:
    item = an_item(pages=pages, copies=copies)
    assert item.fee == fee
    copy = item.certification.application
    assert sum(line.amount for line in copy.fee_lines.all()) == fee
    assert copy.payment_state == PaymentState.DUE


def test_the_same_form_sent_twice_is_one_certification() -> None:
    paper = a_missing_paper()
    first = an_item(paper, client_key="twice")
    second = an_item(paper, client_key="twice", pages=9)
    assert first == second
    assert CertificationItem.objects.count() == 1
    assert Application.objects.filter(for_application=paper.application).count() == 1


def test_a_form_of_another_paper_is_refused() -> None:
    an_item(client_key="taken")
    with pytest.raises(RuleBroken) as caught:
        an_item(client_key="taken")
    assert caught.value.code == "key_used"


def test_a_paper_that_is_being_certified_or_there_already_is_refused() -> None:
    paper = a_missing_paper()
    an_item(paper)
    with pytest.raises(RuleBroken, match="being certified"):
        an_item(paper)
    there = a_missing_paper()
    there.state = PaperState.PRESENTED
    there.save()
    with pytest.raises(RuleBroken, match="there already"):
        an_item(there)


def test_nobody_is_certified_for_before_they_are_named() -> None:
    draft = a_draft(procedure="marriage")
    paper = a_missing_paper(draft)
    Application.objects.filter(pk=draft.pk).update(applicant=None)
    with pytest.raises(RuleBroken) as caught:
        an_item(paper)
    assert caught.value.code == "nobody_named"
    assert not CertificationItem.objects.exists()


@pytest.mark.parametrize(
    ("pages", "copies", "field"), [(0, 1, "pages"), (501, 1, "pages"), (1, 0, "copies"), (1, 101, "copies")]
)
def test_quantities_out_of_reason_are_refused(pages: int, copies: int, field: str) -> None:
    with pytest.raises(BadInput) as caught:
        an_item(pages=pages, copies=copies)
    assert caught.value.field == field


def test_an_officer_of_another_centre_may_neither_open_nor_approve() -> None:
    stranger = a_member(Role.COUNTER_OFFICER, a_centre("chi-nhanh-4", "H26.30.4"))
    paper = a_missing_paper()
    upload = inspect_upload(SimpleUploadedFile("a.jpg", a_picture()))
    with pytest.raises(NotAllowed):
        open_certification(
            for_paper=paper, upload=upload, pages=1, copies=1, client_key="x", title="Giấy", at=MONDAY,
            acting_user=stranger,
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        approve_certification(item=an_item(paper), at=MONDAY, acting_user=stranger)
    assert not RegisterEntry.objects.exists()


def test_a_full_store_leaves_the_checklist_as_it_was() -> None:
    paper = a_missing_paper()
    with patch("portal.files.os.fsync", side_effect=OSError(errno.ENOSPC, "full")), pytest.raises(Unavailable):
        an_item(paper)
    paper.refresh_from_db()
    assert paper.state == PaperState.MISSING
    assert not Document.objects.filter(application__for_application=paper.application).exists()


def test_approval_takes_the_number_writes_the_register_and_the_history() -> None:
    item = a_submitted_item(title="Giấy khai sinh")
    officer = signer_for(item)
    entry = approve_certification(item=item, at=MONDAY, acting_user=officer)
    item.refresh_from_db()
    assert (item.state, item.entry) == (JobState.APPROVED, entry)
    assert str(entry) == "0001/2026 SCT/BS"
    assert (entry.signer, entry.title, entry.pages, entry.copies, entry.fee) == (officer, "Giấy khai sinh", 3, 2, 10000)
    requester = entry.values.get(name="requester")
    assert requester.value == item.certification.application.applicant.full_name
    assert entry.digests == {"requester": chain.digest_of(requester.value, requester.salt)}
    copy = item.certification.application
    copy.refresh_from_db()
    assert copy.state == State.PROCESSING
    kinds = list(Event.objects.filter(application=copy).values_list("kind", flat=True))
    assert kinds == [EventKind.RECEIVED, EventKind.TAKEN, EventKind.CERTIFIED]
    assert chain.verify(copy.events.order_by("sequence")) is None


def test_approved_twice_it_is_one_number() -> None:
    item = a_submitted_item()
    officer = signer_for(item)
    first = approve_certification(item=item, at=MONDAY, acting_user=officer)
    assert approve_certification(item=item, at=MONDAY, acting_user=officer) == first
    assert Register.objects.get().last_number == 1
    assert RegisterEntry.objects.count() == 1


def test_numbers_begin_anew_with_the_year_in_hanoi() -> None:
    officer_item = a_submitted_item(at=hanoi("2026-12-31 10:00"))
    approve_certification(item=officer_item, at=hanoi("2026-12-31 23:59"), acting_user=signer_for(officer_item))
    next_item = a_submitted_item(at=hanoi("2026-12-31 10:00"))
    # Half past midnight in Hanoi is still the old year in UTC.
    entry = approve_certification(item=next_item, at=hanoi("2027-01-01 00:30"), acting_user=signer_for(next_item))
    assert str(entry) == "0001/2027 SCT/BS"
    assert Register.objects.filter(kind=RegisterKind.COPIES).count() == 2


def test_a_scan_taken_back_costs_no_number_and_the_line_is_missing_again() -> None:
    paper = a_missing_paper()
    item = an_item(paper)
    drop_certification(item=item, at=MONDAY, acting_user=item.certification.requested_by)
    paper.refresh_from_db()
    item.refresh_from_db()
    assert (paper.state, item.state) == (PaperState.MISSING, JobState.DROPPED)
    assert Application.objects.get(pk=item.certification.application_id).state == State.WITHDRAWN
    assert not RegisterEntry.objects.exists()
    assert an_item(paper).state == JobState.WAITING, "the right scan can come now"


def test_what_has_its_number_cannot_be_taken_back() -> None:
    item = an_approved_item()
    with pytest.raises(RuleBroken) as caught:
        drop_certification(item=item, at=MONDAY, acting_user=item.certification.requested_by)
    assert caught.value.code == "has_number"


def test_what_was_taken_back_cannot_be_approved() -> None:
    item = an_item()
    officer = item.certification.requested_by
    drop_certification(item=item, at=MONDAY, acting_user=officer)
    with pytest.raises(RuleBroken):
        approve_certification(item=item, at=MONDAY, acting_user=signer_for(item))
    assert not RegisterEntry.objects.exists()


def test_the_scan_of_what_is_taken_back_lies_ready_again_while_its_file_is_there() -> None:
    item = an_item()
    paper, officer = item.for_paper, item.certification.requested_by
    assert paper is not None and open_scan(paper.application_id, slot_of(paper)) is None
    drop_certification(item=item, at=MONDAY, acting_user=officer)
    scan = open_scan(paper.application_id, slot_of(paper))
    assert scan is not None and scan.pages.count() == item.scan.pages
    assert scan.files.get().sha256 == item.scan.sha256
    drop_certification(item=item, at=MONDAY, acting_user=officer)
    assert scan.pages.count() == item.scan.pages, "a second time changes nothing"
    lost = a_document(draft_of_request())
    files.path_of(lost.scan.sha256).unlink()
    dropped = drop_certification(item=lost, at=MONDAY, acting_user=lost.certification.requested_by)
    assert dropped.state == JobState.DROPPED and open_scan(lost.certification.application_id, ADDED) is None
    kept = a_document(draft_of_request(), scan=a_picture(size=(600, 800)))
    drop_certification(item=kept, at=MONDAY, acting_user=kept.certification.requested_by)
    assert open_scan(kept.certification.application_id, ADDED) is not None
