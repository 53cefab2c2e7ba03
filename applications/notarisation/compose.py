"""A certified copy as a PDF/A: the scan's pages and the words of certification (Decree 23/2015; Circular 01/2020/TT-BTP).

Pure: the same scan and the same words give the same bytes, so a job that died between keeping the file and noting it
makes that very file again, and the store, which goes by content, still holds one.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import img2pdf
import pikepdf
import segno
from django.utils.translation import gettext_lazy as _
from PIL import Image

from applications.notarisation.archival import draw_pages
from portal import clock, pdf
from portal.errors import RuleBroken
from portal.filekinds import IMAGE_FORMATS, JPEG, PDF
from portal.vn.dates import date_in_words
from portal.vn.money import number_in_words

_MM = 72 / 25.4
# Room around the scan for the words on each page's edge (mm: left, bottom, right, top).
_EDGES = (6.0, 16.0, 6.0, 6.0)
# What the libraries say about scans that they cannot put on a page.
_UNREADABLE = (
    pikepdf.PdfError,
    img2pdf.ImageOpenError,
    img2pdf.JpegColorspaceError,
    img2pdf.UnsupportedColorspaceError,
    img2pdf.PdfTooLargeError,
    OSError,
    SyntaxError,
    ValueError,
    RuntimeError,
)


class BadScan(RuleBroken):
    """The scan cannot be put on a page; only a new scan helps."""

    def __init__(self) -> None:
        super().__init__(_("The scan cannot be read any more. Please scan the paper again."), code="scan_unreadable")


@dataclass(frozen=True)
class CopyText:
    """What is written on the copy. ``number`` and ``register`` as in the book: ``0007``, ``01/2026 - SCT/BS``.

    ``pages`` are those of the original, ``code`` is what the copy is checked by and ``link`` the page that checks it;
    ``is_signed`` leaves room for the stamps of the signatures; ``is_demo`` marks a paper of no legal worth.
    """

    number: str
    register: str
    title: str
    at: datetime
    issuer: str
    issuer_above: str
    signer: str
    signer_title: str
    pages: int
    copies: int
    code: str
    link: str
    is_demo: bool
    is_signed: bool = False

    template: ClassVar[str] = "official/certified_copy.html"


@dataclass(frozen=True)
class SignerText:
    """Somebody whose signature is certified: who they are, and by which paper."""

    name: str
    paper: str
    number: str
    issued: str
    by_fingerprint: bool
    from_language: str = ""
    to_language: str = ""


@dataclass(frozen=True, kw_only=True)
class SignatureText(CopyText):
    """What is written on the page that certifies signatures (Circular 01/2020/TT-BTP, at a one-stop counter):
    ``officer`` received the paper and saw it signed, ``signer`` certifies it."""

    officer: str
    place: str
    signatories: tuple[SignerText, ...]
    is_translation: bool = False

    template: ClassVar[str] = "official/certified_signature.html"


@dataclass(frozen=True)
class Composed:
    """A finished PDF and its number of pages, the page of certification included."""

    content: bytes
    pages: int


def compose(scan: bytes, media_type: str, text: CopyText, beat: Callable[[], None] = lambda: None) -> Composed:
    """The certified PDF: each page of the scan on A4, and the page of certification. Raises ``BadScan`` or ``NotNow``.

    ``media_type`` is one of those that ``portal.uploads`` accepts; ``beat`` is called while a long scan is drawn.
    """
    try:
        with pikepdf.open(io.BytesIO(_as_pdf(scan, media_type, beat))) as source:
            return _assemble(source, text)
    except _UNREADABLE as error:
        raise BadScan from error


def _as_pdf(scan: bytes, media_type: str, beat: Callable[[], None]) -> bytes:
    if media_type == PDF:
        with tempfile.TemporaryDirectory(prefix="certified-") as folder:
            return _of_pictures([page.read_bytes() for page in draw_pages(scan, Path(folder), beat)])
    if media_type == JPEG and _is_plain(scan):
        return _of_pictures([scan])
    return _of_pictures(_plain_frames(scan, IMAGE_FORMATS[media_type]))


def _of_pictures(pictures: list[bytes]) -> bytes:
    # The dots say the shape; their size does not matter, as the page is fitted to the sheet.
    size = img2pdf.get_fixed_dpi_layout_fun((300, 300))
    made: bytes = img2pdf.convert(pictures, nodate=True, rotation=img2pdf.Rotation.ifvalid, layout_fun=size)
    return made


def _is_plain(scan: bytes) -> bool:
    """Whether the JPEG can be put on the page as it is: the archive's one colour space is that of screens."""
    with Image.open(io.BytesIO(scan), formats=("JPEG",)) as image:
        return image.mode in ("L", "RGB")


def _plain_frames(scan: bytes, kind: str) -> list[bytes]:
    """Each frame as an opaque PNG: a PDF's picture has no transparency here, and WebP is unknown to it."""
    frames = []
    with Image.open(io.BytesIO(scan), formats=(kind,)) as image:
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            out = io.BytesIO()
            _opaque(image).save(out, "PNG")
            frames.append(out.getvalue())
    return frames


def _opaque(image: Image.Image) -> Image.Image:
    if image.mode in ("1", "L", "RGB"):
        return image
    if "A" in image.getbands() or "transparency" in image.info:
        layer = image.convert("RGBA")
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    return image.convert("L" if image.mode.startswith(("I", "F")) else "RGB")


def _assemble(source: pikepdf.Pdf, text: CopyText) -> Composed:
    pages = list(source.pages)
    if not pages:
        raise BadScan
    context = {
        "text": asdict(text),
        "sheets": [{"is_wide": _is_wide(page)} for page in pages],
        "total": len(pages) + 1,
        "day": clock.local(text.at),
        "day_in_words": date_in_words(clock.local_day(text.at)),
        "pages_in_words": number_in_words(text.pages),
        "copies_in_words": number_in_words(text.copies),
        "qr": segno.make(text.link, error="m", micro=False).svg_data_uri(border=2, scale=4),
    }
    with pikepdf.open(io.BytesIO(pdf.render(text.template, context, variant=pdf.Variant.ARCHIVE))) as out:
        for number, page in enumerate(pages):
            # The sheets share one table of resources, so each picture has a name of its own; the library's would be
            # random, and two runs would differ.
            _place(out, out.pages[number], page, pikepdf.Name(f"/Scan{number}"))
        _set_dates(out, text)
        made = io.BytesIO()
        out.save(made, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return Composed(made.getvalue(), len(out.pages))


def _is_wide(page: pikepdf.Page) -> bool:
    left, bottom, right, top = (float(number) for number in page.trimbox)
    turned = int(page.obj.get("/Rotate", 0)) % 180 != 0
    wide = abs(right - left) > abs(top - bottom)
    return wide != turned


def _place(out: pikepdf.Pdf, target: pikepdf.Page, page: pikepdf.Page, name: pikepdf.Name) -> None:
    """The scanned page as large as the sheet allows, under what is printed on its edge."""
    _x, _y, width, height = (float(number) for number in target.mediabox)
    left, bottom, right, top = (edge * _MM for edge in _EDGES)
    room = pikepdf.Rectangle(left, bottom, width - right, height - top)
    form = out.copy_foreign(page.as_form_xobject())
    target.add_resource(form, pikepdf.Name.XObject, name)
    placed = target.calc_form_xobject_placement(form, name, room, allow_shrink=True, allow_expand=True)
    target.contents_add(b"q\n" + placed + b"\nQ\n", prepend=True)


def _set_dates(out: pikepdf.Pdf, text: CopyText) -> None:
    """Title and moments of certification; in an archive's file both places must say the same."""
    moment = text.at.astimezone(UTC).replace(microsecond=0)
    with out.open_metadata(set_pikepdf_as_editor=False, update_docinfo=True) as kept:
        kept["dc:title"] = f"{text.title} ({text.number}, {text.register})"
        kept["dc:description"] = f"Kiểm tra bản sao tại {text.link}"
        kept["xmp:CreateDate"] = kept["xmp:ModifyDate"] = moment.isoformat()
