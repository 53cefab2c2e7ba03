"""A page of a scan as a picture on a screen: drawn when it is asked for, small enough to be looked at, never the file itself."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore
from typing import BinaryIO

import pikepdf
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from portal import files
from portal.errors import Gone, Unavailable
from portal.filekinds import IMAGE_FORMATS, PDF
from portal.pictures.drawing import draw_page

DOTS_PER_INCH = 110
# A page wider or higher than this on the screen is drawn as large as this.
MOST_DOTS = 1800
JPEG_QUALITY = 80
SECONDS = 10
PAGE_LOST = "page_lost"
# A page is asked for by its own request: so many are drawn at a time in one process, and no more wait for long.
_AT_ONCE = BoundedSemaphore(2)
_WAIT_SECONDS = 10
_ODD = (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError)


def page_picture(sha256: str, media_type: str, number: int) -> bytes:
    """Page ``number``, from 1, as a JPEG. Raises ``Gone`` where it cannot be drawn, ``Unavailable`` while too many are."""
    with _one_of_few():
        try:
            if media_type == PDF:
                with files.local(sha256) as path:
                    return _of_pdf(path, number)
            with files.open_stored(sha256) as content:
                return _of_picture(content, IMAGE_FORMATS[media_type], number)
        except FileNotFoundError as error:  # of the store or the renderer: another time it may be there
            raise Gone(_("The file is not in the store. Please call support."), code="file_lost") from error
        except (*_ODD, LookupError, pikepdf.PdfError) as error:
            raise page_lost() from error


def page_lost() -> Gone:
    return Gone(_("This page cannot be shown. Open the paper itself at the desk."), code=PAGE_LOST)


@contextmanager
def _one_of_few() -> Iterator[None]:
    if not _AT_ONCE.acquire(timeout=_WAIT_SECONDS):
        raise Unavailable(_("Many pages are being drawn now. Please look again in a moment."), code="busy")
    try:
        yield
    finally:
        _AT_ONCE.release()


def _of_pdf(path: Path, number: int) -> bytes:
    with tempfile.TemporaryDirectory(prefix="shown-") as folder:
        return _small(Image.open(draw_page(path, Path(folder), number, dots=DOTS_PER_INCH, seconds=SECONDS)))


def _of_picture(content: BinaryIO, kind: str, number: int) -> bytes:
    with Image.open(content, formats=(kind,)) as image:
        image.seek(number - 1)
        return _small(ImageOps.exif_transpose(image))


def _small(image: Image.Image) -> bytes:
    ground = Image.new("RGB", image.size, "white")
    layer = image.convert("RGBA")
    ground.paste(layer, mask=layer.getchannel("A"))
    ground.thumbnail((MOST_DOTS, MOST_DOTS))
    out = io.BytesIO()
    ground.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()
