"""A request for certification of its own: several documents, what forbids them, signatures, and its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.actions.answer_checks import answer_checks
from applications.actions.approve_certification import approve_certification
from applications.actions.documents_wanted import Signs, Wanted, change_document
from applications.actions.drop_certification import drop_certification
from applications.actions.end_certification import end_draft
from applications.actions.fees import lower_fee
from applications.actions.hand_over import hand_over
from applications.actions.make_certified_copy import make_certified_copy
from applications.actions.papers_asked import refresh_papers
from applications.actions.pay import refund, take_fee
from applications.actions.receive import NotComplete, receive
from applications.actions.refuse_certification import refuse_certification
from applications.actions.send_back_certification import send_back_certification
from applications.actions.strike_entry import strike_entry
from applications.actions.submit_certification import submit_certification
from applications.actions.wait_for_copy import wait_for_copy
from applications.catalogue import quote_for
from applications.desk import paper_lines
from applications.documents import receipt_context, refusal_context
from applications.enums import EventKind, Method, PaperState, PaymentState, State
from applications.forms_documents import DocumentForm, SignatoryForm, SignatoryForms
from applications.history_words import told
from applications.ledger import lines_owed, outstanding
from applications.models import Application, CertificationItem, IssuedForm, Paper
from applications.models.sealing import ArchiveStamp
from applications.notarisation.describe import copy_text
from applications.notarisation.enums import JobState, RegisterKind
from applications.notarisation.grounds import FINE, FORBIDS, ground_named, grounds_for
from applications.notarisation.identity_papers import paper_number
from applications.notarisation.parties import SIGNATORIES, Party, read
from applications.papers_out import REFUND
from applications.signing_queue import waiting
from applications.tasks import sweep_receipts
from applications.tracking import find_visit
from centres.enums import Role, TicketState
from citizens.models import HeldDocument
from notifications.models import Message
from portal import files
from portal.errors import BadInput, RuleBroken
from portal.uploads import inspect_upload
from portal.vn.money import format_vnd
from tests.applications.notarisation.composed import compose
from tests.applications.notarisation.test_compose import A4, pdf_of, words
from tests.factories.applications import MONDAY, a_draft, member_of
from tests.factories.certifications import (
    a_document,
    a_missing_paper,
    a_picture,
    a_request,
    a_submitted_item,
    an_item,
    checked,
    draft_of_request,
    signer_for,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
As = Callable[[Any], Client]
ANH = Signs(full_name="Nguyễn Thị Ánh", identity_number="001190000321", issued_on=date(2021, 6, 15))


def items_in(application: Application) -> list[CertificationItem]:
    return list(CertificationItem.objects.filter(certification__application=application).order_by("pk"))


def received(draft: Application) -> Application:
    return receive(application=draft, at=MONDAY, acting_user=draft.opened_by)


def refused(item: CertificationItem, ground: str = "secret", **more: Any) -> CertificationItem:
    by = item.certification.requested_by
    return refuse_certification(item=item, ground=ground, at=MONDAY, acting_user=by, **more)


def made(item: CertificationItem) -> CertificationItem:
    item = CertificationItem.objects.get(pk=item.pk)
    approve_certification(item=item, at=MONDAY, acting_user=signer_for(item))
    filed = make_certified_copy(item_id=item.pk, now=lambda: MONDAY)
    assert filed is not None and filed.state == JobState.FILED
    return filed


def fresh(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


# -- the fee and the receipt -----------------------------------------------------------------------------------------


def test_a_request_costs_the_sum_of_its_documents_and_its_receipt_names_each() -> None:
    draft = draft_of_request()
    for title, pages, copies in (("Giấy khai sinh", 1, 2), ("Bằng tốt nghiệp", 3, 1), ("Học bạ", 10, 1)):
        checked(a_document(draft, title, pages=pages, copies=copies, several_on_a_sheet=True))
    draft = fresh(draft)
    assert quote_for(draft, MONDAY).total == 2 * 2000 + 5000 + 12_000
    dossier = received(draft)
    assert dossier.state == State.ACCEPTED and dossier.payment_state == PaymentState.DUE
    assert [item.state for item in items_in(dossier)] == [JobState.SUBMITTED] * 3
    assert [line.amount for line in dossier.fee_lines.all()] == [4000, 5000, 12_000]
    assert [line.item.title for line in dossier.fee_lines.all() if line.item][1] == "Bằng tốt nghiệp"
    names = [row["name"] for row in receipt_context(dossier)["papers"]]
    assert names[-3:] == ["Giấy khai sinh", "Bằng tốt nghiệp", "Học bạ"]
    assert IssuedForm.objects.filter(application=dossier, number="01").count() == 1


def test_an_electronic_copy_is_one_of_the_copies_that_are_paid_for() -> None:
    item = a_document(draft_of_request(), copies=1, electronic=True)
    assert (item.copies, item.paper_copies, item.fee) == (2, 1, 4000)
    with pytest.raises(BadInput) as caught:
        a_document(draft_of_request(), copies=0)
    assert caught.value.field == "copies"


def sent_back(item: CertificationItem) -> CertificationItem:
    send_back_certification(item=item, reason="mờ", at=MONDAY, acting_user=signer_for(item))
    return CertificationItem.objects.get(pk=item.pk)


def changed(
    item: CertificationItem, scan: bytes | None = None, name: str = "scan.jpg", **wanted: Any
) -> CertificationItem:
    upload = inspect_upload(SimpleUploadedFile(name, scan)) if scan else None
    by = item.certification.requested_by
    asked = Wanted(title=item.title, **wanted)
    return change_document(item=item, wanted=asked, upload=upload, at=MONDAY, acting_user=by)


def due_of(application: Application) -> int:
    return outstanding(fresh(application))


def test_what_was_sent_back_gets_another_scan_which_is_checked_anew() -> None:
    dossier = received(a_request("Giấy khai sinh", "Học bạ"))
    first, other = items_in(dossier)
    with pytest.raises(RuleBroken):
        changed(other, copies=3)
    item = sent_back(first)
    scan = item.scan_id
    changed(item, scan=a_picture(size=(600, 800)))
    again = CertificationItem.objects.get(pk=item.pk)
    assert again.scan_id != scan and again.checks == {} and again.reason == "mờ"
    submit_certification(item=checked(again), at=MONDAY, acting_user=dossier.opened_by)
    assert fresh(dossier).events.filter(kind=EventKind.DOCUMENT_CHANGED).count() == 1


def test_the_pages_of_another_scan_are_counted_anew() -> None:
    item = a_document(draft_of_request(), "Giấy khai sinh", copies=1)
    assert (item.pages, item.fee) == (1, 2000)
    pdf = pdf_of(A4, A4, A4)
    item = changed(item, scan=pdf, name="ba.pdf", pages=1, copies=1)
    assert (item.pages, item.fee) == (3, 5000), "the one page was the old scan's"
    item = changed(item, pages=2, copies=1)
    assert DocumentForm.values_of(item)["pages"] == 2, "somebody has counted"
    assert DocumentForm.values_of(changed(item, copies=1))["pages"] is None


def test_more_copies_of_what_was_sent_back_are_to_be_paid() -> None:
    dossier = received(a_request("Giấy khai sinh", "Học bạ", copies=1))
    item = sent_back(items_in(dossier)[0])
    changed(item, copies=2)
    assert due_of(dossier) == 4000 + 2000, "nothing was paid yet"
    take_fee(
        application=fresh(dossier),
        amount=6000,
        method=Method.CASH,
        receipt_number="1",
        at=MONDAY,
        acting_user=dossier.opened_by,
    )
    changed(item, copies=4)
    assert due_of(dossier) == 4000 and fresh(dossier).payment_state == PaymentState.DUE
    changed(item, copies=2)
    assert due_of(dossier) == 0 and fresh(dossier).payment_state == PaymentState.PAID


def test_fewer_copies_than_were_paid_are_to_be_given_back_and_the_history_says_so() -> None:
    dossier = received(a_request("Giấy khai sinh", copies=3))
    item = sent_back(items_in(dossier)[0])
    take_fee(
        application=fresh(dossier),
        amount=6000,
        method=Method.CASH,
        receipt_number="1",
        at=MONDAY,
        acting_user=dossier.opened_by,
    )
    changed(item, copies=1)
    again = CertificationItem.objects.get(pk=item.pk)
    assert (again.fee, again.copies) == (2000, 1)
    assert [line.amount for line in lines_owed(fresh(dossier))] == [2000] and due_of(dossier) == 0
    last = fresh(dossier).events.order_by("sequence").last()
    assert last is not None and last.details["surplus"] == 4000
    assert "4.000" in told(last).sentence


def lowered(dossier: Application, amount: int) -> None:
    leader = member_of(Role.LEADER, dossier.competent)
    line = lines_owed(fresh(dossier))[0].pk
    lower_fee(application=dossier, line=line, amount=amount, reason="Hộ nghèo", at=MONDAY, acting_user=leader)


def test_what_a_leader_lowered_is_what_the_signer_sees_and_the_register_keeps(as_: As) -> None:
    dossier = received(a_request("Giấy khai sinh", "Học bạ", copies=2))
    lowered(dossier, 3500)
    first, other = items_in(dossier)
    page = as_(signer_for(first)).get(reverse("applications:signing"), {"item": first.pk}).content.decode()
    assert page.count("3.500") == 2 and page.count("4.000") == 1, "in the queue, and beside what is open"
    filed = made(first)
    assert filed.entry.fee == 3500  # type: ignore[union-attr]
    lowered(dossier, 0)
    filed.entry.refresh_from_db()  # type: ignore[union-attr]
    assert filed.entry.fee == 3500, "what was owed when the number was taken"  # type: ignore[union-attr]
    desk = as_(dossier.opened_by).get(reverse("applications:papers", args=[dossier.pk])).content.decode()
    assert "4.000" in desk and "3.500" not in desk
    refuse_certification(item=other, ground="secret", reason="x", at=MONDAY, acting_user=signer_for(other))
    dialog = as_(dossier.opened_by).get(reverse("applications:certification", args=[other.pk])).content.decode()
    assert "4.000" not in dialog, "nothing is paid for it"


@pytest.mark.parametrize("procedure", ["certified_copy", "signature_cert"])
def test_a_request_without_a_document_costs_nothing_yet(procedure: str) -> None:
    assert quote_for(draft_of_request(procedure), MONDAY).total == 0


def test_the_tracking_page_says_that_a_document_was_changed_and_what_it_costs_since() -> None:
    dossier = received(a_request("Giấy khai sinh", copies=4))
    take_fee(
        application=dossier, amount=8000, method=Method.CASH, receipt_number="1", at=MONDAY,
        acting_user=dossier.opened_by,
    )  # fmt: skip
    changed(sent_back(items_in(dossier)[0]), copies=1)
    visit = find_visit(dossier.token, MONDAY)
    assert visit is not None
    [told_of] = [line for line in visit.dossiers[0].timeline if line.text == "A document was changed"]
    assert told_of.note == "Fee: from 8.000 đ to 2.000 đ"
    assert "6.000" in visit.dossiers[0].todo.title


def test_the_tracking_page_says_first_that_a_copy_was_struck_through() -> None:
    dossier = received(a_request("Giấy khai sinh", "Học bạ"))
    filed = [made(item) for item in items_in(dossier)]
    hand_over(
        application=dossier, handed_to="Ánh", authorisation="UQ 12", signature=None, unpaid_reason="x", at=MONDAY,
        acting_user=dossier.opened_by,
    )  # fmt: skip
    strike_entry(entry=filed[0].entry, reason="nhầm", at=MONDAY, acting_user=signer_for(filed[0]))  # type: ignore[arg-type]
    visit = find_visit(dossier.token, MONDAY)
    assert visit is not None
    assert visit.dossiers[0].todo.title == "Please do not use the copy that was struck through."


@pytest.mark.parametrize("left", [0, 500])
def test_what_a_leader_took_off_stays_off_when_the_document_changes(left: int) -> None:
    dossier = received(a_request("Giấy khai sinh", copies=1))
    lowered(dossier, left)
    item = sent_back(items_in(dossier)[0])
    changed(item, scan=a_picture(size=(600, 800)), copies=1)
    assert due_of(dossier) == left, "another scan costs nothing"
    changed(item, copies=3)
    assert due_of(dossier) == 4000 + left, "only what came to it is owed"
    last = fresh(dossier).events.order_by("sequence").last()
    assert last is not None and last.details["lowered"] == 2000 - left
    assert f"reduction of {format_vnd(2000 - left)}" in told(last).sentence
    changed(item, copies=1)
    assert due_of(dossier) == left


def test_the_paper_of_a_refund_says_what_a_changed_documents_fee_has_become() -> None:
    dossier = received(a_request("Giấy khai sinh", copies=3))
    item = sent_back(items_in(dossier)[0])
    changed(item, copies=4)
    take_fee(
        application=fresh(dossier), amount=8000, method=Method.CASH, receipt_number="1",
        at=MONDAY - timedelta(minutes=5), acting_user=dossier.opened_by,
    )  # fmt: skip
    changed(item, copies=1)
    leader = member_of(Role.LEADER, dossier.competent)
    back = refund(
        application=dossier,
        reason="Ít bản hơn",
        method=Method.CASH,
        receipt_number="HT1",
        at=MONDAY,
        acting_user=leader,
    )
    gone = back.issued_forms.get(number=REFUND).frozen["gone"]
    assert [(row["amount"], row["now"]) for row in gone] == [(8000, 2000)]


def test_a_request_without_a_document_is_not_received() -> None:
    draft = draft_of_request()
    with pytest.raises(NotComplete) as caught:
        received(draft)
    assert caught.value.details["missing"] == ["Add the documents that are to be certified."]


def test_a_document_can_be_changed_until_it_is_received() -> None:
    item = checked(a_document(draft_of_request()))
    changed = change_document(
        item=item,
        wanted=Wanted(title="Giấy khai sinh", pages=1, copies=3),
        upload=None,
        at=MONDAY,
        acting_user=item.certification.requested_by,
    )
    assert (changed.fee, changed.copies, bool(changed.checks)) == (6000, 3, True)
    received(fresh(item.certification.application))
    with pytest.raises(RuleBroken):
        change_document(
            item=changed,
            wanted=Wanted(title="x"),
            upload=None,
            at=MONDAY,
            acting_user=item.certification.requested_by,
        )


# -- what forbids it -------------------------------------------------------------------------------------------------


def test_nothing_goes_to_the_signer_before_each_question_is_answered() -> None:
    item = an_item()
    by = item.certification.requested_by
    with pytest.raises(RuleBroken, match="Answer first"):
        submit_certification(item=item, at=MONDAY, acting_user=by)
    answers = {ground.key: FINE for ground in grounds_for(RegisterKind.COPIES, MONDAY.date())}
    answer_checks(item=item, answers=dict(list(answers.items())[:-1]), at=MONDAY, acting_user=by)
    with pytest.raises(RuleBroken, match="Answer first"):
        submit_certification(item=item, at=MONDAY, acting_user=by)
    answer_checks(item=item, answers={**answers, "secret": FORBIDS}, at=MONDAY, acting_user=by)
    with pytest.raises(RuleBroken, match="must not be certified"):
        submit_certification(item=item, at=MONDAY, acting_user=by)
    kept = answer_checks(item=item, answers=answers, at=MONDAY, acting_user=by)
    assert kept.checks == {"answers": answers, "at": MONDAY.isoformat(), "by": by.pk}
    assert submit_certification(item=item, at=MONDAY, acting_user=by).state == JobState.SUBMITTED


def test_a_draft_names_each_document_that_is_not_checked() -> None:
    draft = a_request("Giấy khai sinh", is_checked=False)
    with pytest.raises(NotComplete) as caught:
        received(draft)
    assert caught.value.details["missing"] == ["Giấy khai sinh: Answer first what forbids certifying it."]


def test_a_question_of_another_register_is_refused() -> None:
    item = an_item()
    with pytest.raises(BadInput):
        answer_checks(item=item, answers={"transaction": FINE}, at=MONDAY, acting_user=item.certification.requested_by)


def test_the_rules_have_their_days() -> None:
    assert not grounds_for(RegisterKind.COPIES, date(2015, 4, 9))
    keys = [ground.key for ground in grounds_for(RegisterKind.COPIES, date(2026, 11, 23))]
    assert keys == ["altered", "secret", "unlawful", "not_legalised", "private"]
    assert all("Điều 25" in one.article for one in grounds_for(RegisterKind.SIGNATURES, date(2026, 11, 23)))
    named = ground_named("not_legalised")
    assert named is not None and "Điều 22 khoản 5" in named.article


def test_a_refusal_is_issued_on_form_03_with_its_article_and_costs_nothing() -> None:
    draft = a_request("Giấy khai sinh", "Giấy vay tiền")
    bad = items_in(draft)[1]
    bad = refused(bad, "private", reason="viết tay")
    assert bad.state == JobState.REFUSED and bad.refusal is not None and bad.refusal.number == "03"
    said = refusal_context(bad.refusal)
    assert said["document"] == "Giấy vay tiền" and said["reason"] == "viết tay"
    assert "Điều 22 khoản 6" in said["grounds"][0]["article"]
    assert said["officer"] == str(draft.opened_by)
    event = draft.events.get()
    assert event.kind == EventKind.NOT_CERTIFIED and event.details["ground"] == "private"
    assert refused(bad, "private") == bad and IssuedForm.objects.filter(number="03").count() == 1
    dossier = received(fresh(draft))
    assert [line.amount for line in dossier.fee_lines.all()] == [2000]
    assert [row["name"] for row in receipt_context(dossier)["papers"]][-1] == "Giấy khai sinh"


def test_what_was_refused_is_not_counted_in_the_form_any_more() -> None:
    draft = a_request("Giấy khai sinh", "Giấy vay tiền", copies=2)
    refused(items_in(draft)[1], "private")
    draft = fresh(draft)
    assert (draft.form_data["document_name"], draft.pages, draft.copies) == ("Giấy khai sinh", 1, 2)
    dossier = received(fresh(a_request("Giấy khai sinh", "Giấy vay tiền")))
    refused(sent_back(items_in(dossier)[1]), "private")
    dossier = fresh(dossier)
    assert (dossier.form_data["document_name"], dossier.form_data["copy_count"]) == ("Giấy khai sinh", 1)


def test_a_refusal_of_a_dossiers_paper_makes_it_missing_again_and_tells_the_person() -> None:
    paper = a_missing_paper(a_draft(procedure="marriage"))
    item = refused(an_item(paper))
    paper.refresh_from_db()
    assert paper.state == PaperState.MISSING
    copy = fresh(item.certification.application)
    assert copy.state == State.STOPPED and copy.payment_state == PaymentState.VOID
    assert [line.is_due for line in copy.fee_lines.all()] == [False]
    assert Message.objects.filter(reference=copy.code, kind="not_certified").exists()
    assert any("Điều 22 khoản 3" in line.refused for line in paper_lines(paper.application))


def test_an_unknown_rule_refuses_nothing() -> None:
    with pytest.raises(BadInput):
        refused(an_item(), "no such rule")


# -- the end of a request --------------------------------------------------------------------------------------------


def test_a_request_is_finished_with_its_last_document_and_names_all_its_numbers() -> None:
    draft = a_request("Giấy khai sinh", "Giấy vay tiền", "Học bạ")
    refused(items_in(draft)[1], "private")
    dossier = received(fresh(draft))
    first, _bad, last = items_in(dossier)
    made(first)
    assert fresh(dossier).state == State.PROCESSING
    made(last)
    dossier = fresh(dossier)
    assert dossier.state == State.DONE, "paper copies are handed over at the counter"
    assert dossier.result.number == "0001, 0002/2026 SCT/BS"
    assert Message.objects.filter(reference=dossier.code, kind="copy_certified").count() == 1
    ticket = dossier.matter.ticket
    assert ticket.state == TicketState.SERVING
    hand_over(
        application=dossier,
        handed_to="Ánh",
        authorisation="UQ 12",
        signature=None,
        unpaid_reason="Nộp sau",
        at=MONDAY,
        acting_user=dossier.received_by,
    )
    ticket.refresh_from_db()
    assert ticket.state == TicketState.DONE and fresh(dossier).state == State.RETURNED


def test_a_finished_document_is_printed_two_pages_a_sheet_from_both_lists(as_: As, at_hanoi: Any) -> None:
    at_hanoi("2026-11-23 10:26")
    dossier = received(a_request("Giấy khai sinh", "Học bạ"))
    address = reverse("applications:two_up", args=[made(items_in(dossier)[0]).pk])
    officer = as_(dossier.opened_by)
    for page in (
        reverse("applications:dossier", args=[dossier.pk]),
        f"{reverse('applications:desk')}?matter={dossier.pk}",
    ):
        assert address in officer.get(page).content.decode()


def struck(item: CertificationItem, reason: str = "nhầm tên") -> None:
    assert item.entry is not None
    strike_entry(entry=item.entry, reason=reason, at=MONDAY, acting_user=signer_for(item))


def test_a_struck_line_of_an_open_request_is_marked_not_paid_for_and_not_handed_over(as_: As) -> None:
    dossier = received(a_request("Giấy khai sinh", "Học bạ"))
    first, last = items_in(dossier)
    bad = made(first)
    struck(bad)
    assert due_of(dossier) == 2000
    assert fresh(dossier).events.filter(kind=EventKind.LINE_STRUCK).count() == 1
    officer = as_(Role.COUNTER_OFFICER)
    page = officer.get(reverse("applications:dossier", args=[dossier.pk])).content.decode()
    assert (
        "<s>Giấy khai sinh</s>" in page
        and "nhầm tên" in page
        and reverse("applications:two_up", args=[bad.pk]) not in page
    )
    assert officer.get(reverse("applications:two_up", args=[bad.pk])).status_code == 410
    page = officer.get(reverse("applications:certification", args=[bad.pk])).content.decode()
    assert "đã bị gạch bỏ" in page and reverse("applications:two_up", args=[bad.pk]) not in page
    page = officer.get(reverse("applications:ticket", args=[dossier.token])).content.decode()
    assert "<s>Giấy khai sinh</s>" in page and "không còn giá trị" in page
    made(last)
    assert fresh(dossier).result.number == "0002/2026 SCT/BS"


def test_what_is_ready_to_be_handed_over_leaves_out_what_was_struck_through() -> None:
    dossier = received(a_request("Giấy khai sinh", "Học bạ"))
    first, last = (made(item) for item in items_in(dossier))
    struck(last)
    result = fresh(dossier).result
    assert (fresh(dossier).state, result.number, result.document) == (State.DONE, "0001/2026 SCT/BS", first.output)
    struck(first)
    dossier = fresh(dossier)
    assert (dossier.state, dossier.payment_state) == (State.STOPPED, PaymentState.VOID)
    with pytest.raises(RuleBroken):
        hand_over(
            application=dossier,
            handed_to="Ánh",
            authorisation="UQ 12",
            signature=None,
            at=MONDAY,
            acting_user=dossier.received_by,
        )


def test_a_received_dossier_that_holds_a_struck_copy_says_so_to_whoever_works_on_it(as_: As) -> None:
    paper = a_missing_paper(a_draft(procedure="marriage"))
    item = made(a_submitted_item(paper))
    dossier = received(fresh(paper.application))
    struck(item)
    paper.refresh_from_db()
    assert paper.state == PaperState.MISSING and "nhầm tên" in paper.note and paper.document == item.output
    for one in (dossier, item.certification.application):
        assert fresh(one).events.filter(kind=EventKind.LINE_STRUCK).count() == 1
    specialist = as_(Role.SPECIALIST)
    page = specialist.get(reverse("applications:worklist") + "?list=to-take").content.decode()
    assert "có bản chứng thực đã bị gạch bỏ" in page
    assert paper.note in specialist.get(reverse("applications:dossier", args=[dossier.pk])).content.decode()


def test_electronic_copies_alone_are_given_out_at_once() -> None:
    dossier = received(a_request("Giấy khai sinh", copies=0, electronic=True))
    made(items_in(dossier)[0])
    assert fresh(dossier).state == State.RETURNED


def test_the_citizen_fetches_an_electronic_copy_from_the_own_page(client: Client) -> None:
    dossier = received(a_request("Giấy khai sinh", copies=0, electronic=True))
    other = received(a_request("Học bạ"))
    item, on_paper = made(items_in(dossier)[0]), made(items_in(other)[0])
    address = reverse("applications:public_copy", args=[dossier.token, item.pk])
    assert address in client.get(reverse("applications:ticket", args=[dossier.token])).content.decode()
    assert "điện tử" in Message.objects.get(reference=dossier.code, kind="copy_certified").body
    assert item.output is not None
    answer = client.get(address)
    assert answer["Content-Type"] == "application/pdf" and "no-store" in answer["Cache-Control"]
    assert b"".join(answer.streaming_content) == files.read(item.output.sha256)  # type: ignore[attr-defined]
    later = files.store([b"%PDF-1.7 stamped again"])
    ArchiveStamp.objects.create(
        first=item.output.sha256, sequence=1, sha256=later.sha256, size=later.size, made_at=MONDAY, ends_at=MONDAY
    )
    assert b"".join(client.get(address).streaming_content) == b"%PDF-1.7 stamped again"  # type: ignore[attr-defined]
    for token, pk in ((other.token, item.pk), (other.token, on_paper.pk), ("x" * 32, item.pk)):
        assert client.get(reverse("applications:public_copy", args=[token, pk])).status_code == 404
    struck(item)
    assert client.get(address).status_code == 404
    assert address not in client.get(reverse("applications:ticket", args=[dossier.token])).content.decode()


def test_a_copy_lies_on_file_and_the_next_dossier_is_offered_it() -> None:
    dossier = received(a_request("Giấy chứng nhận kết hôn"))
    made(items_in(dossier)[0])
    held = HeldDocument.objects.get(citizen=dossier.applicant)
    assert (held.kind_key, held.source_code) == ("marriage_certificate", dossier.code)
    following = a_draft(procedure="land_change_info", citizen=dossier.applicant, complete=False)
    following.facts = {"joint_owners": True}
    following.save()
    refresh_papers(following, MONDAY)
    offered = {line.paper.kind.key: line.held for line in paper_lines(following)}
    assert offered["marriage_certificate"] == held


def test_documents_are_taken_out_one_by_one_and_a_draft_without_any_is_withdrawn() -> None:
    draft = a_request("Giấy khai sinh", "Học bạ")
    by = draft.opened_by
    for item in items_in(draft):
        drop_certification(item=item, at=MONDAY, acting_user=by)
    assert fresh(draft).state == State.DRAFT
    assert quote_for(fresh(draft), MONDAY).total == 0
    ended = end_draft(application=draft, at=MONDAY, acting_user=by)
    assert ended.state == State.WITHDRAWN and ended.matter.ticket.matters.get().done_at == MONDAY


def test_a_received_request_is_withdrawn_with_its_last_document(client: Client) -> None:
    dossier = received(a_request("Giấy khai sinh"))
    item = items_in(dossier)[0]
    with pytest.raises(RuleBroken, match="before the signer"):
        drop_certification(item=item, at=MONDAY, acting_user=dossier.received_by)
    item.send_back("mờ")
    item.save()
    drop_certification(item=item, at=MONDAY, acting_user=dossier.received_by)
    assert fresh(dossier).state == State.WITHDRAWN
    # Nobody wished that: the counter had the wrong scan.
    shown = client.get(f"/t/{dossier.token}/").content.decode()
    assert "Quầy đã bỏ bản quét" in shown and "theo ý bác" not in shown
    assert told(fresh(dossier).events.get(kind=EventKind.WITHDRAWN)).sentence == (
        f"{dossier.received_by} took the last document out: nothing is certified."
    )


def test_a_draft_of_which_everything_was_refused_is_refused() -> None:
    draft = a_request("Giấy vay tiền")
    with pytest.raises(RuleBroken):
        end_draft(application=draft, at=MONDAY, acting_user=draft.opened_by)
    refused(items_in(draft)[0], "private")
    assert end_draft(application=draft, at=MONDAY, acting_user=draft.opened_by).state == State.REFUSED


def test_the_person_comes_back_with_the_last_of_several_copies() -> None:
    dossier = received(a_request("Giấy khai sinh", "Học bạ"))
    ticket = dossier.matter.ticket
    wait_for_copy(ticket=ticket, reason="chờ bản sao", at=MONDAY, acting_user=dossier.received_by)
    first, last = items_in(dossier)
    made(first)
    ticket.refresh_from_db()
    assert ticket.state == TicketState.PARKED
    made(last)
    ticket.refresh_from_db()
    assert ticket.state == TicketState.WAITING and ticket.counter is not None


def test_the_person_comes_back_when_what_is_left_lies_at_the_desk_again() -> None:
    dossier = received(a_request("Giấy khai sinh", "Học bạ"))
    ticket = dossier.matter.ticket
    wait_for_copy(ticket=ticket, reason="chờ bản sao", at=MONDAY, acting_user=dossier.received_by)
    first, last = items_in(dossier)
    signer = signer_for(first)
    assert [item.is_in_hall for item in waiting({dossier.helped_at_id: frozenset({"SCT/BS"})})] == [True, True]
    send_back_certification(item=first, reason="trang 2 mờ", at=MONDAY, acting_user=signer)
    refuse_certification(item=last, ground="private", reason="giấy tay", at=MONDAY, acting_user=signer)
    ticket.refresh_from_db()
    assert ticket.state == TicketState.WAITING and ticket.counter is not None


def test_whoever_checks_a_copy_is_told_of_that_document_also_where_its_line_holds_several(client: Client) -> None:
    draft = draft_of_request()
    for copies in (2, 3):
        checked(a_document(draft, "Bằng tốt nghiệp", copies=copies))
    first, last = items_in(received(fresh(draft)))
    entry = approve_certification(item=first, others=[last], at=MONDAY, acting_user=signer_for(first))
    assert entry.copies == 5
    for item, copies in ((first, 2), (last, 3)):
        filed = make_certified_copy(item_id=item.pk, now=lambda: MONDAY)
        assert filed is not None and filed.check_code
        said = client.get(reverse("applications:verify_code", args=[filed.check_code])).content.decode()
        assert f'<dd class="figure">{copies}</dd>' in said and '<dd class="figure">5</dd>' not in said


def test_what_was_paid_for_documents_that_are_refused_afterwards_is_not_due_again() -> None:
    dossier = received(a_request("Giấy khai sinh", "Học bạ"))
    first, last = items_in(dossier)
    refuse_certification(item=first, ground="private", reason="giấy tay", at=MONDAY, acting_user=signer_for(first))
    assert fresh(dossier).payment_state == PaymentState.DUE and outstanding(fresh(dossier)) == 2000
    take_fee(
        application=dossier, amount=2000, method=Method.CASH, receipt_number="BL1", at=MONDAY,
        acting_user=dossier.received_by,
    )  # fmt: skip
    assert fresh(dossier).payment_state == PaymentState.PAID
    made(last)
    assert fresh(dossier).payment_state == PaymentState.PAID and fresh(dossier).state == State.DONE


# -- signatures ------------------------------------------------------------------------------------------------------


def test_a_row_for_who_signs_that_was_left_empty_is_nobody() -> None:
    row = {"full_name": "Nguyễn Thị Ánh", "identity_paper": "card", "identity_number": "001190000321"}
    empty = {"full_name": "", "identity_paper": "card", "identity_number": ""}
    sent = {f"signs-{at}-{name}": value for at, one in enumerate((row, empty)) for name, value in one.items()}
    forms = SignatoryForms({**sent, "signs-TOTAL_FORMS": "2", "signs-INITIAL_FORMS": "0"}, prefix="signs")
    assert forms.is_valid(), forms.errors
    assert [one.has_changed() for one in forms] == [True, False]


def test_a_signature_is_certified_once_it_was_seen_and_costs_by_the_case() -> None:
    draft = a_request("Giấy uỷ quyền", procedure="signature_cert", signatories=(ANH,), is_checked=False)
    (item,) = items_in(draft)
    assert item.fee == 10_000 and item.certification.kind == RegisterKind.SIGNATURES
    by = draft.opened_by
    answers = {ground.key: FINE for ground in grounds_for(RegisterKind.SIGNATURES, MONDAY.date())}
    answer_checks(item=item, answers=answers, at=MONDAY, acting_user=by)
    with pytest.raises(NotComplete) as caught:
        received(fresh(draft))
    assert "signed before you" in caught.value.details["missing"][0]
    checked(item)
    seen = item.signatories.get()
    assert (seen.attested_at, seen.attested_by) == (MONDAY, by)
    dossier = received(fresh(draft))
    filed = made(items_in(dossier)[0])
    assert str(filed.entry) == "0001/2026 SCT/CK,ĐC"
    assert read(filed.entry.values.get(name=SIGNATORIES).value) == [
        Party("Nguyễn Thị Ánh", "card", "001190000321"),
    ]
    assert filed.entry.signer_title == filed.signer_title != ""
    assert not HeldDocument.objects.exists()


def test_who_signs_in_another_way_than_was_seen_is_seen_anew() -> None:
    draft = a_request("Giấy uỷ quyền", procedure="signature_cert", signatories=(ANH,), is_checked=False)
    (item,) = items_in(draft)
    checked(item)

    def seen(one: Signs) -> bool:
        changed(item, copies=item.copies, signatories=(one,))
        return item.signatories.get().attested_at is not None

    assert seen(replace(ANH, issued_by="Cục Cảnh sát")), "who issued it changes nothing of that"
    assert not seen(replace(ANH, by_fingerprint=True))
    checked(item)
    assert not seen(replace(ANH, by_fingerprint=True, identity_paper="other"))


def test_the_words_of_certification_name_officer_signer_and_who_signed(tmp_path: Path) -> None:
    two = (ANH, Signs(full_name="Phạm Văn Nam", identity_number="001092000123", by_fingerprint=True))
    draft = a_request("Giấy uỷ quyền", procedure="signature_cert", signatories=two)
    dossier = received(draft)
    (item,) = items_in(dossier)
    approve_certification(item=item, at=MONDAY, acting_user=signer_for(item))
    item = items_in(dossier)[0]
    said = words(compose(a_picture(), "image/jpeg", copy_text(item)).content, tmp_path)
    assert "LỜI CHỨNG CHỨNG THỰC CHỮ KÝ" in said.upper()
    assert "căn cước số 001190000321, cấp ngày 15/06/2021" in said
    assert "Phạm Văn Nam" in said and "điểm chỉ vào giấy tờ" in said
    assert f"trước mặt ông/bà {dossier.received_by}, là người tiếp nhận hồ sơ" in said
    assert "01/2026 - SCT/CK,ĐC" in said


@pytest.mark.parametrize(
    ("paper", "number", "issued"),
    [
        ("card", "abc", None),
        ("card", "012345678", None),  # an old card, worth nothing since 2025
        ("card", "001190000321", date(2035, 1, 1)),
        ("card", "001190000321", date(1949, 12, 31)),
        ("passport", "12", None),
        ("other", "không có", None),
    ],
)
def test_nobody_signs_by_a_paper_that_cannot_be(paper: str, number: str, issued: date | None) -> None:
    signs = Signs(full_name="Phạm Văn Nam", identity_number=number, identity_paper=paper, issued_on=issued)
    with pytest.raises(BadInput, match="Phạm Văn Nam"):
        a_request("Giấy uỷ quyền", procedure="signature_cert", signatories=(ANH, signs))
    row = {"full_name": signs.full_name, "identity_paper": paper, "identity_number": number, "issued_on": issued}
    form = SignatoryForm(row)
    assert list(form.errors) == ["issued_on" if issued else "identity_number"]


def test_numbers_of_identity_papers_are_kept_in_their_one_form() -> None:
    kept = [
        paper_number(*one) for one in (("card", "001 190 000 321"), ("passport", "c1234567"), ("other", "qđ-01234"))
    ]
    assert kept == ["001190000321", "C1234567", "QĐ-01234"]


def test_a_translator_is_entered_in_their_own_register_with_both_languages(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        a_request("Bằng cử nhân", procedure="signature_cert", register="SCT/CKND", signatories=(ANH,))
    translator = Signs(
        full_name="Nguyễn Thị Ánh", identity_number="001190000321", from_language="Anh", to_language="Việt"
    )
    draft = a_request("Bằng cử nhân", procedure="signature_cert", register="SCT/CKND", signatories=(translator,))
    dossier = received(draft)
    (item,) = items_in(dossier)
    entry = approve_certification(item=item, at=MONDAY, acting_user=signer_for(item))
    assert str(entry) == "0001/2026 SCT/CKND"
    assert read(entry.values.get(name=SIGNATORIES).value) == [
        Party("Nguyễn Thị Ánh", "card", "001190000321", from_language="Anh", to_language="Việt"),
    ]
    said = words(compose(a_picture(), "image/jpeg", copy_text(items_in(dossier)[0])).content, tmp_path)
    assert "từ tiếng Anh sang tiếng Việt" in said and "người dịch" in said.lower()


# -- its citizen -----------------------------------------------------------------------------------------------------


def test_its_page_names_each_document_and_why_one_was_refused() -> None:
    draft = a_request("Giấy khai sinh", "Giấy vay tiền")
    refused(items_in(draft)[1], "private")
    dossier = received(fresh(draft))
    visit = find_visit(dossier.token, MONDAY)
    assert visit is not None
    good, bad = visit.dossiers[0].documents
    assert good.where == "It lies before the person who signs" and not good.number
    assert "Điều 22 khoản 6" in bad.why
    made(items_in(dossier)[0])
    visit = find_visit(dossier.token, MONDAY)
    assert visit is not None
    assert visit.dossiers[0].documents[0].number == "0001/2026 SCT/BS"


def test_its_page_costs_the_same_with_more_documents(
    client: Client,
) -> None:
    few, many = received(a_request("Giấy khai sinh")), received(a_request(*(f"Giấy {n}" for n in range(6))))
    address = reverse("applications:ticket", args=[few.token])
    client.get(address)
    with CaptureQueriesContext(connection) as first:
        client.get(address)
    with CaptureQueriesContext(connection) as second:
        page = client.get(reverse("applications:ticket", args=[many.token]))
    assert "Giấy 5" in page.content.decode()
    assert len(second) == len(first)


def test_what_waits_for_another_dossier_is_submitted_and_made_as_before() -> None:
    item = a_submitted_item()
    filed = made(item)
    assert fresh(filed.certification.application).state == State.RETURNED


# -- papers of another dossier ---------------------------------------------------------------------------------------


def two_missing_papers() -> list[Paper]:
    draft = a_draft(procedure="marriage", email="")
    papers = list(draft.papers.exclude(state=PaperState.LOOKED_UP)[:2])
    if len(papers) < 2:
        papers = list(draft.papers.all()[:2])
    Paper.objects.filter(pk__in=[paper.pk for paper in papers]).update(state=PaperState.MISSING)
    return [Paper.objects.get(pk=paper.pk) for paper in papers]


def test_papers_of_one_dossier_opened_one_after_another_are_one_request() -> None:
    one, other = two_missing_papers()
    first = an_item(one, pages=1, copies=1)
    second = an_item(other, title="Giấy khai sinh", pages=3, copies=1)
    assert first.certification_id == second.certification_id
    copy = fresh(second.certification.application)
    assert [line.amount for line in copy.fee_lines.all()] == [2000, 5000]
    assert (copy.pages, copy.form_data["page_count"]) == (4, 4)
    names = [row["name"] for row in receipt_context(copy)["papers"]]
    assert names[-2:] == [first.title, "Giấy khai sinh"]
    sweep_receipts()
    assert copy.issued_forms.get().document is None, "another paper may join it still"
    made(submit_certification(item=checked(first), at=MONDAY, acting_user=copy.received_by))
    assert fresh(copy).state == State.PROCESSING
    drop_certification(item=second, at=MONDAY, acting_user=copy.received_by)
    assert fresh(copy).state == State.RETURNED
    other.refresh_from_db()
    assert other.state == PaperState.MISSING
    assert [line.is_due for line in copy.fee_lines.select_related("item")] == [True, False]


def test_what_lies_before_the_signer_takes_no_more_documents() -> None:
    one, other = two_missing_papers()
    first = a_submitted_item(one)
    assert an_item(other).certification_id != first.certification_id
