"""Pages of a scan as pictures for the signer: of every kind of file that is taken, within bounds, never the file itself."""

from __future__ import annotations

import io
from threading import BoundedSemaphore
from typing import Any

import pikepdf
import pytest
from PIL import Image

from applications.notarisation import pictures
from applications.notarisation.pictures import MOST_DOTS, page_picture
from portal import files
from portal.errors import Gone, Unavailable
from portal.filekinds import JPEG, PDF, PNG, TIFF
from tests.factories.certifications import a_picture


def pages(kind: str, *colours: str, size: tuple[int, int] = (620, 877), **save: Any) -> str:
    """A file with a page of each colour, in the store; its hash."""
    first, *others = [Image.new("RGB", size, colour) for colour in colours]
    out = io.BytesIO()
    first.save(out, kind, save_all=True, append_images=others, **save)
    return files.store([out.getvalue()]).sha256


def drawn(sha256: str, media_type: str, number: int = 1) -> Image.Image:
    picture = Image.open(io.BytesIO(page_picture(sha256, media_type, number)))
    assert picture.format == "JPEG"
    return picture


def test_each_page_of_a_pdf_and_each_frame_of_a_tiff_is_drawn() -> None:
    for kind, media_type in (("PDF", PDF), ("TIFF", TIFF)):
        sha256 = pages(kind, "red", "blue")
        for number, colour in ((1, (254, 0, 0)), (2, (0, 0, 254))):
            seen = drawn(sha256, media_type, number).getpixel((100, 100))
            assert all(abs(one - other) < 12 for one, other in zip(seen, colour, strict=True)), (kind, number)  # type: ignore[arg-type]


def test_a_large_page_is_made_small_and_what_is_seen_through_lies_on_white() -> None:
    sha256 = files.store([a_picture("JPEG", (4000, 5600))]).sha256
    assert max(drawn(sha256, JPEG).size) == MOST_DOTS
    clear = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(clear, "PNG")
    assert drawn(files.store([clear.getvalue()]).sha256, PNG).getpixel((10, 10)) == (255, 255, 255)


def test_a_page_as_large_as_a_wall_is_drawn_as_large_as_a_sheet() -> None:
    wall = pikepdf.new()
    wall.add_blank_page(page_size=(14_000, 14_000))
    out = io.BytesIO()
    wall.save(out)
    assert drawn(files.store([out.getvalue()]).sha256, PDF).size == (MOST_DOTS, MOST_DOTS)


@pytest.mark.parametrize(
    ("content", "media_type"), [(b"%PDF-1.7 nothing", PDF), (b"no picture", JPEG), (b"x", "text/plain")]
)
def test_what_cannot_be_drawn_is_said(content: bytes, media_type: str) -> None:
    with pytest.raises(Gone):
        page_picture(files.store([content]).sha256, media_type, 1)


def test_a_page_that_is_not_there_or_a_lost_file_is_said() -> None:
    with pytest.raises(Gone):
        page_picture(pages("TIFF", "red"), TIFF, 2)
    with pytest.raises(Gone):
        page_picture("0" * 64, PDF, 1)


def test_only_a_few_are_drawn_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = BoundedSemaphore(1)
    busy.acquire()
    monkeypatch.setattr(pictures, "_AT_ONCE", busy)
    monkeypatch.setattr(pictures, "_WAIT_SECONDS", 0.01)
    with pytest.raises(Unavailable):
        page_picture("0" * 64, PDF, 1)
