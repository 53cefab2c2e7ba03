"""The receipt: made once, in correct Vietnamese, the same bytes however often."""

from __future__ import annotations

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from applications import tasks
from applications.actions.issue_receipt import TEMPLATE, issue_receipt
from applications.documents import receipt_context
from applications.models import Document, IssuedForm
from centres.enums import Role
from portal import files, pdf
from tests.factories.applications import MONDAY, a_dossier, a_draft

pytestmark = pytest.mark.django_db


def _words(content: bytes) -> str:
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
    ).stdout.decode()
    return " ".join(text.split())


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs poppler-utils")
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


def test_the_same_dossier_draws_the_same_bytes() -> None:
    dossier = a_dossier()
    first, second = (pdf.render(TEMPLATE, receipt_context(dossier)) for _turn in range(2))
    assert first == second


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
