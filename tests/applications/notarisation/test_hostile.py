"""Files made to do harm: refused at the desk in plain words, and no end of a worker that gets one all the same."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from applications.actions.approve_certification import approve_certification
from applications.actions.make_certified_copy import SCAN_BAD
from applications.actions.open_certification import open_certification
from applications.actions.submit_certification import submit_certification
from applications.models import CertificationItem
from applications.notarisation import archival
from applications.notarisation.archival import draw_pages
from applications.notarisation.enums import JobState
from applications.notarisation.limits import little_memory
from bench.memory import Peak
from portal import clock, files
from portal.errors import BadInput
from portal.filekinds import JPEG, PDF, PNG
from portal.pictures import drawing
from portal.pictures.drawing import CannotDraw
from portal.uploads import Inspected, inspect_upload
from tests import hostile
from tests.factories.certifications import a_missing_paper, a_picture, checked, signer_for
from tests.services import Redis, redis
from tests.worker import Worker

MOST_SECONDS_EACH = 15
MORE_MEMORY = 512 * 1024**2
PATIENCE_SECONDS = 120
As = Callable[[Any], Client]


@pytest.mark.django_db
def test_the_desk_refuses_each_in_plain_words_and_goes_on(as_: As) -> None:
    translation.activate("vi")  # as the portal speaks
    paper = a_missing_paper()
    desk = as_(paper.application.opened_by)
    address = reverse("applications:certify", args=[paper.pk])

    def post(name: str, content: bytes, key: str) -> Any:
        fields = {"client_key": key, "title": "Giấy chứng nhận kết hôn", "pages": "", "copies": "1"}
        return desk.post(address, fields | {"file": SimpleUploadedFile(name, content)})

    for what, name, content, code in hostile.all_refused():
        begun = time.monotonic()
        with little_memory(MORE_MEMORY):
            answer = post(name, content, f"harm-{what}")
        assert time.monotonic() - begun < MOST_SECONDS_EACH, what
        assert answer.status_code == 400 and answer.context["form"].errors["file"] == [_sentence(name, content, code)]
    assert not CertificationItem.objects.exists()
    good = post("scan.jpg", a_picture(), "good")
    assert good.status_code == 302 and CertificationItem.objects.count() == 1


def _sentence(name: str, content: bytes, code: str) -> str:
    with pytest.raises(BadInput) as refused:
        inspect_upload(SimpleUploadedFile(name, content))
    assert refused.value.code == code
    return f"{name}: {refused.value}"


def test_a_pdf_that_only_leads_somewhere_is_taken() -> None:
    def lead(pdf: Any) -> None:
        pdf.Root.OpenAction = [pdf.pages[0].obj, hostile.pikepdf.Name.Fit]
        link = hostile.pikepdf.Dictionary(S=hostile.pikepdf.Name.URI, URI="https://dichvucong.gov.vn")
        note = hostile.pikepdf.Dictionary(Subtype=hostile.pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=link)
        pdf.pages[0].Annots = [note]

    for content in (hostile.a_pdf(lead), b"\xef\xbb\xbf\r\n" + hostile.a_pdf(), b"%!PS-Adobe-3.0 " + hostile.a_pdf()):
        assert inspect_upload(SimpleUploadedFile("scan.pdf", content)).pages == 1


def test_a_drawing_without_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "SECONDS_A_PAGE", 1)
    (tmp_path / "scan.pdf").write_bytes(hostile.endless_drawing())
    with pytest.raises(CannotDraw):
        draw_pages(tmp_path / "scan.pdf", tmp_path, lambda: None)


def test_a_scan_may_take_only_so_long_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archival, "SECONDS_A_SCAN", 0)
    (tmp_path / "scan.pdf").write_bytes(hostile.a_pdf())
    with pytest.raises(CannotDraw):
        draw_pages(tmp_path / "scan.pdf", tmp_path, lambda: None)


def test_what_is_read_beyond_the_limit_is_an_error_and_not_the_end() -> None:
    with pytest.raises(MemoryError), little_memory(64 * 1024**2):
        bytearray(256 * 1024**2)
    assert len(bytearray(256 * 1024**2)) == 256 * 1024**2, "as before"


# What got past the upload all the same, as what it was taken for, and what becomes of it.
PAST_THE_UPLOAD: dict[str, tuple[str, Callable[[], bytes], JobState]] = {
    "a script": (PDF, lambda: hostile.a_pdf(hostile.SCRIPTS["a script when opened"]), JobState.FILED),
    "a file inside": (PDF, lambda: hostile.a_pdf(hostile.SCRIPTS["a file inside"]), JobState.FILED),
    "a PDF and an archive": (PDF, hostile.pdf_and_zip, JobState.FILED),
    "a bomb of a page": (PDF, hostile.stream_bomb, JobState.FILED),  # drawn, and empty
    "a bomb of a picture": (PNG, hostile.picture_bomb, JobState.FAILED),
    "a picture of 900 million dots": (PNG, hostile.picture_of_nothing, JobState.FAILED),
    "no picture at all": (JPEG, hostile.zip_bomb, JobState.FAILED),
    "a locked PDF": (PDF, hostile.locked_pdf, JobState.FAILED),
    "ten thousand pages": (PDF, hostile.ten_thousand_pages, JobState.FAILED),
    "endless pages": (PDF, hostile.endless_pages, JobState.FAILED),
    "endless references": (PDF, hostile.endless_references, JobState.FILED),  # mended by the library
}


@pytest.fixture
def broker() -> Iterator[Redis]:
    with redis() as running:
        yield running


@pytest.fixture
def worker(broker: Redis, settings: LazySettings, tmp_path: Path) -> Iterator[Worker]:
    with Worker(
        tmp_path / "worker.log", BROKER_URL=f"{broker.url}/0", FILES_ROOT=str(settings.FILES_ROOT),
        EMAIL_URL=settings.EMAIL_URL, SMS_URL=settings.SMS_URL,
    ) as running:  # fmt: skip
        yield running


def approved(content: bytes, media_type: str, key: str) -> CertificationItem:
    """As if the upload had looked away."""
    paper = a_missing_paper()
    officer = paper.application.opened_by
    item = open_certification(
        for_paper=paper,
        upload=Inspected(media_type, 1, len(content), "scan", io.BytesIO(content)),
        pages=1,
        copies=1,
        client_key=key,
        title="Giấy chứng nhận kết hôn",
        at=clock.now(),
        acting_user=officer,
    )
    submit_certification(item=checked(item), at=clock.now(), acting_user=officer)
    approve_certification(item=item, at=clock.now(), acting_user=signer_for(item))
    return item


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_worker_survives_what_got_past_the_upload_and_makes_the_next_copy(worker: Worker, broker: Redis) -> None:
    items = {what: approved(make(), kind, what) for what, (kind, make, _state) in PAST_THE_UPLOAD.items()}
    good = approved(a_picture(), JPEG, "good")
    assert worker.process is not None
    with Peak(worker.process.pid) as peak, Celery(broker=f"{broker.url}/0", set_as_current=False) as scheduler:
        until = time.monotonic() + PATIENCE_SECONDS
        while CertificationItem.objects.filter(state__in=[JobState.APPROVED, JobState.COMPOSING]).exists():
            assert time.monotonic() < until, worker.log.read_text()
            scheduler.send_task("applications.tasks.sweep_certifications", expires=1)
            time.sleep(0.2)
    for what, item in items.items():
        item.refresh_from_db()
        assert (item.state, item.attempts) == (PAST_THE_UPLOAD[what][2], 1), what
        assert item.last_error == (SCAN_BAD if item.state == JobState.FAILED else ""), what
        if item.output is not None:
            content = files.read(item.output.sha256)
            assert not any(word in content for word in (b"JavaScript", b"EmbeddedFile", b"MZ of somebody"))
    good.refresh_from_db()
    assert good.state == JobState.FILED
    assert worker.process.poll() is None and "exited" not in worker.log.read_text(), "none of its processes ended"
    assert peak.mb < 900, "itself, the process that works, and its renderer"
