"""Papers of a dossier as pictures on its page: PDF and photographs, page by page, for those who may see the dossier."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from applications.documents_kept import keep_bytes
from applications.enums import DocumentSource, State
from applications.models import Application, Document
from centres.enums import Role
from citizens.models import Look
from portal import files
from portal.uploads import inspect_upload
from tests.applications.at_desk import As, to, words
from tests.factories.applications import MONDAY, a_centre, a_dossier, a_member
from tests.factories.certifications import a_picture
from tests.hostile import a_pdf

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "in_english")]


def handed_in(dossier: Application, content: bytes, name: str) -> Document:
    kept = keep_bytes(inspect_upload(SimpleUploadedFile(name, content)))
    assert kept is not None
    document = kept.note(dossier, DocumentSource.UPLOAD, MONDAY, dossier.received_by)
    paper = dossier.papers.order_by("order").first()
    paper.document = document
    paper.save(update_fields=["document"])
    return document


@pytest.mark.parametrize(("content", "name"), [(a_pdf(pages=3), "giay.pdf"), (a_picture(), "giay.jpg")])
def test_a_page_is_a_picture_that_no_cache_keeps(as_: As, content: bytes, name: str) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    document = handed_in(dossier, content, name)
    answer = as_(Role.SPECIALIST).get(to("page_picture", dossier.pk, document.pk, document.pages))
    assert answer.status_code == 200
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/jpeg", "private, no-store")
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert max(picture.size) <= 900
    assert not list(files.path_of(document.sha256).parents[1].glob(".work-*"))


def test_the_page_shows_it_with_the_ways_to_the_others_and_with_a_script_as_a_part(as_: As) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    document = handed_in(dossier, a_pdf(pages=3), "giay.pdf")
    client = as_(Role.SPECIALIST)
    client.cookies["django_language"] = "en"
    assert f"?look={document.pk}#preview" in client.get(to("dossier", dossier.pk)).content.decode()
    page = client.get(to("dossier", dossier.pk), {"look": document.pk, "page": 2})
    assert "page 2 of 3" in words(page)
    part = client.get(to("preview", dossier.pk, document.pk, 2), headers={"HX-Request": "true"})
    assert "page 2 of 3" in words(part) and "<html" not in part.content.decode()
    assert 'id="preview-before"' in part.content.decode() and 'id="preview-after"' in part.content.decode()
    plain = client.get(to("preview", dossier.pk, document.pk, 2))
    assert plain["Location"] == f"{to('dossier', dossier.pk)}?look={document.pk}&page=2#preview"


def test_leafing_through_a_file_is_one_look(as_: As) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    document = handed_in(dossier, a_pdf(pages=3), "giay.pdf")
    client = as_(Role.SPECIALIST)
    before = Look.objects.count()
    for number in (1, 2, 3, 1):
        client.get(to("page_picture", dossier.pk, document.pk, number))
    assert Look.objects.count() == before + 1


def test_what_is_not_there_is_not_shown(as_: As, centre: Any) -> None:
    dossier, other = a_dossier(state=State.PROCESSING), a_dossier(state=State.PROCESSING)
    document, client = handed_in(other, a_pdf(), "giay.pdf"), as_(Role.SPECIALIST)
    assert client.get(to("page_picture", dossier.pk, document.pk, 1)).status_code == 404  # of another dossier
    assert client.get(to("page_picture", other.pk, document.pk, 2)).status_code == 404  # no such page
    assert client.get(to("dossier", other.pk), {"look": "x", "page": "99999"}).status_code == 200
    elsewhere = as_(a_member(Role.SPECIALIST, a_centre("chi-nhanh-4", "H26.30.4")))
    assert elsewhere.get(to("page_picture", other.pk, document.pk, 1)).status_code == 404
    files.path_of(document.sha256).unlink()
    assert client.get(to("page_picture", other.pk, document.pk, 1)).status_code == 410


def test_more_papers_with_files_cost_no_more_statements(as_: As) -> None:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    dossier, client, counts = a_dossier(state=State.PROCESSING), as_(Role.SPECIALIST), []
    for number in range(dossier.papers.count()):
        document = handed_in(dossier, a_pdf(pages=number + 1), "giay.pdf")
        dossier.papers.filter(pk=dossier.papers.order_by("order")[number].pk).update(document=document)
        client.get(to("dossier", dossier.pk))
        with CaptureQueriesContext(connection) as seen:
            client.get(to("dossier", dossier.pk))
        counts.append(len(seen))
    assert len(counts) > 1 and len(set(counts)) == 1
