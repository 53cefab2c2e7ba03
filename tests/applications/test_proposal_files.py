"""The file of a result: refused with a sentence when it did not arrive, and kept only when the step is done."""

from __future__ import annotations

import errno
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from applications.enums import State, StepKind
from applications.models import Application, Document, Result
from centres.enums import Role
from portal.uploads import arriving
from tests.factories.applications import a_dossier
from tests.factories.certifications import a_picture

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]


@pytest.fixture
def dossier() -> Application:
    return a_dossier(state=State.PROCESSING)


def _propose(client: Client, dossier: Application, content: bytes, name: str = "result.pdf") -> Any:
    url = reverse("applications:dossier_act", args=[dossier.pk, "propose"])
    return client.post(url, {"propose-number": "77/TP", "propose-file": SimpleUploadedFile(name, content)})


def test_a_result_file_that_is_too_large_stops_the_proposal(
    as_: As, dossier: Application, settings: LazySettings
) -> None:
    settings.UPLOAD_LIMIT_BYTES = 100_000
    answer = _propose(as_(Role.SPECIALIST), dossier, b"%PDF-1.7" + bytes(300_000))
    said = answer.content.decode()
    assert answer.status_code == 400
    assert not Result.objects.exists()
    assert 'value="77/TP"' in said and "KB" in said and 'href="#id_propose-file"' in said


def test_a_full_disk_stops_the_proposal(as_: As, dossier: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(arriving.TemporaryFileUploadHandler, "receive_data_chunk", full)
    answer = _propose(as_(Role.SPECIALIST), dossier, b"%PDF-1.7" + bytes(3000))
    assert answer.status_code == 503
    assert not Result.objects.exists()
    assert 'value="77/TP"' in answer.content.decode()


@pytest.mark.parametrize("role", [Role.LEADER, Role.COUNTER_OFFICER])
def test_a_file_of_somebody_who_may_not_propose_is_not_kept(
    as_: As, dossier: Application, role: str, settings: LazySettings
) -> None:
    answer = _propose(as_(role), dossier, a_picture(), "result.jpg")
    assert answer.status_code == 403
    assert not Document.objects.exists()
    assert not list(settings.FILES_ROOT.rglob("*"))


def test_a_file_of_a_step_that_was_done_meanwhile_is_not_kept(as_: As, dossier: Application) -> None:
    client = as_(Role.SPECIALIST)
    assert _propose(client, dossier, a_picture(), "result.jpg").status_code == 302
    assert _propose(client, dossier, a_picture("PNG"), "again.png").status_code == 409
    assert [document.name for document in Document.objects.all()] == ["result.jpg"]
    assert Result.objects.get().document == Document.objects.get()


def test_a_colleague_who_was_quicker_leaves_no_row_of_the_second_file(
    as_: As, dossier: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step looked possible when the bytes were stored; the action's lock says that it is not."""
    monkeypatch.setattr("applications.handling.step_of", lambda _dossier: StepKind.APPRAISE)
    client = as_(Role.SPECIALIST)
    assert _propose(client, dossier, a_picture(), "result.jpg").status_code == 302
    assert _propose(client, dossier, a_picture("PNG"), "again.png").status_code == 409
    assert Document.objects.count() == 1


def _proposed_and_sent_back(client: Client, leader: Client, dossier: Application) -> str:
    assert _propose(client, dossier, a_picture(), "ket-qua.jpg").status_code == 302
    url = reverse("applications:dossier_act", args=[dossier.pk, "send-back"])
    assert leader.post(url, {"send-back-reason": "Sai số"}).status_code == 302
    return reverse("applications:dossier_act", args=[dossier.pk, "propose"])


def test_a_result_proposed_again_keeps_its_file_and_the_page_says_so(as_: As, dossier: Application) -> None:
    client = as_(Role.SPECIALIST)
    url = _proposed_and_sent_back(client, as_(Role.LEADER), dossier)
    page = client.get(reverse("applications:dossier", args=[dossier.pk])).content.decode()
    assert 'name="propose-number" value="77/TP"' in page
    assert "“ket-qua.jpg”" in page

    assert client.post(url, {"propose-number": "78/TP"}).status_code == 302
    result = Result.objects.get()
    assert (result.number, result.document and result.document.name) == ("78/TP", "ket-qua.jpg")


def test_the_file_of_a_result_is_left_out_when_that_is_said(as_: As, dossier: Application) -> None:
    client = as_(Role.SPECIALIST)
    url = _proposed_and_sent_back(client, as_(Role.LEADER), dossier)
    assert client.post(url, {"propose-number": "78/TP", "propose-drop_file": "on"}).status_code == 302
    assert Result.objects.get().document is None


def test_another_file_takes_the_place_of_the_first(as_: As, dossier: Application) -> None:
    client = as_(Role.SPECIALIST)
    _proposed_and_sent_back(client, as_(Role.LEADER), dossier)
    assert _propose(client, dossier, a_picture("PNG"), "moi.png").status_code == 302
    document = Result.objects.get().document
    assert document is not None and document.name == "moi.png"


def test_a_first_proposal_has_no_file_to_leave_out(as_: As, dossier: Application) -> None:
    page = as_(Role.SPECIALIST).get(reverse("applications:dossier", args=[dossier.pk])).content.decode()
    assert "propose-drop_file" not in page


@pytest.mark.parametrize("number", ["KQ-30 😀", "KQ<30>", "KQ_30", "---", "12\u200b/TP"])
def test_a_result_number_is_made_of_what_official_numbers_are_made_of(
    as_: As, dossier: Application, number: str
) -> None:
    url = reverse("applications:dossier_act", args=[dossier.pk, "propose"])
    answer = as_(Role.SPECIALIST).post(url, {"propose-number": number})
    assert answer.status_code == 400
    assert 'href="#id_propose-number"' in answer.content.decode()
    assert not Result.objects.exists()


@pytest.mark.parametrize("number", ["88/XN-VPĐK", "12 / QĐ-UBND.2", "1"])
def test_usual_numbers_of_results_are_taken(as_: As, dossier: Application, number: str) -> None:
    url = reverse("applications:dossier_act", args=[dossier.pk, "propose"])
    assert as_(Role.SPECIALIST).post(url, {"propose-number": unicodedata.normalize("NFD", number)}).status_code == 302
    assert Result.objects.get().number == number
