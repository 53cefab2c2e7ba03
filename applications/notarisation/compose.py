"""A certified copy as a PDF/A: the scan's pages and the words of certification (Decree 23/2015; Circular 01/2020/TT-BTP).

Pure: the same scan and the same words give the same bytes, so a job that died between keeping the file and noting it
makes that very file again, and the store, which goes by content, still holds one.
"""

from __future__ import annotations

import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import img2pdf
import pikepdf
import segno
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from applications.notarisation.archival import draw_pages
from applications.notarisation.limits import little_memory
from portal import clock, pdf
from portal.errors import RuleBroken
from portal.filekinds import IMAGE_FORMATS, JPEG, PDF
from portal.uploads import MAX_PIXELS
from portal.vn.dates import date_in_words
from portal.vn.money import number_in_words

_MM = 72 / 25.4
# Room around the scan for the words on each page's edge (mm: left, bottom, right, top).
_EDGES = (6.0, 16.0, 6.0, 6.0)
PICTURES_AT_A_TIME, BYTES_AT_A_TIME = 64, 24 * 1024 * 1024
AS_PHOTOGRAPH: dict[str, Any] = {"format": "JPEG", "quality": 90}
AS_DRAWING: dict[str, Any] = {"format": "PNG"}
# What the libraries say about scans that they cannot put on a page, and what they trip over in one made to trip them.
_UNREADABLE = (
    pikepdf.PikepdfError,
    img2pdf.AlphaChannelError,
    img2pdf.ExifOrientationError,
    img2pdf.ImageOpenError,
    img2pdf.JpegColorspaceError,
    img2pdf.NegativeDimensionError,
    img2pdf.PdfTooLargeError,
    img2pdf.UnsupportedColorspaceError,
    Image.DecompressionBombError,
    MemoryError,
    OSError, SyntaxError, ValueError, RuntimeError, EOFError, TypeError, LookupError, ArithmeticError, AttributeError,
    struct.error, zlib.error,
)  # fmt: skip


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


def compose(scan: Path, media_type: str, text: CopyText, target: Path, beat: Callable[[], None] = lambda: None) -> int:
    """Write the certified PDF to ``target``: each page of the scan on A4, and the page of certification.

    Returns the number of its pages. Raises ``BadScan``, ``NotNow``, or ``OSError`` where the disk is at fault and not the
    scan. ``media_type`` is one of those that ``portal.uploads`` accepts; ``beat`` is called while a long scan is read.
    However long that is, only a few of its pages are in memory at a time; ``target``'s folder holds the others meanwhile.
    """
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        try:
            with little_memory():
                pictures = _pictures(scan, media_type, Path(folder), beat)
                scanned = list(_of_pictures(pictures, Path(folder), beat))
        except _UNREADABLE as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise BadScan from error
        return _assemble(scanned, text, target, beat)


def _pictures(scan: Path, media_type: str, folder: Path, beat: Callable[[], None]) -> list[Path]:
    """A file for each page, that can be put on a sheet as it is."""
    if media_type == PDF:
        return draw_pages(scan, folder, beat)
    if media_type == JPEG and _is_plain(scan):
        return [scan]
    return _plain_frames(scan, IMAGE_FORMATS[media_type], folder, beat)


def _of_pictures(pictures: list[Path], folder: Path, beat: Callable[[], None]) -> Iterator[Path]:
    """PDFs with a page for each picture, a few in each."""
    # The dots say the shape; their size does not matter, as the page is fitted to the sheet.
    size = img2pdf.get_fixed_dpi_layout_fun((300, 300))
    for number, some in enumerate(_few_at_a_time(pictures)):
        path = folder / f"scanned-{number}.pdf"
        with path.open("wb") as out:
            img2pdf.convert(some, outputstream=out, nodate=True, rotation=img2pdf.Rotation.ifvalid, layout_fun=size)
        beat()
        yield path


def _few_at_a_time(pictures: list[Path]) -> Iterator[list[Path]]:
    some: list[Path] = []
    size = 0
    for picture in pictures:
        weight = picture.stat().st_size
        if some and (len(some) == PICTURES_AT_A_TIME or size + weight > BYTES_AT_A_TIME):
            yield some
            some, size = [], 0
        some.append(picture)
        size += weight
    yield some


def _is_plain(scan: Path) -> bool:
    """Whether the JPEG can be put on the page as it is: the archive's one colour space is that of screens."""
    with Image.open(scan, formats=("JPEG",)) as image:
        return image.mode in ("L", "RGB")


def _plain_frames(scan: Path, kind: str, folder: Path, beat: Callable[[], None]) -> list[Path]:
    """Each frame as an opaque picture: a PDF's has no transparency here, and WebP is unknown to it."""
    frames = []
    with Image.open(scan, formats=(kind,)) as image:
        pages = getattr(image, "n_frames", 1)
        if pages > settings.UPLOAD_LIMIT_PAGES:
            raise ValueError("too many pages")
        for number in range(pages):
            image.seek(number)
            if image.width * image.height > MAX_PIXELS:
                raise ValueError("too many dots")
            # What lost its sharpness once stays as small; what did not loses nothing.
            is_photograph = image.info.get("compression") == "jpeg"
            path = folder / (f"frame-{number}.jpg" if is_photograph else f"frame-{number}.png")
            # The right way up for its camera, as it was looked at before it was signed.
            _opaque(ImageOps.exif_transpose(image)).save(path, **(AS_PHOTOGRAPH if is_photograph else AS_DRAWING))
            frames.append(path)
            beat()
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


def _assemble(scanned: list[Path], text: CopyText, target: Path, beat: Callable[[], None]) -> int:
    """Put the scanned pages on sheets with the words of certification, file by file: what the library copies from one PDF
    to another is in memory until that is written."""
    wide = [is_wide for path in scanned for is_wide in _wide_pages(path)]
    made = scanned[0].with_name("sheets.pdf")
    made.write_bytes(pdf.render(text.template, words_of(text, wide), variant=pdf.Variant.ARCHIVE))
    first = 0
    for path in scanned:
        with _opened(made) as out, _opened(path) as source:
            for number, page in enumerate(source.pages, first):
                # The sheets share one table of resources, so each picture has a name of its own; the library's would be
                # random, and two runs would differ.
                _place(out, out.pages[number], page, pikepdf.Name(f"/Scan{number}"))
            first += len(source.pages)
            if path == scanned[-1]:
                _set_dates(out, text)
            made = path.with_name(f"with-{path.name}")
            out.save(made, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        path.unlink()
        beat()
    made.replace(target)
    return first + 1


def _opened(path: Path) -> pikepdf.Pdf:
    """Not as a part of memory, where all of it would stay."""
    return pikepdf.open(path, access_mode=pikepdf.AccessMode.stream)


def _wide_pages(path: Path) -> list[bool]:
    with _opened(path) as source:
        return [_is_wide(page) for page in source.pages]


def words_of(text: CopyText, wide: list[bool]) -> dict[str, Any]:
    """What the template of the sheets is filled with; ``wide`` says of each page of the scan whether it lies on its side."""
    return {
        "text": asdict(text),
        "sheets": [{"is_wide": one} for one in wide],
        "total": len(wide) + 1,
        "day": clock.local(text.at),
        "day_in_words": date_in_words(clock.local_day(text.at)),
        "pages_in_words": number_in_words(text.pages),
        "copies_in_words": number_in_words(text.copies),
        "qr": segno.make(text.link, error="m", micro=False).svg_data_uri(border=2, scale=4),
    }


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
