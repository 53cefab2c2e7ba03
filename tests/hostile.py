"""Files made to do harm: to whoever reads them, or to the machine that does."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache

import pikepdf
from PIL import Image

from tests.factories.certifications import a_picture

A4 = (595, 842)
Change = Callable[[pikepdf.Pdf], None]


def _saved(pdf: pikepdf.Pdf, **how: object) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **how)
    return out.getvalue()


def a_pdf(change: Change = lambda _pdf: None, pages: int = 1) -> bytes:
    with pikepdf.new() as pdf:
        for _page in range(pages):
            page = pdf.add_blank_page(page_size=A4)
            page.Contents = pdf.make_stream(b"1 0 0 rg 0 0 50 50 re f")
        change(pdf)
        return _saved(pdf)


def _script(**more: object) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)", **more)


def _runs_when_opened(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = _script()


def _runs_after_a_jump(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(
        S=pikepdf.Name.GoTo, D=[pdf.pages[0].obj, pikepdf.Name.Fit], Next=[_script()]
    )


def _has_a_named_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=["run", _script()]))


def _runs_when_a_page_is_shown(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].AA = pikepdf.Dictionary(O=_script())


def _starts_a_program(pdf: pikepdf.Pdf) -> None:
    launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 99, 99], A=launch)
    pdf.pages[0].Annots = pdf.make_indirect([pdf.make_indirect(link)])


def _carries_a_file(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["virus.exe"] = b"MZ of somebody"


SCRIPTS: dict[str, Change] = {
    "a script when opened": _runs_when_opened,
    "a script after a jump": _runs_after_a_jump,
    "a script by name": _has_a_named_script,
    "a script of a page": _runs_when_a_page_is_shown,
    "a program": _starts_a_program,
    "a file inside": _carries_a_file,
}


def stream_bomb(unfolded: int = 100_000_000) -> bytes:
    """A page whose drawing unfolds to so many bytes."""
    pack = zlib.compressobj(9)
    blanks = b" " * 1_000_000
    packed = b"".join([*(pack.compress(blanks) for _part in range(unfolded // len(blanks))), pack.flush()])

    def put(pdf: pikepdf.Pdf) -> None:
        stream = pikepdf.Stream(pdf, b"")
        stream.write(packed, filter=pikepdf.Name.FlateDecode)
        pdf.pages[0].Contents = stream

    return a_pdf(put)


def endless_drawing(deep: int = 12) -> bytes:
    """Drawings of drawings, ten times each: nobody sees the end of it."""

    def put(pdf: pikepdf.Pdf) -> None:
        inner = pdf.make_stream(b"0 0 9 9 re f", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, *A4])
        for _level in range(deep):
            inner = pdf.make_stream(
                b"/X Do " * 10, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, *A4],
                Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=inner)),
            )  # fmt: skip
        pdf.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=inner))
        pdf.pages[0].Contents = pdf.make_stream(b"/X Do")

    return a_pdf(put)


def picture_bomb() -> bytes:
    """30,000 x 30,000 dots in a hundred kilobytes."""
    out = io.BytesIO()
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        Image.new("1", (30_000, 30_000)).save(out, "PNG")
    finally:
        Image.MAX_IMAGE_PIXELS = limit
    return out.getvalue()


def picture_of_nothing() -> bytes:
    """The same size in full colour, said in its first bytes only."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    size = (30_000).to_bytes(4, "big") * 2
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size + b"\x08\x02\x00\x00\x00")
        + chunk(b"IDAT", zlib.compress(b"\0" * 10_000)) + chunk(b"IEND", b"")
    )  # fmt: skip


def a_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("virus.exe", b"MZ of somebody")
    return out.getvalue()


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * 50_000_000)
    return out.getvalue()


def pdf_and_zip() -> bytes:
    return a_pdf() + a_zip()


def page_and_pdf() -> bytes:
    return b"<html><script>alert(1)</script><!--\n" + a_pdf() + b"\n-->"


def picture_and_zip() -> bytes:
    return a_picture() + a_zip()


def locked_pdf() -> bytes:
    with pikepdf.open(io.BytesIO(a_pdf())) as pdf:
        return _saved(pdf, encryption=pikepdf.Encryption(user="secret", owner="owner"))


@cache
def ten_thousand_pages() -> bytes:
    def more(pdf: pikepdf.Pdf) -> None:
        for _page in range(9_999):
            pdf.pages.append(pdf.pages[0])

    return a_pdf(more)


def cut_off() -> bytes:
    whole = a_pdf(pages=20)
    return whole[: len(whole) * 2 // 3]


def endless_references() -> bytes:
    """Each table of contents names the other as the one before it."""
    body = (
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>\nendobj\n"
    )
    places = [body.index(b"%d 0 obj" % number) for number in (1, 2, 3)]
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)

    def table(before: int) -> bytes:
        return b"xref\n0 4\n0000000000 65535 f \n" + rows + b"trailer\n<< /Size 4 /Root 1 0 R /Prev %010d >>\n" % before

    first = len(body)
    second = first + len(table(0))
    return body + table(second) + table(first) + b"startxref\n%d\n%%%%EOF\n" % second


def endless_pages() -> bytes:
    """A tree of pages that holds itself."""

    def loop(pdf: pikepdf.Pdf) -> None:
        pages = pdf.Root.Pages
        pages.Kids.append(pages)

    with pikepdf.open(io.BytesIO(a_pdf())) as pdf:
        loop(pdf)
        return _saved(pdf)


# By the name it comes under: the file, and the code of the sentence that refuses it.
REFUSED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    **{what: ("scan.pdf", lambda put=put: a_pdf(put), "upload_active") for what, put in SCRIPTS.items()},
    "a bomb of a page": ("scan.pdf", stream_bomb, "upload_unreadable"),
    "a bomb of a picture": ("scan.png", picture_bomb, "upload_too_many_dots"),
    "a picture of 900 million dots": ("scan.png", picture_of_nothing, "upload_too_many_dots"),
    "a bomb of an archive": ("scan.zip", zip_bomb, "upload_not_supported"),
    "a PDF and an archive": ("scan.pdf", pdf_and_zip, "upload_two_in_one"),
    "a web page and a PDF": ("scan.pdf", page_and_pdf, "upload_two_in_one"),
    "a picture and an archive": ("scan.jpg", picture_and_zip, "upload_two_in_one"),
    "a locked PDF": ("scan.pdf", locked_pdf, "upload_locked"),
    "ten thousand pages": ("scan.pdf", ten_thousand_pages, "upload_too_many_pages"),
    "a PDF cut off": ("scan.pdf", cut_off, "upload_unreadable"),
    "endless references": ("scan.pdf", endless_references, "upload_unreadable"),
    "endless pages": ("scan.pdf", endless_pages, "upload_unreadable"),
    "a drawing without end": ("scan.pdf", endless_drawing, "page_not_shown"),
}


def all_refused() -> Iterator[tuple[str, str, bytes, str]]:
    for what, (name, make, code) in REFUSED.items():
        yield what, name, make(), code
