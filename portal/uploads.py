"""Files that come in: a limit while they arrive, and a look inside before anyone relies on them.

What a file is, its content says; a name that says something else is an honest mistake often enough that the answer
names both.
"""

from __future__ import annotations

import base64
import errno
import struct
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any, BinaryIO, cast

import pikepdf
import pillow_heif
from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import SkipFile, StopFutureHandlers, TemporaryFileUploadHandler
from django.forms import Form
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError

from portal.errors import BadInput, RuleBroken, Unavailable
from portal.filekinds import HEIC, IMAGE_FORMATS, JPEG, PDF, TIFF, WORDS, is_two_in_one, name_says, what_is
from portal.pdfscripts import does_more_than_show

TAKEN = {PDF, HEIC, *IMAGE_FORMATS}
ACCEPT = ".pdf,.jpg,.jpeg,.png,.tif,.tiff,.webp,.heic,.heif"
# An A3 sheet at 600 dots an inch. Pillow itself only warns, and later: a picture of a few KB may unfold to gigabytes.
MAX_PIXELS = 70_000_000
# What one page of a PDF may say when unpacked; the fullest drawings seen stay below a tenth of it.
MAX_PAGE_CONTENT_BYTES = 64 * 1024 * 1024
NAME_LENGTH = 200
# Of what came as HEIC: close to what the telephone itself would have made.
HEIC_AS_JPEG_QUALITY = 90
CHUNK_BYTES = 1024 * 1024
_TAIL_BYTES = 2048
_DISK_FULL = {errno.ENOSPC, errno.EDQUOT}
# Pillow's decoders raise whatever they trip over in a broken file: a tag's value no table knows, a length of nothing.
_BROKEN_IMAGE = (
    OSError, SyntaxError, ValueError, EOFError, TypeError, LookupError, ArithmeticError, AttributeError, RuntimeError,
    struct.error, zlib.error,
)  # fmt: skip
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Keeps what arrives in a temporary file, up to the limit of the address for all files of one request.

    A file past the limit is dropped and the rest of it read into nothing, so the browser gets an answer and the other
    fields of the form are still there. ``received_file`` or ``add_refusals`` then says what happened. A full disk ends
    the same way.
    """

    def __init__(self, request: HttpRequest | None = None):
        super().__init__(request)
        self._received, self._limit = 0, limit_of(request)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            self._refuse_when_full(error)
        # The handlers after this one would only make files of their own.
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._received += len(raw_data)
        if self._received > self._limit:
            self._refuse(too_large())
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            self._refuse_when_full(error)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        try:
            return super().file_complete(file_size)
        except OSError as error:
            if error.errno not in _DISK_FULL:
                raise
            self._note(store_full())
            return None

    def _refuse_when_full(self, error: OSError) -> None:
        if error.errno not in _DISK_FULL:
            raise error
        self._refuse(store_full())

    def _refuse(self, problem: RuleBroken) -> None:
        self._note(problem)
        raise SkipFile

    def _note(self, problem: RuleBroken) -> None:
        # The page is not ours to break here: the form asks for its file and then gets the sentence.
        if self.request is not None:
            refused_files(self.request)[str(self.field_name)] = problem


def limit_of(request: HttpRequest | None) -> int:
    """How many bytes this address takes."""
    # Resolved here: the form is read before the request has come as far as its view.
    with suppress(Resolver404, AttributeError):
        name = settings.UPLOAD_LIMITS.get(resolve(request.path_info).view_name)  # type: ignore[union-attr]
        if name is not None:
            return int(getattr(settings, name))
    return int(settings.UPLOAD_LIMIT_BYTES)


def refused_files(request: HttpRequest) -> dict[str, RuleBroken]:
    """The files of this request that were dropped on arrival, by field, with the reason."""
    if not hasattr(request, "_refused_files"):
        request._refused_files = {}  # type: ignore[attr-defined]
    return cast(dict[str, RuleBroken], request._refused_files)  # type: ignore[attr-defined]


def received_file(request: HttpRequest, name: str = "file") -> UploadedFile:
    """The uploaded file of this field. Raises ``BadInput`` (upload_missing, upload_too_large) or ``Unavailable``."""
    found = request.FILES.get(name)
    refused = refused_files(request).get(name)
    if refused is not None:
        raise refused
    if found is None:
        raise missing(name)
    return found


def path_of(upload: UploadedFile) -> Path:
    """Where the upload lies while its request lasts: ``LimitedUploadHandler`` keeps every file on disk."""
    return Path(cast(TemporaryUploadedFile, upload).temporary_file_path())


def add_refusals(form: Form, request: HttpRequest) -> int | None:
    """Say in the form which of its files were dropped on arrival: for fields that may be left empty, where nothing
    else would ask for the file. The status to answer with, ``None`` when all of them arrived."""
    status = None
    for name in form.fields:
        refused = refused_files(request).get(form.add_prefix(name))
        if refused is not None:
            form.add_error(name, str(refused))
            status = refused.status
    return status


def missing(name: str = "file") -> BadInput:
    return BadInput(_("Please scan or choose a file first."), code="upload_missing", field=name)


def too_large() -> BadInput:
    return BadInput(
        _("The file is larger than %(limit)s. Please scan in black and white or at 300 dots per inch, or in two parts.")
        % {"limit": filesizeformat(settings.UPLOAD_LIMIT_BYTES)},
        code="upload_too_large",
        field="file",
    )


def store_full() -> Unavailable:
    return Unavailable(
        _("The store for documents is full. Nothing was saved; please call support and try again."),
        code="store_full",
        field="file",
    )


@dataclass(frozen=True)
class Inspected:
    """An upload that can be relied on: what it is, how many pages, its size in bytes, and a name fit to keep."""

    media_type: str
    pages: int
    size: int
    name: str
    file: BinaryIO = field(repr=False)

    def chunks(self) -> Iterator[bytes]:
        """Its bytes from the start, for ``portal.files.store``."""
        self.file.seek(0)
        while chunk := self.file.read(CHUNK_BYTES):
            yield chunk


def inspect_upload(upload: UploadedFile, limit: int | None = None) -> Inspected:
    """Look inside a PDF, JPEG, PNG, TIFF, WebP or HEIC file before anything is done with it; ``limit`` is other than that of
    uploads. A HEIC comes out as the JPEG that everything else can read, the right way up.

    Raises ``BadInput`` with ``field="file"`` and one of the codes upload_empty, upload_too_large, upload_not_supported,
    upload_name_differs, upload_two_in_one, upload_locked, upload_active, upload_unreadable, upload_no_pages,
    upload_too_many_pages, upload_too_many_dots, upload_moving.
    """
    stream = cast(BinaryIO, upload.file)
    size = int(upload.size or 0)
    if size == 0:
        raise _bad("upload_empty", _("The file is empty. Please scan or choose it again."))
    if size > (limit or settings.UPLOAD_LIMIT_BYTES):
        raise too_large()
    name = _clean_name(upload.name or "")
    kind = what_is(stream)
    _check_name(name, kind)
    if kind in TAKEN and is_two_in_one(stream, kind):
        raise _bad("upload_two_in_one", _("This is two files in one. Please scan the paper, or save it as a new PDF."))
    if kind == PDF:
        pages = _pages_of_pdf(stream)
    elif kind in IMAGE_FORMATS:
        pages = _pages_of_image(stream, kind)
    elif kind == HEIC:
        return _as_jpeg(stream, name)
    elif kind == "unknown":
        raise _bad(
            "upload_not_supported",
            _("This kind of file is not taken. Please use a PDF, or a JPEG, PNG, TIFF, WebP or HEIC picture."),
        )
    else:
        raise _bad(
            "upload_not_supported",
            _("This is %(what)s. Please use a PDF, or a JPEG, PNG, TIFF, WebP or HEIC picture.")
            % {"what": WORDS[kind]},
        )
    if pages > settings.UPLOAD_LIMIT_PAGES:
        raise _bad(
            "upload_too_many_pages",
            _("The file has %(pages)s pages; the most is %(limit)s. Please scan it in parts.")
            % {"pages": pages, "limit": settings.UPLOAD_LIMIT_PAGES},
        )
    return Inspected(kind, pages, size, name, stream)


def _clean_name(name: str) -> str:
    return "".join(char for char in PurePath(name).name if char.isprintable())[-NAME_LENGTH:]


def _check_name(name: str, kind: str) -> None:
    said = name_says(name)
    if said not in TAKEN and kind not in TAKEN:
        return  # by its name or not, it is of no use here; that is said instead
    # An old Office file does not say which program made it.
    if said is None or said == kind or (kind == "office" and said in ("word", "excel", "powerpoint")):
        return
    raise _bad(
        "upload_name_differs",
        _("The file is called %(ending)s but is %(what)s. Please choose the right file, or scan again.")
        % {"ending": PurePath(name).suffix.lower(), "what": WORDS[kind]},
    )


def _pages_of_pdf(stream: BinaryIO) -> int:
    stream.seek(0)
    try:
        # By path where there is one: the library then reads only what it needs.
        with pikepdf.open(stream.name if _has_path(stream) else stream) as pdf:
            if pdf.is_encrypted:
                # Opens without being asked for anything, yet forbids what certification does to it.
                raise _bad(
                    "upload_locked",
                    _("The PDF is protected against changes. Please save it without protection, or scan the paper."),
                )
            pages = len(pdf.pages)
            if pages == 0:
                raise _bad("upload_no_pages", _("The PDF has no pages. Please scan again."))
            if pages <= settings.UPLOAD_LIMIT_PAGES:
                for page in pdf.pages:
                    _check_page(page)
                if does_more_than_show(pdf):
                    raise _active()
            if any("loop detected" in warning for warning in pdf.get_warnings()):
                raise _unreadable()
    except pikepdf.PasswordError as error:
        raise _bad(
            "upload_locked", _("The PDF is locked with a password. Please save it without one, or scan the paper.")
        ) from error
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, OSError, zlib.error) as error:
        raise _unreadable() from error
    if not _has_end(stream):
        raise _unreadable()
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
        raise _unreadable()
    contents = page.obj.get("/Contents")
    streams = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    left = MAX_PAGE_CONTENT_BYTES
    for part in streams:
        if isinstance(part, pikepdf.Stream):
            left -= _unpacked_size(part, left)
        if left <= 0:
            raise _unreadable()


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


def _pages_of_image(stream: BinaryIO, media_type: str) -> int:
    formats = (IMAGE_FORMATS[media_type],)
    try:
        stream.seek(0)
        with Image.open(stream, formats=formats) as image:
            _check_dots(image)
            image.verify()
        stream.seek(0)
        # After verify Pillow wants the file opened anew.
        with Image.open(stream, formats=formats) as image:
            frames = int(getattr(image, "n_frames", 1))
            if frames > 1 and media_type != TIFF:
                raise _bad("upload_moving", _("This is a moving picture. Please scan the paper again."))
            for frame in range(min(frames, settings.UPLOAD_LIMIT_PAGES)):
                image.seek(frame)
                _check_dots(image)
                image.load()
            return frames
    except _BOMB as error:
        raise _too_many_dots() from error
    except (UnidentifiedImageError, *_BROKEN_IMAGE) as error:
        raise _unreadable() from error


def _as_jpeg(stream: BinaryIO, name: str) -> Inspected:
    """The main picture of a HEIC file; what the telephone noted of place and time stays out of it."""
    try:
        stream.seek(0)
        heif = pillow_heif.open_heif(stream)
        picture = heif[heif.primary_index]
        _check_dots(picture)  # before any of it is decoded
        made = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=CHUNK_BYTES))  # noqa: SIM115 - as long as the upload
        picture.to_pillow().convert("RGB").save(made, "JPEG", quality=HEIC_AS_JPEG_QUALITY)
    except _BOMB as error:
        raise _too_many_dots() from error
    except _BROKEN_IMAGE as error:
        raise _unreadable() from error
    return Inspected(JPEG, 1, made.tell(), f"{PurePath(name).stem}.jpg"[-NAME_LENGTH:], made)


def _check_dots(image: Any) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise _too_many_dots()


def _too_many_dots() -> BadInput:
    return _bad(
        "upload_too_many_dots", _("The picture has too many dots. Please scan at 300 dots per inch, or at most 600.")
    )


def _active() -> BadInput:
    return _bad(
        "upload_active",
        _("The PDF holds a script, a program or another file. Please print it into a new PDF, or scan the paper."),
    )


def _unreadable() -> BadInput:
    return _bad("upload_unreadable", _("The file is damaged and cannot be opened. Please scan or choose it again."))


def _bad(code: str, message: Any) -> BadInput:
    return BadInput(message, code=code, field="file")
