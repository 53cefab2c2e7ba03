"""The receipt: made once, in correct Vietnamese, the same bytes however often."""

from __future__ import annotations

import io
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pikepdf
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from applications import receipts, tasks
from applications.actions.edit_draft import acknowledge, answer_facts
from applications.actions.issue_receipt import TEMPLATE, draw, issue_receipt
from applications.actions.mark_paper import mark_paper
from applications.actions.receive import receive
from applications.actions.supplement import ask_supplement
from applications.catalogue import notices_for
from applications.documents import receipt_context
from applications.enums import PAPER_THERE, State
from applications.models import Application, Document, IssuedForm
from centres.enums import Role
from centres.models import Centre
from portal import files, pdf
from tests.factories.applications import MONDAY, a_centre, a_dossier, a_draft, a_ticket_at_counter, member_of
from tests.factories.citizens import CitizenFactory

pytestmark = pytest.mark.django_db


def _words(content: bytes) -> str:
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
    ).stdout.decode()
    return " ".join(text.split())


def test_the_receipt_says_what_the_form_asks_for() -> None:
    dossier = a_dossier(procedure="land_change_info")
    document = issue_receipt(form=dossier.issued_forms.get(), at=MONDAY)
    words = _words(files.read(document.sha256))
    for expected in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
        "Số: 0001/TNHS",
        dossier.code,
        "Nguyễn Thị Ánh",
        "0912 345 678",
        "04 ngày làm việc",
        "10 giờ 26 phút, ngày 23 tháng 11 năm 2026",
        "17:00 thứ Hai 30/11/2026",
        "28.000 đ",
        "Hai mươi tám nghìn đồng",
        "Lê Thị Hương",
    ):
        assert expected in words, expected
    assert dossier.applicant.identity_number not in words


def test_the_longest_receipt_stays_on_one_sheet() -> None:
    head = a_centre()
    Centre.objects.filter(pk=head.pk).update(name={"vi": "Trung tâm Phục vụ hành chính công thành phố Hà Nội"})
    branch = Centre.objects.create(
        code="chi-nhanh-4",
        agency_code="H26.30.4",
        parent=head,
        name={"vi": "Chi nhánh số 4, Trung tâm Phục vụ hành chính công thành phố Hà Nội"},
        short_name={"vi": "Chi nhánh số 4"},
    )
    a_centre("chi-nhanh-4", "H26.30.4")
    ticket = a_ticket_at_counter(
        centre=branch, citizen=CitizenFactory(address="12 ngõ 5 phố Chùa Bộc, phường Kim Liên")
    )
    draft = a_draft(procedure="land_change_info", ticket=ticket, citizen=ticket.citizen)
    officer = draft.opened_by
    draft = answer_facts(
        application=draft,
        facts=dict.fromkeys(("unit_rearrangement", "joint_owners", "represented"), True),
        at=MONDAY,
        acting_user=officer,
    )
    for notice in notices_for(draft, MONDAY):
        if notice.get("acknowledge"):
            draft = acknowledge(application=draft, notice=notice["key"], at=MONDAY, acting_user=officer)
    for paper in draft.papers.exclude(state__in=PAPER_THERE):
        mark_paper(paper=paper, there=True, at=MONDAY, acting_user=officer)
    dossier = receive(application=draft, at=MONDAY, acting_user=officer)
    content = pdf.render(TEMPLATE, receipt_context(dossier))
    with pikepdf.open(io.BytesIO(content)) as sheets:
        assert (len(dossier.papers.all()), len(sheets.pages)) == (6, 1)


def test_the_same_dossier_draws_the_same_bytes() -> None:
    dossier = a_dossier()
    first, second = (pdf.render(TEMPLATE, receipt_context(dossier)) for _turn in range(2))
    assert first == second


def _corrected_later(dossier: Any) -> IssuedForm:
    """Everything on the paper that can change has changed."""
    person, officer = dossier.applicant, dossier.received_by
    person.full_name, person.address = "Nguyễn Thị Anh", "Số 1 phố Huế"
    person.save()
    officer.full_name = "Lê Thị Hương Giang"
    officer.save()
    ask_supplement(
        application=dossier, faults="Thiếu", at=MONDAY, acting_user=member_of(Role.SPECIALIST, dossier.competent)
    )
    Application.objects.filter(pk=dossier.pk).update(
        due_at=dossier.due_at + timedelta(days=7), due_explanation={"vi": "khác"}, contact_phone="+84987654321"
    )
    return IssuedForm.objects.select_related("application__applicant", "application__received_by").get(number="01")


def test_a_later_correction_does_not_change_what_was_issued(as_: Any) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    before = draw(dossier.issued_forms.get())
    form = _corrected_later(dossier)
    assert draw(form) == before
    assert as_(Role.COUNTER_OFFICER).get(reverse("applications:receipt", args=[dossier.pk])).content == before
    form.erase()
    assert dossier.applicant.full_name not in str(form.frozen) and draw(form) != before


def test_the_copy_behind_the_address_shows_no_more_of_the_contact_than_its_page(client: Client) -> None:
    dossier = a_dossier(state=State.PROCESSING, email="thuy.mai@example.com")
    kept = issue_receipt(form=dossier.issued_forms.get(), at=MONDAY)
    answer = client.get(f"/t/{dossier.token}/receipt.pdf")
    words = _words(answer.content)
    assert "•• ••• 678" in words and "t•••@example.com" in words and dossier.code in words
    for personal in ("0912 345", "thuy", dossier.applicant.identity_number):
        assert personal not in words
    _corrected_later(dossier)
    assert "•• ••• 678" in _words(client.get(f"/t/{dossier.token}/receipt.pdf").content), "as it was issued"
    paper = _words(files.read(kept.sha256))
    assert "0912 345 678" in paper and "thuy.mai@example.com" in paper, "the paper is as the form asks for"
    assert Document.objects.get() == kept, "a copy is not filed"


def test_a_copy_of_what_is_erased_is_gone_and_drawing_without_end_is_slowed(client: Client) -> None:
    dossier = a_dossier()
    address = f"/t/{dossier.token}/receipt.pdf"
    with patch("applications.receipts.draw_masked", return_value=b"%PDF-"):
        answers = [client.get(address).status_code for _time in range(receipts.COPIES + 1)]
    assert answers == [200] * receipts.COPIES + [429]
    dossier.issued_forms.get().erase()
    assert client.get(address).status_code == 410


def test_a_receipt_whose_file_was_lost_is_drawn_and_kept_again(as_: Any) -> None:
    dossier = a_dossier()
    client, address = as_(Role.COUNTER_OFFICER), reverse("applications:receipt", args=[dossier.pk])
    before = client.get(address).content
    sha256 = Document.objects.get().sha256
    files.path_of(sha256).unlink()
    assert client.get(address).content == before
    assert files.read(sha256) == before


def test_a_lost_receipt_that_would_come_out_differently_is_gone_and_no_error(as_: Any) -> None:
    dossier = a_dossier()
    client, address = as_(Role.COUNTER_OFFICER), reverse("applications:receipt", args=[dossier.pk])
    client.get(address)
    files.path_of(Document.objects.get().sha256).unlink()
    dossier.issued_forms.get().erase()
    assert client.get(address).status_code == 410


def test_it_is_one_document_however_often_it_is_asked_for() -> None:
    form = a_dossier().issued_forms.get()
    tasks.render_receipt(form.pk)
    tasks.render_receipt(form.pk)
    tasks.sweep_receipts()
    issue_receipt(form=IssuedForm.objects.get(pk=form.pk), at=MONDAY)
    assert Document.objects.count() == 1


def test_the_sweep_finds_what_the_broker_lost() -> None:
    form = a_dossier().issued_forms.get()
    tasks.sweep_receipts()
    form.refresh_from_db()
    assert form.document is not None
    assert form.document.created_by == form.issued_by


def test_a_job_for_a_form_that_was_never_committed_does_nothing() -> None:
    tasks.render_receipt(987_654)


def test_a_draft_has_no_receipt(client: Client) -> None:
    draft = a_draft()
    with pytest.raises(ValueError, match="received"):
        receipt_context(draft)
    assert client.get(f"/t/{draft.token}/receipt.pdf").status_code == 404


def test_the_page_makes_it_at_once_when_the_worker_has_not(client: Client, as_: Any) -> None:
    dossier = a_dossier()
    for answer in (
        client.get(f"/t/{dossier.token}/receipt.pdf"),
        as_(Role.COUNTER_OFFICER).get(reverse("applications:receipt", args=[dossier.pk])),
    ):
        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
    assert Document.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_end_with_one_document() -> None:
    form = a_dossier().issued_forms.get()

    def make(_turn: int) -> int:
        try:
            return issue_receipt(form=IssuedForm.objects.get(pk=form.pk), at=MONDAY).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(make, range(4)))) == 1
    assert Document.objects.count() == 1
