"""Every bad upload ends in a sentence, and a large one fills neither memory nor disk."""

from __future__ import annotations

import base64
import errno
import io
import os
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest
from django.test import RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from portal.errors import BadInput, Unavailable
from portal.uploads import arriving, inspect_upload, pdfs, pictures, received_file

pytestmark = pytest.mark.usefixtures("in_english")


def pdf_of(pages: int, **save: object) -> bytes:
    with pikepdf.new() as pdf:
        for _number in range(pages):
            page = pdf.add_blank_page(page_size=(595, 842))
            page.Contents = pdf.make_stream(b"0 0 m 100 100 l S")
        out = io.BytesIO()
        pdf.save(out, **save)  # type: ignore[arg-type]
        return out.getvalue()


def picture(kind: str, size: tuple[int, int] = (40, 30), **save: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind, **save)
    return out.getvalue()


def tiff_of(pages: int) -> bytes:
    frames = [Image.new("1", (60, 80), 1) for _number in range(pages)]
    out = io.BytesIO()
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:])
    return out.getvalue()


def packed(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, b"<x/>")
    return out.getvalue()


def refusal(name: str, content: bytes) -> BadInput:
    with pytest.raises(BadInput) as caught:
        inspect_upload(SimpleUploadedFile(name, content))
    assert caught.value.field == "file"
    assert str(caught.value).endswith(".")
    return caught.value


@pytest.mark.parametrize(
    ("name", "content", "media_type", "pages"),
    [
        ("giấy tờ.pdf", pdf_of(3), "application/pdf", 3),
        ("scan.JPG", picture("JPEG"), "image/jpeg", 1),
        ("scan.png", picture("PNG"), "image/png", 1),
        ("scan.tif", tiff_of(4), "image/tiff", 4),
        ("scan.webp", picture("WEBP"), "image/webp", 1),
        ("no-ending", pdf_of(1), "application/pdf", 1),
        ("with.odd-ending", picture("PNG"), "image/png", 1),
    ],
)
def test_a_good_file_is_known_by_its_content(name: str, content: bytes, media_type: str, pages: int) -> None:
    found = inspect_upload(SimpleUploadedFile(name, content))
    assert (found.media_type, found.pages, found.size, found.name) == (media_type, pages, len(content), name)
    assert b"".join(found.chunks()) == content
    assert b"".join(found.chunks()) == content, "it can be read again"


# 64 by 48 dots, navy, by an Apple (data/make_heic.py).
HEIC = (Path(__file__).parents[1] / "data" / "iphone.heic").read_bytes()


@pytest.mark.parametrize("name", ["IMG_0001.HEIC", "ảnh.heif", "no-ending"])
def test_a_picture_of_an_iphone_comes_out_as_a_jpeg(name: str) -> None:
    found = inspect_upload(SimpleUploadedFile(name, HEIC))
    content = b"".join(found.chunks())
    assert (found.media_type, found.pages, found.size) == ("image/jpeg", 1, len(content))
    assert found.name == name.rpartition(".")[0] + ".jpg" if "." in name else "no-ending.jpg"
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.size) == ("JPEG", (64, 48))
        assert image.getpixel((9, 9))[2] > 100


def test_where_an_iphone_was_does_not_come_with_its_picture() -> None:
    assert b"Apple" in HEIC
    assert b"Apple" not in b"".join(inspect_upload(SimpleUploadedFile("a.heic", HEIC)).chunks())


@pytest.mark.parametrize(
    "content",
    [b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", HEIC[:300], HEIC[:-100], HEIC[:40] + os.urandom(400)],
)
def test_a_broken_heic_is_refused(content: bytes) -> None:
    assert refusal("a.heic", content).code == "upload_unreadable"


def test_a_heic_of_too_many_dots_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", 1000)
    monkeypatch.setattr("pi_heif.HeifImage.to_pillow", lambda _self: pytest.fail("decoded"))
    assert refusal("a.heic", HEIC).code == "upload_too_many_dots"


def test_an_empty_file_is_refused() -> None:
    assert refusal("scan.pdf", b"").code == "upload_empty"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("scan.pdf", packed("word/document.xml", "[Content_Types].xml"), "Word document"),
        ("scan.pdf", packed("xl/workbook.xml"), "Excel workbook"),
        ("scan.pdf", packed("holiday/photo.jpg"), "packed archive"),
        ("scan.pdf", picture("JPEG"), "JPEG picture"),
        ("scan.jpg", pdf_of(1), "a PDF"),
        ("scan.docx", pdf_of(1), "a PDF"),
        ("scan.pdf", b"MZ\x90\x00" + bytes(200), "a program"),
        ("scan.pdf", b"<html><body>hello", "web page"),
        ("scan.pdf", "Tôi không phải PDF".encode(), "plain text"),
        ("scan.pdf", bytes(range(128, 256)) * 4, "another kind"),
        ("scan.exe", pdf_of(1), "a PDF"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_named(name: str, content: bytes, words: str) -> None:
    problem = refusal(name, content)
    assert problem.code == "upload_name_differs"
    assert words in str(problem)
    assert name[name.rindex(".") :] in str(problem)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("letter.docx", packed("word/document.xml"), "Word document"),
        ("letter.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Office document"),
        ("photo.avif", b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif", "picture of another kind"),
        ("moving.gif", picture("GIF"), "picture of another kind"),
        ("page.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", ""),
        ("nothing", bytes(range(128, 256)) * 4, "not taken"),
    ],
)
def test_a_kind_that_cannot_be_certified_is_named(name: str, content: bytes, words: str) -> None:
    problem = refusal(name, content)
    assert problem.code == "upload_not_supported"
    assert words in str(problem)


def test_a_pdf_with_a_password_is_refused() -> None:
    locked = pdf_of(1, encryption=pikepdf.Encryption(user="secret", owner="secret2"))
    assert refusal("scan.pdf", locked).code == "upload_locked"


def test_a_pdf_that_opens_but_forbids_changes_is_refused() -> None:
    locked = pdf_of(1, encryption=pikepdf.Encryption(user="", owner="only-the-owner"))
    problem = refusal("scan.pdf", locked)
    assert problem.code == "upload_locked"
    assert "protected" in str(problem)


def test_a_pdf_without_pages_is_refused() -> None:
    assert refusal("scan.pdf", pdf_of(0)).code == "upload_no_pages"


@pytest.mark.parametrize("keep", [20, 200, 0.3, 0.8])
def test_a_pdf_that_was_cut_off_is_refused(keep: float) -> None:
    whole = pdf_of(5)
    cut = whole[: keep if isinstance(keep, int) else int(len(whole) * keep)]
    assert refusal("scan.pdf", cut).code == "upload_unreadable"


def test_a_pdf_of_noise_is_refused() -> None:
    assert refusal("scan.pdf", b"%PDF-1.7\n" + os.urandom(4000) + b"%%EOF").code in (
        "upload_unreadable",
        "upload_no_pages",
    )


def test_too_many_pages_are_refused(settings: object) -> None:
    settings.UPLOAD_LIMIT_PAGES = 4  # type: ignore[attr-defined]
    assert inspect_upload(SimpleUploadedFile("a.pdf", pdf_of(4))).pages == 4
    for name, content in (("a.pdf", pdf_of(5)), ("a.tif", tiff_of(5))):
        problem = refusal(name, content)
        assert problem.code == "upload_too_many_pages"
        assert "5" in str(problem)


def test_a_page_that_unfolds_to_gigabytes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfs, "MAX_PAGE_CONTENT_BYTES", 1_000_000)
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        stream = pikepdf.Stream(pdf, b"")
        stream.write(zlib.compress(b" " * 5_000_000), filter=pikepdf.Name.FlateDecode)
        page.Contents = stream
        out = io.BytesIO()
        pdf.save(out)
    assert refusal("scan.pdf", out.getvalue()).code == "upload_unreadable"


def _page_with(content: bytes, *filters: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        stream = pikepdf.Stream(pdf, b"")
        names = [pikepdf.Name("/" + name) for name in filters]
        stream.write(content, filter=names[0] if len(names) == 1 else pikepdf.Array(names))
        page.Contents = stream
        pdf.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


BLANKS = b" " * 5_000_000


@pytest.mark.parametrize(
    ("content", "filters"),
    [
        (zlib.compress(BLANKS).hex().encode() + b">", ["ASCIIHexDecode", "FlateDecode"]),
        (base64.a85encode(zlib.compress(BLANKS)) + b"~>", ["ASCII85Decode", "FlateDecode"]),
        (zlib.compress(BLANKS), ["Fl"]),
        (zlib.compress(zlib.compress(BLANKS)), ["FlateDecode", "FlateDecode"]),
        (b"\x81 " * 20_000 + b"\x80", ["RunLengthDecode"]),
        (zlib.compress(b"\x81 " * 20_000), ["FlateDecode", "RunLengthDecode"]),
        (b"\x80\x0b\x60\x50" * 1000, ["LZWDecode"]),
        (b"00>", ["ASCIIHexDecode", "ASCIIHexDecode", "FlateDecode"]),
    ],
)
def test_filters_one_after_another_are_measured_or_refused(
    content: bytes, filters: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdfs, "MAX_PAGE_CONTENT_BYTES", 1_000_000)
    assert refusal("scan.pdf", _page_with(content, *filters)).code == "upload_unreadable"


@pytest.mark.parametrize(
    ("content", "filters"),
    [
        (zlib.compress(b"0 0 m").hex().encode() + b">", ["ASCIIHexDecode", "FlateDecode"]),
        (base64.a85encode(zlib.compress(b"0 0 m")) + b"~>", ["ASCII85Decode", "FlateDecode"]),
        (b"302030206d>", ["ASCIIHexDecode"]),
        (b"\x040 0 m\x80", ["RunLengthDecode"]),
    ],
)
def test_honest_filters_one_after_another_pass(content: bytes, filters: list[str]) -> None:
    assert inspect_upload(SimpleUploadedFile("scan.pdf", _page_with(content, *filters))).pages == 1


def test_a_picture_with_too_many_dots_is_refused_before_it_is_unpacked() -> None:
    # 100 million dots in under 100 KB.
    bomb = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 100_000
    assert refusal("scan.png", bomb.getvalue()).code == "upload_too_many_dots"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_picture_that_was_cut_off_is_refused(kind: str) -> None:
    whole = picture(kind, (400, 300))
    assert refusal("scan", whole[: len(whole) // 2]).code == "upload_unreadable"


def test_a_picture_whose_second_page_says_nonsense_is_refused() -> None:
    whole = tiff_of(2)
    # The tag "compression" (0x0103, a short) of the last page, with a value that no decoder knows.
    place = whole.rindex(b"\x03\x01\x03\x00\x01\x00\x00\x00") + 8
    assert refusal("scan.tif", whole[:place] + b"\xff\xff" + whole[place + 2 :]).code == "upload_unreadable"


def test_a_moving_picture_is_refused() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    assert refusal("scan.webp", out.getvalue()).code == "upload_moving"


def test_a_name_keeps_neither_folders_nor_control_characters() -> None:
    found = inspect_upload(SimpleUploadedFile("../../etc/gi\x00ấy\n.pdf", pdf_of(1)))
    assert found.name == "giấy.pdf"


@settings(max_examples=150, deadline=None)
@given(
    whole=st.sampled_from(
        [
            pdf_of(2),
            picture("JPEG"),
            picture("PNG"),
            picture("TIFF"),
            picture("WEBP"),
            HEIC,
            tiff_of(2),
            packed("word/a.xml"),
        ]
    ),
    at=st.floats(0, 1),
    noise=st.binary(min_size=1, max_size=12),
)
def test_a_damaged_file_is_refused_or_readable_but_never_an_error(whole: bytes, at: float, noise: bytes) -> None:
    place = int(at * len(whole))
    damaged = whole[:place] + noise + whole[place + len(noise) :]
    try:
        assert inspect_upload(SimpleUploadedFile("scan", damaged)).pages >= 1
    except BadInput as problem:
        assert problem.code.startswith("upload_")


class Body(io.RawIOBase):
    """A request's body made while it is read: a field, a file of so many bytes, and a field after it."""

    def __init__(self, size: int, name: str = "scan.pdf"):
        super().__init__()
        self.head = (
            b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nbefore\r\n'
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="' + name.encode() + b'"\r\n'
            b"Content-Type: application/pdf\r\n\r\n"
        )
        self.tail = b'\r\n--b\r\nContent-Disposition: form-data; name="copies"\r\n\r\n3\r\n--b--\r\n'
        self.length = len(self.head) + size + len(self.tail)
        self.source = self._parts(size)
        self.rest = b""
        self.given = 0

    def _parts(self, size: int) -> Iterator[bytes]:
        yield self.head
        block = bytes(65536)
        while size > 0:
            yield block[: min(size, len(block))]
            size -= len(block)
        yield self.tail

    def read(self, size: int = -1) -> bytes:
        while len(self.rest) < size or size < 0:
            part = next(self.source, None)
            if part is None:
                break
            self.rest += part
        out, self.rest = (self.rest[:size], self.rest[size:]) if size >= 0 else (self.rest, b"")
        self.given += len(out)
        return out


def request_with(body: Body) -> HttpRequest:
    environ = RequestFactory()._base_environ(
        REQUEST_METHOD="POST", CONTENT_TYPE="multipart/form-data; boundary=b", CONTENT_LENGTH=str(body.length)
    )
    return WSGIRequest({**environ, "wsgi.input": body})


@pytest.fixture
def folder(settings: object, tmp_path: Path) -> Path:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)  # type: ignore[attr-defined]
    settings.UPLOAD_LIMIT_BYTES = 1_000_000  # type: ignore[attr-defined]
    return tmp_path


def test_a_file_within_the_limit_arrives_whole(folder: Path) -> None:
    request = request_with(Body(900_000))
    assert request.POST["copies"] == "3"
    assert received_file(request).size == 900_000


def test_two_hundred_megabytes_leave_a_sentence_and_the_other_fields(folder: Path) -> None:
    written: list[int] = []
    request = request_with(body := Body(200_000_000))
    original = arriving.TemporaryFileUploadHandler.receive_data_chunk

    def counting(self: arriving.TemporaryFileUploadHandler, raw: bytes, start: int) -> None:
        written.append(len(raw))
        original(self, raw, start)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arriving.TemporaryFileUploadHandler, "receive_data_chunk", counting)
        assert (request.POST["title"], request.POST["copies"]) == ("before", "3")
    assert sum(written) <= 1_000_000
    assert body.given == body.length, "the browser could send it all and so reads the answer"
    assert list(folder.iterdir()) == [], "nothing is left on the disk"
    with pytest.raises(BadInput) as caught:
        received_file(request)
    assert caught.value.code == "upload_too_large"
    assert "file" not in request.FILES


def test_no_file_is_asked_for() -> None:
    with pytest.raises(BadInput) as caught:
        received_file(RequestFactory().post("/", {"title": "x"}))
    assert caught.value.code == "upload_missing"


def test_a_full_disk_is_said_and_the_fields_are_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(arriving.TemporaryFileUploadHandler, "receive_data_chunk", full)
    request = request_with(Body(1000))
    assert request.POST["copies"] == "3"
    with pytest.raises(Unavailable) as caught:
        received_file(request)
    assert caught.value.code == "store_full"


@pytest.mark.parametrize("name", ["scan.exe", "scan.zip", "scan"])
def test_bytes_of_no_known_kind_are_not_said_to_be_something_else(name: str) -> None:
    problem = refusal(name, bytes(range(128, 256)) * 4)
    assert problem.code == "upload_not_supported"
    assert (
        str(problem) == "This kind of file is not taken. Please use a PDF, or a JPEG, PNG, TIFF, WebP or HEIC picture."
    )
