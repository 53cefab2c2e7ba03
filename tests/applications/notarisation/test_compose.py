"""A certified PDF says what the law wants, holds every page of the scan, and comes out the same each time."""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from applications.notarisation import compose as composing
from applications.notarisation.compose import BadScan, CopyText
from portal.filekinds import JPEG, PDF, PNG, TIFF, WEBP
from tests.applications.notarisation.composed import compose
from tests.factories.certifications import a_picture
from tests.moments import hanoi

TEXT = CopyText(
    number="0007",
    register="01/2026 - SCT/BS",
    title="Giấy chứng nhận quyền sử dụng đất",
    at=hanoi("2026-11-23 10:26"),
    issuer="Chi nhánh số 3",
    issuer_above="Trung tâm Phục vụ hành chính công thành phố Hà Nội",
    signer="Nguyễn Thị Mẫu",
    signer_title="Người thực hiện chứng thực",
    pages=3,
    copies=2,
    code="H26.30.3-261123-0012",
    link="https://portal.example/t/abcdefghijklmnopqrstuv/",
    is_demo=False,
)
A4 = (595, 842)


def tiff(*sizes: tuple[int, int]) -> bytes:
    frames = [Image.new("L", size, 200) for size in sizes]
    out = io.BytesIO()
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:], dpi=(150, 150))
    return out.getvalue()


def pdf_of(*sizes: tuple[int, int], rotate: int = 0) -> bytes:
    with pikepdf.new() as pdf:
        for size in sizes:
            page = pdf.add_blank_page(page_size=size)
            page.Contents = pdf.make_stream(b"1 0 0 rg 0 0 50 50 re f")
            if rotate:
                page.Rotate = rotate
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def words(content: bytes, tmp_path: Path) -> str:
    path = tmp_path / "copy.pdf"
    path.write_bytes(content)
    said = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True, text=True).stdout
    return " ".join(said.split())


def sizes_of(content: bytes) -> list[tuple[int, int]]:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return [(round(float(page.mediabox[2])), round(float(page.mediabox[3]))) for page in pdf.pages]


def test_it_says_what_the_law_wants_in_whole_vietnamese(tmp_path: Path) -> None:
    said = words(compose(a_picture(), JPEG, TEXT).content, tmp_path)
    for sentence in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "CHỨNG THỰC BẢN SAO ĐÚNG VỚI BẢN CHÍNH",
        "Số chứng thực: 0007; quyển số: 01/2026 - SCT/BS",
        "“Giấy chứng nhận quyền sử dụng đất”",
        "3 (ba) trang",
        "2 (hai) bản",
        "Ngày 23 tháng 11 năm 2026",
        "NGƯỜI THỰC HIỆN CHỨNG THỰC",
        "Nguyễn Thị Mẫu",
        "Dấu giáp lai",
        "Trang 1/2",
        "Trang 2/2",
        "H26.30.3-261123-0012",
    ):
        assert sentence in said, sentence
    assert "TRÌNH DIỄN" not in said


def test_a_copy_of_the_demo_says_on_each_page_that_it_is_worth_nothing(tmp_path: Path) -> None:
    said = words(compose(tiff((600, 800), (600, 800)), TIFF, replace(TEXT, is_demo=True)).content, tmp_path)
    assert said.count("KHÔNG CÓ GIÁ TRỊ PHÁP LÝ") == 3


@pytest.mark.parametrize(
    ("media_type", "scan"),
    [
        (JPEG, a_picture("JPEG")),
        (PNG, a_picture("PNG")),
        (WEBP, a_picture("WEBP")),
        (TIFF, tiff((600, 800))),
        (PDF, pdf_of(A4)),
    ],
)
def test_every_kind_of_scan_becomes_a_page_and_the_page_of_certification(media_type: str, scan: bytes) -> None:
    made = compose(scan, media_type, TEXT)
    assert made.pages == 2
    assert sizes_of(made.content) == [A4, A4]


def test_each_page_shows_its_own_part_of_the_scan_and_wide_ones_lie_wide(tmp_path: Path) -> None:
    made = compose(tiff((600, 800), (810, 610), (620, 820)), TIFF, TEXT)
    assert sizes_of(made.content) == [A4, (842, 595), A4, A4]
    (tmp_path / "c.pdf").write_bytes(made.content)
    listed = subprocess.run(["pdfimages", "-list", tmp_path / "c.pdf"], capture_output=True, check=True, text=True)
    rows = [line.split() for line in listed.stdout.splitlines()[2:]]
    assert [(row[0], row[3], row[4]) for row in rows if row[2] == "image"] == [
        ("1", "600", "800"),
        ("2", "810", "610"),
        ("3", "620", "820"),
    ]


def test_a_page_turned_by_its_scanner_is_shown_upright() -> None:
    assert sizes_of(compose(pdf_of((842, 595), rotate=90), PDF, TEXT).content)[0] == A4
    assert sizes_of(compose(pdf_of(A4, rotate=270), PDF, TEXT).content)[0] == (842, 595)


def held_upright(kind: str, mode: str = "RGB") -> bytes:
    """What a camera makes that is held upright: a picture on its side, and a word that it is."""
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    Image.new(mode, (877, 620)).save(out, kind, exif=exif)
    return out.getvalue()


@pytest.mark.parametrize(
    ("media_type", "scan"),
    [
        (JPEG, held_upright("JPEG")),
        (JPEG, held_upright("JPEG", "CMYK")),
        (PNG, held_upright("PNG")),
        (WEBP, held_upright("WEBP")),
        (TIFF, held_upright("TIFF")),
    ],
)
def test_a_picture_lies_as_its_camera_was_held(media_type: str, scan: bytes) -> None:
    assert sizes_of(compose(scan, media_type, TEXT).content)[0] == A4


def test_the_scan_stays_within_the_sheet_and_clear_of_its_edge(tmp_path: Path) -> None:
    black = io.BytesIO()
    Image.new("L", (600, 849), 0).save(black, "PNG")
    (tmp_path / "c.pdf").write_bytes(compose(black.getvalue(), PNG, TEXT).content)
    subprocess.run(
        ["pdftoppm", "-r", "40", "-gray", "-f", "1", "-l", "1", tmp_path / "c.pdf", tmp_path / "p"], check=True
    )
    with Image.open(next(tmp_path.glob("p*.pgm"))) as page:
        dark = page.point(lambda dot: 255 if dot < 60 else 0).crop((0, 0, page.width, int(page.height * 0.94)))
        left, top, right, bottom = dark.getbbox()  # type: ignore[misc]
    assert left > 5 and top > 5 and right < page.width - 5
    assert bottom < page.height * 0.95
    assert right - left > page.width * 0.85, "as large as the sheet allows"


def test_a_transparent_picture_gets_a_white_ground() -> None:
    clear = io.BytesIO()
    Image.new("RGBA", (60, 80), (0, 0, 0, 0)).save(clear, "PNG")
    with pikepdf.open(io.BytesIO(compose(clear.getvalue(), PNG, TEXT).content)) as pdf:
        form = next(iter(pdf.pages[0].resources.XObject.values()))
        image = pikepdf.PdfImage(next(iter(form.Resources.XObject.values()))).as_pil_image()
    assert image.convert("RGB").getpixel((30, 40)) == (255, 255, 255)


def test_no_script_and_no_link_of_the_scan_gets_into_the_copy() -> None:
    with pikepdf.open(io.BytesIO(pdf_of(A4))) as pdf:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        out = io.BytesIO()
        pdf.save(out)
    content = compose(out.getvalue(), PDF, TEXT).content
    assert b"JavaScript" not in content and b"OpenAction" not in content


def photographs(pages: int) -> bytes:
    """A TIFF of many pages with JPEG inside, as scanners write them."""
    frames = [Image.effect_noise((200, 280), 40 + number).convert("RGB").convert("YCbCr") for number in range(pages)]
    out = io.BytesIO()
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:], compression="jpeg")
    return out.getvalue()


def test_the_same_scan_and_words_give_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    scans = {"one": (tiff((600, 800), (800, 600)), TIFF), "two": (photographs(3), TIFF), "three": (pdf_of(A4, A4), PDF)}
    here = {name: compose(*scan, TEXT).content for name, scan in scans.items()}
    assert {name: compose(*scan, TEXT).content for name, scan in scans.items()} == here
    (tmp_path / "asked").write_bytes(pickle.dumps({name: (*scan, TEXT) for name, scan in scans.items()}))
    script = (
        "import django, pathlib, pickle, sys; django.setup();"
        "from tests.applications.notarisation.composed import compose;"
        "asked = pickle.loads(pathlib.Path(sys.argv[1]).read_bytes());"
        "made = {name: compose(*what).content for name, what in asked.items()};"
        "pathlib.Path(sys.argv[2]).write_bytes(pickle.dumps(made))"
    )
    arguments = [sys.executable, "-c", script, tmp_path / "asked", tmp_path / "made"]
    subprocess.run(
        arguments, check=True, env={**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "PYTHONHASHSEED": "7"}
    )
    assert pickle.loads((tmp_path / "made").read_bytes()) == here


def pictures_in(content: bytes) -> list[bytes]:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        forms = [next(iter(page.resources.XObject.values())) for page in list(pdf.pages)[:-1]]
        return [next(iter(form.Resources.XObject.values())).read_raw_bytes() for form in forms]


def test_however_few_pages_are_in_memory_at_a_time_each_is_in_the_copy_once(monkeypatch: pytest.MonkeyPatch) -> None:
    scan = photographs(7)
    at_once = compose(scan, TIFF, TEXT)
    beats: list[int] = []
    monkeypatch.setattr(composing, "PICTURES_AT_A_TIME", 3)
    by_three = compose(scan, TIFF, TEXT, lambda: beats.append(1))
    assert compose(scan, TIFF, TEXT) == by_three, "to the byte"
    assert len(beats) == 7 + 3 + 3, "a long scan says that it goes on"
    monkeypatch.setattr(composing, "BYTES_AT_A_TIME", 1)
    for made in (by_three, compose(scan, TIFF, TEXT)):
        assert made.pages == 8 and pictures_in(made.content) == pictures_in(at_once.content)
        assert sizes_of(made.content) == sizes_of(at_once.content)


def test_pages_that_were_photographs_stay_small_and_others_keep_every_dot(tmp_path: Path) -> None:
    for scan, kind in ((photographs(1), "jpeg"), (tiff((600, 800)), "image")):
        (tmp_path / "c.pdf").write_bytes(compose(scan, TIFF, TEXT).content)
        listed = subprocess.run(["pdfimages", "-list", tmp_path / "c.pdf"], capture_output=True, check=True, text=True)
        assert listed.stdout.splitlines()[2].split()[8] == kind


def test_other_words_give_other_bytes() -> None:
    scan = a_picture()
    assert compose(scan, JPEG, TEXT).content != compose(scan, JPEG, replace(TEXT, number="0008")).content


@pytest.mark.parametrize(
    ("media_type", "scan"),
    [(PDF, b"%PDF-1.7 nothing"), (PDF, pdf_of()), (JPEG, a_picture()[:300]), (TIFF, b"II*\x00"), (PNG, b"")],
)
def test_a_scan_that_cannot_be_read_is_said_to_be_bad(media_type: str, scan: bytes) -> None:
    with pytest.raises(BadScan):
        compose(scan, media_type, TEXT)
