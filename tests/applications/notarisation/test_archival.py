"""A foreign PDF becomes pictures of its pages: nothing else of it gets into an archive's file."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import img2pdf
import pikepdf
import pytest
from PIL import Image

from applications.notarisation.archival import NO_RENDERER, draw_pages
from applications.notarisation.compose import BadScan
from applications.notarisation.trouble import NotNow
from portal.filekinds import PDF
from portal.pictures import drawing
from portal.pictures.drawing import DOTS_PER_INCH, MOST_DOTS, CannotDraw
from tests.applications.notarisation.composed import compose
from tests.applications.notarisation.test_compose import A4, TEXT, pdf_of
from tests.factories.certifications import a_picture


def pages_of(content: bytes, folder: Path, beat: Callable[[], None] = lambda: None) -> list[Path]:
    (folder / "scan.pdf").write_bytes(content)
    return draw_pages(folder / "scan.pdf", folder, beat)


def drawn(content: bytes, folder: Path) -> list[tuple[int, int]]:
    sizes = []
    for path in pages_of(content, folder):
        with Image.open(path) as page:
            sizes.append(page.size)
    return sizes


def test_each_page_is_drawn_upright_and_in_order(tmp_path: Path) -> None:
    sizes = drawn(pdf_of(A4, (842, 595), *[A4] * 9), tmp_path)
    tall = round(842 / 72 * DOTS_PER_INCH)
    assert len(sizes) == 11
    assert [height > width for width, height in sizes] == [True, False, *[True] * 9]
    assert abs(sizes[0][1] - tall) <= 1


def scanned(*, rotate: int = 0, shift: int = 0) -> bytes:
    """What a scanner makes: a page that is one JPEG."""
    made = img2pdf.convert([a_picture()], layout_fun=img2pdf.get_layout_fun((595, 842)), nodate=True)
    with pikepdf.open(io.BytesIO(made)) as pdf:
        page = pdf.pages[0]
        page.Rotate = rotate
        if shift:
            page.contents_add(b"1 0 0 rg 0 0 9 9 re f")
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def test_what_a_scanner_made_stays_the_picture_it_is(tmp_path: Path) -> None:
    [page] = pages_of(scanned(), tmp_path)
    assert page.read_bytes() == a_picture()


@pytest.mark.parametrize("other", [{"rotate": 90}, {"shift": 1}])
def test_a_page_that_shows_more_than_its_picture_is_drawn(tmp_path: Path, other: dict[str, int]) -> None:
    [page] = pages_of(scanned(**other), tmp_path)
    assert page.read_bytes() != a_picture()


def test_a_picture_that_its_page_stretches_is_drawn_as_the_page_shows_it(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(scanned())) as pdf:
        page = pdf.pages[0]
        [name] = page.resources.XObject.keys()
        page.MediaBox = [0, 0, 842, 595]
        page.Contents = pdf.make_stream(f"q 842 0 0 595 0 0 cm {name} Do Q".encode())
        page.CropBox = page.MediaBox
        out = io.BytesIO()
        pdf.save(out)
    [(width, height)] = drawn(out.getvalue(), tmp_path)
    assert width > height


def test_scanned_and_other_pages_keep_their_order(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(pdf_of((842, 595), A4))) as pdf, pikepdf.open(io.BytesIO(scanned())) as other:
        pdf.pages.insert(1, other.pages[0])
        out = io.BytesIO()
        pdf.save(out)
    pages = pages_of(out.getvalue(), tmp_path)
    assert [page.read_bytes() == a_picture() for page in pages] == [False, True, False]
    assert [width > height for width, height in drawn(out.getvalue(), tmp_path)] == [True, False, False]


def test_a_page_as_large_as_a_wall_is_drawn_no_larger_than_a3(tmp_path: Path) -> None:
    assert max(max(size) for size in drawn(pdf_of((14_000, 14_000), A4, (200, 14_000)), tmp_path)) <= MOST_DOTS + 1


def test_a_long_scan_says_that_it_goes_on(tmp_path: Path) -> None:
    beats: list[int] = []
    pages_of(pdf_of(*[(100, 100)] * 20), tmp_path, lambda: beats.append(1))
    assert len(beats) == 3


def test_nothing_of_the_foreign_file_but_its_picture_is_in_the_copy() -> None:
    with pikepdf.open(io.BytesIO(pdf_of(A4))) as pdf:
        pdf.attachments["virus.exe"] = b"MZ of somebody"
        pdf.Root.AA = pikepdf.Dictionary(WC=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)"))
        pdf.pages[0].Annots = pdf.make_indirect(
            [pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9],
                                A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://elsewhere.example"))]
        )  # fmt: skip
        out = io.BytesIO()
        pdf.save(out)
    with pikepdf.open(io.BytesIO(compose(out.getvalue(), PDF, TEXT).content)) as made:
        assert not made.attachments and "/AA" not in made.Root
        assert "/Annots" not in made.pages[0]
        images = [
            thing for thing in made.objects if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == "/Image"
        ]
        assert [str(image.ColorSpace) for image in images] == ["/DeviceRGB"]


def test_a_missing_renderer_is_a_matter_for_support_and_not_for_the_scan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "RENDERER", "pdftoppm-is-not-here")
    with pytest.raises(NotNow) as missing:
        compose(pdf_of(A4), PDF, TEXT)
    assert missing.value.message == NO_RENDERER


def test_a_renderer_that_gives_up_or_takes_for_ever_is_a_bad_scan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "RENDERER", "false")
    with pytest.raises(CannotDraw):
        pages_of(pdf_of(A4), tmp_path)

    def too_slow(*_what: object, **_more: object) -> None:
        raise subprocess.TimeoutExpired("pdftoppm", 1)

    monkeypatch.setattr(drawing.subprocess, "run", too_slow)
    with pytest.raises(BadScan):
        compose(pdf_of(A4), PDF, TEXT)
