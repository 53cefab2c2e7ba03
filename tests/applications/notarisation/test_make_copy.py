"""The job behind a copy: files it once, tells of trouble, and starts again where another one died."""

from __future__ import annotations

import errno
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import LazySettings
from django.db import connection
from django.urls import reverse

from applications.actions import make_certified_copy as job
from applications.actions.file_certification import file_certification
from applications.actions.make_certified_copy import due_certifications, make_certified_copy
from applications.enums import DocumentSource, EventKind, PaperState, State
from applications.models import CertificationItem, Document, RegisterEntry
from applications.notarisation.enums import JobState
from applications.tasks import compose_certification, sweep_certifications
from citizens.models import HeldDocument
from notifications.models import Message
from portal import chain, clock, files
from support.models import Incident
from tests.applications.at_desk import words
from tests.factories.applications import MONDAY, a_dossier
from tests.factories.certifications import a_missing_paper, a_picture, an_approved_item, an_item, signer_for

pytestmark = pytest.mark.django_db


def at(minutes: float = 0) -> datetime:
    return MONDAY + timedelta(minutes=minutes)


def make(item: CertificationItem, minutes: float = 0) -> CertificationItem | None:
    return make_certified_copy(item_id=item.pk, now=lambda: at(minutes))


def copies_of(item: CertificationItem) -> list[Document]:
    return list(Document.objects.filter(application=item.certification.application, source=DocumentSource.CERTIFIED))


def told(item: CertificationItem) -> int:
    return Message.objects.filter(kind="copy_certified").count()


def test_the_copy_is_filed_in_the_register_and_in_the_dossier_it_was_missing_from() -> None:
    paper = a_missing_paper()
    item = an_approved_item(paper)
    assert make(item).state == JobState.FILED
    item.refresh_from_db()
    paper.refresh_from_db()
    [document] = copies_of(item)
    assert item.output == document and item.progress == item.STEPS
    assert (paper.state, paper.document, paper.note) == (PaperState.CERTIFIED, document, "0001/2026 SCT/BS")
    assert files.read(document.sha256).startswith(b"%PDF") and document.pages == 2
    copy = item.certification.application
    copy.refresh_from_db()
    assert copy.state == State.RETURNED
    assert copy.result.number == "0001/2026 SCT/BS" and copy.result.document == document
    assert not copy.steps.filter(to_at__isnull=True).exists()
    assert [event.kind for event in copy.events.order_by("sequence")] == [
        EventKind.RECEIVED,
        EventKind.TAKEN,
        EventKind.CERTIFIED,
        EventKind.APPROVED,
        EventKind.HANDED_OVER,
    ]
    assert chain.verify(copy.events.order_by("sequence")) is None
    held = HeldDocument.objects.get(citizen=copy.applicant)
    assert (held.sha256, held.source_code, held.kind_key) == (document.sha256, copy.code, paper.kind.key)
    assert told(item) == 1


def test_a_dossier_that_waits_for_a_supplement_notes_the_new_paper_in_its_history() -> None:
    dossier = a_dossier(procedure="marriage", state=State.SUPPLEMENT)
    paper = a_missing_paper(dossier)
    make(an_approved_item(paper))
    last = dossier.events.order_by("sequence").last()
    assert (last.kind, last.details["paper"]) == (EventKind.PAPER_ADDED, paper.kind.key)
    assert chain.verify(dossier.events.order_by("sequence")) is None


def test_made_again_nothing_happens() -> None:
    item = an_approved_item()
    make(item)
    assert make(item, 60) is None
    compose_certification(item.pk)
    assert len(copies_of(item)) == 1 and told(item) == 1


def test_where_nothing_of_a_request_could_be_made_desk_signer_and_support_are_told(
    as_: Any, at_hanoi: Any, django_capture_on_commit_callbacks: Any
) -> None:
    at_hanoi("2026-11-23 10:30")
    paper = a_missing_paper()
    item = an_approved_item(paper)
    files.path_of(item.scan.sha256).write_bytes(b"x")
    with django_capture_on_commit_callbacks(execute=True):
        assert make(item).state == JobState.FAILED
    incident = Incident.objects.get()
    assert (incident.kind, incident.centre, incident.count) == ("signing", item.certification.application.helped_at, 1)
    address = "/dossiers/?list=not-made"
    for user in (item.certification.requested_by, signer_for(item)):
        client = as_(user)
        assert item.title in words(client.get(address)) and "list=not-made" in client.get("/dossiers/").content.decode()
    desk = as_(item.certification.requested_by)
    assert reverse("applications:certify", args=[paper.pk]) in (
        desk.get(reverse("applications:certification", args=[item.pk])).content.decode()
    ), "it says what to do next"
    an_item(paper)
    assert desk.get(address).context["rows"] == [], "it is seen to"


def test_an_item_that_is_not_approved_is_left_alone() -> None:
    item = an_item()
    assert make(item) is None
    assert due_certifications(at(600)) == []


def test_while_one_works_another_leaves_it_until_the_lease_is_over() -> None:
    item = an_approved_item()
    job._claim(item.pk, at())
    assert make(item, 0.5) is None
    assert due_certifications(at(0.5)) == []
    assert due_certifications(at(1.1)) == [item.pk]
    assert make(item, 1.1).state == JobState.FILED


def test_each_step_begins_the_lease_anew_and_only_for_its_own_worker() -> None:
    item = an_approved_item()
    first = job._claim(item.pk, at())
    second = job._claim(item.pk, at(2))
    job._progress(first, 3, at(3))
    item.refresh_from_db()
    assert (item.progress, item.claimed_at) == (0, at(2)), "the one that was given up does not speak any more"
    job._progress(second, 1, at(2.5))
    item.refresh_from_db()
    assert (item.progress, item.claimed_at) == (1, at(2.5))


def test_two_that_made_the_file_file_it_once() -> None:
    item = an_approved_item()
    job._claim(item.pk, at())
    kept = files.store([b"%PDF- the same bytes"])
    for _worker in range(2):
        file_certification(item_id=item.pk, kept=kept, pages=2, at=at())
    assert len(copies_of(item)) == 1 and told(item) == 1


def test_a_full_disk_is_tried_again_later_and_said_at_the_desk() -> None:
    item = an_approved_item()
    with patch("portal.files.os.fsync", side_effect=OSError(errno.ENOSPC, "full")):
        make(item)
        item.refresh_from_db()
        assert (item.state, item.last_error) == (JobState.APPROVED, job.STORE_FULL)
        assert item.not_before == at() + job.FIRST_WAIT
        assert make(item, 0.1) is None, "not before its time"
        make(item, 1)
    item.refresh_from_db()
    assert item.not_before == at(1) + job.FIRST_WAIT * 2
    assert make(item, 5).state == JobState.FILED
    item.refresh_from_db()
    assert item.last_error == "" and RegisterEntry.objects.count() == 1 and told(item) == 1


def test_a_disk_that_is_full_while_the_pages_are_drawn_is_no_fault_of_the_scan() -> None:
    item = an_approved_item(scan=a_picture("PNG"), name="scan.png")
    with patch("applications.notarisation.compose.Image.Image.save", side_effect=OSError(errno.ENOSPC, "full")):
        make(item)
    item.refresh_from_db()
    assert (item.state, item.last_error) == (JobState.APPROVED, job.STORE_FULL)
    assert list(Path(files.settings.FILES_ROOT).glob(".work-*")) == []
    assert make(item, 5).state == JobState.FILED


def test_a_scan_that_changed_on_the_disk_is_not_certified() -> None:
    paper = a_missing_paper()
    item = an_approved_item(paper)
    files.path_of(item.scan.sha256).write_bytes(b"something else")
    assert make(item).state == JobState.FAILED
    item.refresh_from_db()
    paper.refresh_from_db()
    assert (item.last_error, paper.state) == (job.SCAN_BAD, PaperState.MISSING)
    copy = item.certification.application
    copy.refresh_from_db()
    assert copy.state == State.STOPPED
    assert RegisterEntry.objects.count() == 1, "its number stays in the book"
    assert copies_of(item) == [] and told(item) == 0
    again = an_approved_item(paper)
    assert again.entry.sequence == 2 and make(again).state == JobState.FILED


def test_a_store_that_does_not_answer_is_tried_again() -> None:
    item = an_approved_item()
    with patch("portal.files.sha256_of", side_effect=OSError(errno.EIO, "no answer")):
        make(item)
    item.refresh_from_db()
    assert (item.state, item.last_error) == (JobState.APPROVED, job.STORE_SILENT)
    assert make(item, 5).state == JobState.FILED


def test_one_that_was_tried_often_waits_behind_the_others() -> None:
    often, fresh = an_approved_item(), an_approved_item()
    assert due_certifications(at()) == [often.pk, fresh.pk]
    job._claim(often.pk, at())
    assert due_certifications(at(10)) == [fresh.pk, often.pk], "it may be what ends the workers"


def test_a_scan_that_kills_every_worker_is_given_up() -> None:
    item = an_approved_item()
    for death in range(job.MOST_DEATHS):
        assert job._claim(item.pk, at(2 * death)) is not None
    assert make(item, 60).state == JobState.FAILED
    item.refresh_from_db()
    assert item.last_error == job.WORKERS_DIED


def test_a_failure_between_keeping_and_filing_leaves_all_or_nothing() -> None:
    paper = a_missing_paper()
    item = an_approved_item(paper)
    with patch("applications.messages.tell", side_effect=RuntimeError("the end")), pytest.raises(RuntimeError):
        make(item)
    item.refresh_from_db()
    paper.refresh_from_db()
    assert (item.state, item.progress, paper.state) == (JobState.COMPOSING, job.FILE_KEPT, PaperState.CERTIFYING)
    assert copies_of(item) == [] and HeldDocument.objects.count() == 0
    make(item, 2)
    assert len(copies_of(item)) == 1 and told(item) == 1


def test_a_paper_that_came_otherwise_meanwhile_is_left_as_it_is() -> None:
    paper = a_missing_paper()
    item = an_approved_item(paper)
    type(paper).objects.filter(pk=paper.pk).update(state=PaperState.PRESENTED)
    assert make(item).state == JobState.FILED
    paper.refresh_from_db()
    assert (paper.state, paper.document) == (PaperState.PRESENTED, None)


def test_the_sweep_makes_what_nobody_was_woken_for() -> None:
    with clock.fixed(at()):
        items = [an_approved_item() for _number in range(2)]
        sweep_certifications()
    for item in items:
        item.refresh_from_db()
        assert item.state == JobState.FILED


def test_the_same_copy_made_twice_is_one_file_in_the_store(settings: LazySettings) -> None:
    item = an_approved_item()
    with (
        patch("applications.actions.make_certified_copy.file_certification", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        make(item)
    before = sorted(Path(settings.FILES_ROOT).rglob("*"))
    make(item, 2)
    assert sorted(Path(settings.FILES_ROOT).rglob("*")) == before


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_file_one_copy() -> None:
    item = an_approved_item()

    def work(_number: int) -> None:
        try:
            make(item)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    item.refresh_from_db()
    assert (item.state, item.attempts) == (JobState.FILED, 1)
    assert len(copies_of(item)) == 1 and told(item) == 1
