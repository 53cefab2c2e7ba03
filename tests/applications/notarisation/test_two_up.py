"""Two pages of a certified copy on each printed sheet, with the cross-seal's place on the sheets after the first."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from applications.notarisation.compose import CopyText
from applications.notarisation.two_up import two_up
from applications.notarisation.versions import newest_of
from citizens.models import Look
from portal import files
from portal.filekinds import JPEG, PDF, TIFF
from tests.applications.notarisation.composed import compose
from tests.applications.notarisation.signed import filed
from tests.applications.notarisation.test_compose import A4, TEXT, pdf_of, sizes_of, tiff
from tests.factories.certifications import a_picture, an_approved_item

LYING = (842, 595)
SEAL = "Dấu giáp lai"


def printed(content: bytes) -> tuple[bytes, int]:
    out = io.BytesIO()
    sheets = two_up(io.BytesIO(content), out)
    return out.getvalue(), sheets


def words_of(content: bytes, folder: Path, page: int, box: tuple[int, int, int, int] | None = None) -> str:
    """What stands on one page, or in a part of it: left, top, width and height in points."""
    (folder / "printed.pdf").write_bytes(content)
    pages = ["-f", str(page), "-l", str(page), "-r", "72"]
    at = [text for key, value in zip("xyWH", box or (), strict=False) for text in (f"-{key}", str(value))]
    said = subprocess.run(
        ["pdftotext", *pages, *at, folder / "printed.pdf", "-"], capture_output=True, check=True, text=True
    ).stdout
    return " ".join(said.split())


@pytest.mark.parametrize(("pages", "sheets"), [(1, 1), (2, 2), (3, 2), (4, 3)])
def test_two_pages_stand_side_by_side_in_order(pages: int, sheets: int, tmp_path: Path) -> None:
    content, made = printed(compose(tiff(*[(600, 800)] * pages), TIFF, TEXT).content)
    assert made == sheets and sizes_of(content) == [LYING] * sheets
    for number in range(pages + 1):
        half = (421 * (number % 2), 0, 421, 595)
        assert f"Trang {number + 1}/{pages + 1}" in words_of(content, tmp_path, number // 2 + 1, half), number


def test_the_copys_pages_after_the_first_say_where_the_cross_seal_goes(tmp_path: Path) -> None:
    content = compose(tiff((600, 800), (800, 600), (600, 800)), TIFF, TEXT).content
    said = [words_of(content, tmp_path, number) for number in (1, 2, 3, 4)]
    assert [SEAL in words for words in said] == [False, True, True, True]
    # On the edge, where nothing of the scan is.
    for number, (width, height) in enumerate(sizes_of(content), 1):
        edge = (width - 17, height // 2 - 60, 17, 120)
        assert (words_of(content, tmp_path, number, edge) != "") == (number > 1), number


def test_the_print_has_it_once_on_each_sheet_after_the_first(tmp_path: Path) -> None:
    one, _count = printed(compose(a_picture(), JPEG, TEXT).content)
    assert not seen_at_the_edge(one, tmp_path, 1)
    more, count = printed(compose(tiff(*[(600, 800)] * 4), TIFF, TEXT).content)
    assert [seen_at_the_edge(more, tmp_path, number) for number in range(1, count + 1)] == [False, True, True]


def seen_at_the_edge(content: bytes, folder: Path, page: int) -> bool:
    """Whether anything is drawn within 6 mm of the right edge."""
    (folder / "printed.pdf").write_bytes(content)
    part = ["-f", str(page), "-l", str(page), "-r", "150", "-x", "1720", "-y", "0", "-W", "34", "-H", "1240"]
    subprocess.run(["pdftoppm", *part, "-singlefile", "-gray", folder / "printed.pdf", folder / "edge"], check=True)
    with Image.open(folder / "edge.pgm") as edge:
        return min(edge.getdata()) < 200


def visible(content: bytes, folder: Path) -> str:
    """The words that a reader sees of the first page: what was clipped away is still in the file, but not in its picture."""
    (folder / "printed.pdf").write_bytes(content)
    pages = ["-f", "1", "-l", "1"]
    subprocess.run(["pdftocairo", "-pdf", *pages, folder / "printed.pdf", folder / "seen.pdf"], check=True)
    said = subprocess.run(["pdftotext", folder / "seen.pdf", "-"], capture_output=True, check=True, text=True).stdout
    return " ".join(said.split())


def test_pictures_stay_as_they_are_and_a_lying_page_is_turned(tmp_path: Path) -> None:
    content, _count = printed(compose(pdf_of(LYING, A4), PDF, TEXT).content)
    (tmp_path / "printed.pdf").write_bytes(content)
    listed = subprocess.run(
        ["pdfimages", "-list", tmp_path / "printed.pdf"], capture_output=True, check=True, text=True
    ).stdout
    rows = [line.split() for line in listed.splitlines()[2:]]
    scans = [row for row in rows if row[8] == "jpeg"]
    assert len(scans) == 2 and all(abs(int(row[12]) - int(row[13])) < 3 for row in scans), "not stretched"
    with pikepdf.open(io.BytesIO(content)) as pdf:
        drawn = (
            pdf.pages[0].Contents.read_bytes()
            if isinstance(pdf.pages[0].Contents, pikepdf.Stream)
            else b"".join(part.read_bytes() for part in pdf.pages[0].Contents)
        )
    assert b"q 0.0000 0.7" in drawn, "turned by a quarter, and as large as the half sheet allows"


def test_the_stamps_of_the_signatures_are_printed(
    signed_copy: bytes, unsigned_copy: tuple[bytes, CopyText], tmp_path: Path
) -> None:
    content, _count = printed(signed_copy)
    said = visible(content, tmp_path)
    assert "Ký số bởi: Nguyễn Thị Mẫu" in said and "Cơ quan ký số" in said


@pytest.mark.django_db
def test_the_desk_prints_the_finished_copy_and_it_is_a_look(
    client: Client, settings: Any, django_assert_max_num_queries: Any
) -> None:
    settings.LANGUAGE_CODE = "en"
    item = filed(compose(a_picture(), JPEG, TEXT).content)
    client.force_login(item.certification.requested_by)
    address = reverse("applications:two_up", args=[item.pk])
    assert address in client.get(reverse("applications:certification", args=[item.pk])).content.decode()
    before = Look.objects.count()
    with django_assert_max_num_queries(10):
        answer = client.get(address)
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "application/pdf" and sizes_of(content) == [LYING]
    assert Look.objects.count() == before + 1
    assert item.output is not None
    files.path_of(newest_of(item.output.sha256)).unlink()
    assert client.get(address).status_code == 410


@pytest.mark.django_db
def test_a_copy_that_is_not_made_yet_has_nothing_to_print(client: Client) -> None:
    item = an_approved_item()
    client.force_login(item.certification.requested_by)
    assert client.get(reverse("applications:two_up", args=[item.pk])).status_code == 404
