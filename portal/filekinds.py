"""What a file is by its content, and what its name says it is."""

from __future__ import annotations

import zipfile
from pathlib import PurePath
from typing import Any, BinaryIO

import puremagic
from django.utils.translation import gettext_lazy as _

PDF, JPEG, PNG, TIFF, WEBP = "application/pdf", "image/jpeg", "image/png", "image/tiff", "image/webp"
# What telephones make; it is taken, and kept as a JPEG.
HEIC = "image/heic"
# What Pillow calls the pictures we take.
IMAGE_FORMATS = {JPEG: "JPEG", PNG: "PNG", TIFF: "TIFF", WEBP: "WEBP"}
_HEAD_BYTES = 4096
# Of pictures and archives that are known by their first bytes.
_STARTS = (b"\xff\xd8\xff", b"\x89PNG", b"II*\x00", b"MM\x00*", b"RIFF", b"GIF8", b"PK\x03\x04", b"BM")
# ISO/IEC 23008-12, annex B; "mif1" says only that there is a picture, and opening it shows of which kind.
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1"}

WORDS: dict[str, Any] = {
    PDF: _("a PDF"),
    JPEG: _("a JPEG picture"),
    PNG: _("a PNG picture"),
    TIFF: _("a TIFF picture"),
    WEBP: _("a WebP picture"),
    HEIC: _("a HEIC picture from a phone"),
    "picture": _("a picture of another kind"),
    "word": _("a Word document"),
    "excel": _("an Excel workbook"),
    "powerpoint": _("a PowerPoint presentation"),
    "office": _("an Office document"),
    "zip": _("a packed archive"),
    "program": _("a program"),
    "web": _("a web page"),
    "text": _("plain text"),
    "unknown": _("another kind of file"),
}
ENDINGS = {
    ".pdf": PDF,
    ".jpg": JPEG,
    ".jpeg": JPEG,
    ".jfif": JPEG,
    ".png": PNG,
    ".tif": TIFF,
    ".tiff": TIFF,
    ".webp": WEBP,
    ".heic": HEIC,
    ".heif": HEIC,
    ".hif": HEIC,
    ".doc": "word",
    ".docx": "word",
    ".xls": "excel",
    ".xlsx": "excel",
    ".ppt": "powerpoint",
    ".pptx": "powerpoint",
    ".zip": "zip",
    ".rar": "zip",
    ".exe": "program",
    ".html": "web",
    ".htm": "web",
    ".txt": "text",
}


def what_is(stream: BinaryIO) -> str:
    """What the content says it is: a media type we accept, or a key of ``WORDS``."""
    stream.seek(0)
    head = stream.read(_HEAD_BYTES)
    # A PDF may have up to 1,024 bytes before its mark (ISO 32000-1, annex H 3.4.1).
    if b"%PDF-" in head[:1024]:
        return PDF
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith((b"II*\x00", b"MM\x00*")):
        return TIFF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return HEIC
    if head.startswith(b"PK\x03\x04"):
        return _what_is_packed(stream)
    return _what_else(head)


def is_two_in_one(stream: BinaryIO, kind: str) -> bool:
    """Whether a PDF or picture is something else as well to whoever opens it as such: nobody's scanner makes that."""
    stream.seek(0)
    head = stream.read(_HEAD_BYTES)
    if kind == PDF and _is_of_another(head[: head.find(b"%PDF-")].strip()):
        return True
    stream.seek(0)
    return zipfile.is_zipfile(stream)


def _is_of_another(before: bytes) -> bool:
    """Whether what stands before a PDF's mark begins another kind of file; a printer's own words there are harmless."""
    return (
        before.startswith(_STARTS) or before[:1] == b"<" or _what_else(before) in ("web", "program", "picture", "zip")
    )


def _what_is_packed(stream: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "zip"
    for folder, kind in (("word/", "word"), ("xl/", "excel"), ("ppt/", "powerpoint")):
        if any(name.startswith(folder) for name in names):
            return kind
    return "zip"


def _what_else(head: bytes) -> str:
    try:
        endings = [match.extension.lower() for match in puremagic.magic_string(head)]
    except (puremagic.PureError, ValueError):
        endings = []
    media = endings[0] if endings else ""
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "office"
    if media in (".gif", ".bmp", ".dib", ".jp2", ".psd", ".avif", ".svg"):
        return "picture"
    if media in (".rar", ".7z", ".gz", ".tar", ".bz2", ".xz"):
        return "zip"
    if head.startswith((b"MZ", b"\x7fELF", b"#!")):
        return "program"
    if media in (".html", ".htm") or head.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
        return "web"
    return "text" if _is_text(head) else "unknown"


def _is_text(head: bytes) -> bool:
    try:
        # A character may be cut at the end of the head.
        text = head[:-4].decode() if len(head) == _HEAD_BYTES else head.decode()
    except UnicodeDecodeError:
        return False
    return all(char.isprintable() or char.isspace() for char in text)


def name_says(name: str) -> str | None:
    """What the name's ending says the file is: a media type, a key of ``WORDS``, or nothing we know."""
    return ENDINGS.get(PurePath(name).suffix.lower())
