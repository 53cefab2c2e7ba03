"""The file of a result: refused with a sentence when it did not arrive, and kept only when the step is done."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from applications.enums import State
from applications.models import Application, Result
from centres.enums import Role
from portal import uploads
from tests.factories.applications import a_dossier

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]


@pytest.fixture
def dossier() -> Application:
    return a_dossier(state=State.PROCESSING)


def _propose(client: Client, dossier: Application, content: bytes) -> Any:
    url = reverse("applications:dossier_act", args=[dossier.pk, "propose"])
    return client.post(
        url, {"propose-number": "77/TP", "propose-file": SimpleUploadedFile("result.pdf", content, "application/pdf")}
    )


def test_a_result_file_that_is_too_large_stops_the_proposal(
    as_: As, dossier: Application, settings: LazySettings
) -> None:
    settings.UPLOAD_LIMIT_BYTES = 100_000
    answer = _propose(as_(Role.SPECIALIST), dossier, b"%PDF-1.7" + bytes(300_000))
    said = answer.content.decode()
    assert answer.status_code == 400
    assert not Result.objects.exists()
    assert 'value="77/TP"' in said and "98" in said and 'href="#id_propose-file"' in said


def test_a_full_disk_stops_the_proposal(as_: As, dossier: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(uploads.TemporaryFileUploadHandler, "receive_data_chunk", full)
    answer = _propose(as_(Role.SPECIALIST), dossier, b"%PDF-1.7" + bytes(3000))
    assert answer.status_code == 503
    assert not Result.objects.exists()
    assert 'value="77/TP"' in answer.content.decode()
