"""What is inside a PDF: its pages, counted, and nothing that locks, unfolds without end or does more than show."""

from __future__ import annotations

import base64
import zlib
from typing import BinaryIO

import pikepdf
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.pdfscripts import does_more_than_show
from portal.uploads.refusals import active, refused, unreadable

# What one page of a PDF may say when unpacked; the fullest drawings seen stay below a tenth of it.
MAX_PAGE_CONTENT_BYTES = 64 * 1024 * 1024
_TAIL_BYTES = 2048


def pages_of_pdf(stream: BinaryIO) -> int:
    """How many it has, each of them looked at. Raises ``BadInput``."""
    stream.seek(0)
    try:
        # By path where there is one: the library then reads only what it needs.
        with pikepdf.open(stream.name if _has_path(stream) else stream) as pdf:
            if pdf.is_encrypted:
                # Opens without being asked for anything, yet forbids what certification does to it.
                raise refused(
                    "upload_locked",
                    _("The PDF is protected against changes. Please save it without protection, or scan the paper."),
                )
            pages = len(pdf.pages)
            if pages == 0:
                raise refused("upload_no_pages", _("The PDF has no pages. Please scan again."))
            if pages <= settings.UPLOAD_LIMIT_PAGES:
                for page in pdf.pages:
                    _check_page(page)
                if does_more_than_show(pdf):
                    raise active()
            if any("loop detected" in warning for warning in pdf.get_warnings()):
                raise unreadable()
    except pikepdf.PasswordError as error:
        raise refused(
            "upload_locked", _("The PDF is locked with a password. Please save it without one, or scan the paper.")
        ) from error
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, OSError, zlib.error) as error:
        raise unreadable() from error
    if not _has_end(stream):
        raise unreadable()
    return pages


def _has_path(stream: BinaryIO) -> bool:
    return isinstance(getattr(stream, "name", None), str)


def _has_end(stream: BinaryIO) -> bool:
    """Whether the end mark is there: the library mends a file that was cut off, and silently loses its last pages."""
    length = stream.seek(0, 2)
    stream.seek(max(0, length - _TAIL_BYTES))
    return b"%%EOF" in stream.read()


def _check_page(page: pikepdf.Page) -> None:
    """Refuse a page without a sensible size, or whose few bytes unfold to more than a worker can hold."""
    box = [float(number) for number in page.mediabox]
    if len(box) != 4 or box[2] - box[0] == 0 or box[3] - box[1] == 0:
        raise unreadable()
    contents = page.obj.get("/Contents")
    streams = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    left = MAX_PAGE_CONTENT_BYTES
    for part in streams:
        if isinstance(part, pikepdf.Stream):
            left -= _unpacked_size(part, left)
        if left <= 0:
            raise unreadable()


def _unpacked_size(part: pikepdf.Stream, limit: int) -> int:
    """Bytes of the stream once unpacked, or ``limit`` where they are that many, or nobody can say without unpacking."""
    raw = part.read_raw_bytes()
    filters = part.get("/Filter")
    given = list(filters) if isinstance(filters, pikepdf.Array) else [] if filters is None else [filters]
    names = [_FILTERS.get(str(name), str(name)) for name in given]
    if len(names) > 2:
        return limit
    # What only writes bytes as letters makes them fewer; then at most one that unfolds.
    while names and names[0] in _LETTERS:
        raw = _LETTERS[names.pop(0)](raw)
    if not names:
        return len(raw)
    if names == ["/FlateDecode"]:
        return len(zlib.decompressobj().decompress(raw, limit))
    return min(limit, len(raw) * _UNFOLDS[names[0]]) if len(names) == 1 and names[0] in _UNFOLDS else limit


def _from_hex(raw: bytes) -> bytes:
    digits = b"".join(raw.partition(b">")[0].split())
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


def _from_ascii85(raw: bytes) -> bytes:
    return base64.a85decode(raw.partition(b"~>")[0].removeprefix(b"<~"), ignorechars=b" \t\n\r\v\f\0")


# Filters by their short names too, which readers take anywhere.
_FILTERS = {"/Fl": "/FlateDecode", "/AHx": "/ASCIIHexDecode", "/A85": "/ASCII85Decode", "/LZW": "/LZWDecode",
            "/RL": "/RunLengthDecode"}  # fmt: skip
_LETTERS = {"/ASCIIHexDecode": _from_hex, "/ASCII85Decode": _from_ascii85}
# The most that one byte can become: LZW's longest string, 3,838 bytes, for each 12 bits; a run of 128 for two bytes.
_UNFOLDS = {"/LZWDecode": 2559, "/RunLengthDecode": 64}
