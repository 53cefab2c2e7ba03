"""A look inside a file before anyone relies on it.

What a file is, its content says; a name that says something else is an honest mistake often enough that the answer
names both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from portal.filekinds import HEIC, IMAGE_FORMATS, JPEG, PDF, WORDS, is_two_in_one, name_says, what_is
from portal.uploads.pdfs import pages_of_pdf
from portal.uploads.pictures import as_jpeg, pages_of_image
from portal.uploads.refusals import refused, too_large

TAKEN = {PDF, HEIC, *IMAGE_FORMATS}
ACCEPT = ".pdf,.jpg,.jpeg,.png,.tif,.tiff,.webp,.heic,.heif"
NAME_LENGTH = 200
CHUNK_BYTES = 1024 * 1024


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
        raise refused("upload_empty", _("The file is empty. Please scan or choose it again."))
    if size > (limit or settings.UPLOAD_LIMIT_BYTES):
        raise too_large()
    name = _clean_name(upload.name or "")
    kind = what_is(stream)
    _check_name(name, kind)
    of_kind = settings.UPLOAD_TYPE_LIMITS.get(kind, 0)
    if limit is None and 0 < of_kind < size:
        raise too_large(of_kind)
    if kind in TAKEN and is_two_in_one(stream, kind):
        raise refused(
            "upload_two_in_one", _("This is two files in one. Please scan the paper, or save it as a new PDF.")
        )
    if kind == PDF:
        pages = pages_of_pdf(stream)
    elif kind in IMAGE_FORMATS:
        pages = pages_of_image(stream, kind)
    elif kind == HEIC:
        made = as_jpeg(stream)
        return Inspected(JPEG, 1, made.tell(), f"{PurePath(name).stem}.jpg"[-NAME_LENGTH:], made)
    elif kind == "unknown":
        raise refused(
            "upload_not_supported",
            _("This kind of file is not taken. Please use a PDF, or a JPEG, PNG, TIFF, WebP or HEIC picture."),
        )
    else:
        raise refused(
            "upload_not_supported",
            _("This is %(what)s. Please use a PDF, or a JPEG, PNG, TIFF, WebP or HEIC picture.")
            % {"what": WORDS[kind]},
        )
    if pages > settings.UPLOAD_LIMIT_PAGES:
        raise refused(
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
    raise refused(
        "upload_name_differs",
        _("The file is called %(ending)s but is %(what)s. Please choose the right file, or scan again.")
        % {"ending": PurePath(name).suffix.lower(), "what": WORDS[kind]},
    )
