"""Foreign PDF files as pictures of their pages: what an archive keeps holds no script, no font of its own, no form.

What a visible signature or a form's field shows becomes part of the picture. A page that a scanner made is one JPEG already, and
stays that one: drawn anew it would be larger and worse.
"""

from __future__ import annotations

import errno
import io
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import groupby
from pathlib import Path

import pikepdf
from django.conf import settings
from django.utils.translation import gettext_noop as _
from PIL import ExifTags, Image

from applications.notarisation.trouble import NotNow
from portal.pictures.drawing import CannotDraw, draw, is_too_large
from portal.uploads import MAX_PIXELS

PAGES_AT_A_TIME = 8
# What all pages of a scan may take together.
SECONDS_A_SCAN = 10 * 60
# What a scanner writes to place its picture, as packed in the file; whatever takes more shows more than one picture.
_PLACING_BYTES = 4096
# With less the renderer had no chance, whatever the file is like.
_ROOM_BYTES = 64 * 1024**2
# A scanner's page ends where its picture does, to a point.
_EDGE = 1.0
# The sheet shows the dots square, as almost every scanner makes them.
_STRETCH = 0.02
_COLOURS = ("/DeviceRGB", "/DeviceGray")
_ODD = (
    pikepdf.PikepdfError,
    Image.DecompressionBombError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    OSError,
    SyntaxError,
    RuntimeError,
)
# What would make a picture look otherwise than its bytes say.
_ALTERED = {"/SMask", "/Mask", "/Decode", "/DecodeParms", "/ImageMask", "/Alternates"}
NO_RENDERER = _(
    "The program that draws PDF pages is missing on the server. Please tell support; the number stays taken."
)


def draw_pages(source: Path, folder: Path, beat: Callable[[], None]) -> list[Path]:
    """A JPEG of each page of this PDF, upright, in ``folder``; ``beat`` is called as it goes on.

    Raises ``CannotDraw``, ``NotNow``, or what pikepdf says of a broken file.
    """
    # Not as a part of memory, where all of a long scan would stay.
    with pikepdf.open(source, access_mode=pikepdf.AccessMode.stream) as pdf:
        if len(pdf.pages) > settings.UPLOAD_LIMIT_PAGES:
            raise CannotDraw("too many pages")
        too_large: list[bool | None] = []
        for number, page in enumerate(pdf.pages, 1):
            scanned = None
            with suppress(*_ODD):  # whatever it is, it can be drawn
                scanned = _scanned(page)
            too_large.append(None if scanned else is_too_large(page))
            if scanned:
                (folder / f"scan-{number}.jpg").write_bytes(scanned)
    until = time.monotonic() + SECONDS_A_SCAN
    for first, last, are_too_large in _runs(too_large):
        _draw(source, folder, first, last, are_too_large, until - time.monotonic())
        beat()
    drawn = {int(path.stem.rpartition("-")[2]): path for path in folder.glob("*-*.jpg")}
    if sorted(drawn) != list(range(1, len(too_large) + 1)):
        raise CannotDraw("a page is missing")
    return [drawn[number] for number in sorted(drawn)]


def _scanned(page: pikepdf.Page) -> bytes | None:
    """The JPEG that the page consists of, all of it, upright; ``None`` for a page that is anything else."""
    if int(page.obj.get("/Rotate", 0)) % 360 or "/Annots" in page.obj:
        return None
    if _packed_size(page.obj.get("/Contents")) > _PLACING_BYTES:
        return None
    operations = [(str(one.operator), list(one.operands)) for one in pikepdf.parse_content_stream(page)]
    if [name for name, _operands in operations] != ["q", "cm", "Do", "Q"]:
        return None
    matrix = [float(number) for number in operations[1][1]]
    image = page.resources["/XObject"][str(operations[2][1][0])]
    colours = image.get("/ColorSpace")
    plain = colours in _COLOURS or (isinstance(colours, pikepdf.Array) and colours[0] == "/ICCBased")
    if not plain or image.get("/Filter") != "/DCTDecode" or set(image.keys()) & _ALTERED or not _fills(page, matrix):
        return None
    content = bytes(image.read_raw_bytes())
    with Image.open(io.BytesIO(content), formats=("JPEG",)) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            return None
        turned = picture.getexif().get(ExifTags.Base.Orientation, 1) != 1
        stretched = abs(matrix[0] * picture.height - matrix[3] * picture.width) > _STRETCH * matrix[3] * picture.width
        return content if picture.mode in ("L", "RGB") and not turned and not stretched else None


def _packed_size(contents: pikepdf.Object | None) -> int:
    """Bytes of what a page draws, without unfolding them: nobody knows to how many."""
    parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    return sum(len(part.read_raw_bytes()) for part in parts if isinstance(part, pikepdf.Stream))


def _fills(page: pikepdf.Page, matrix: list[float]) -> bool:
    """Whether what is placed by this matrix covers the page, edge to edge and upright."""
    width, skew, lean, height, left, bottom = matrix
    box = [float(number) for number in page.cropbox]
    placed = [left, bottom, left + width, bottom + height]
    return skew == lean == 0 and all(abs(one - other) <= _EDGE for one, other in zip(box, placed, strict=True))


def _runs(too_large: list[bool | None]) -> Iterator[tuple[int, int, bool]]:
    """First and last page (from 1) of what one call draws, and whether those pages are too large. ``None`` needs no call."""
    for kind, group in groupby(enumerate(too_large, 1), key=lambda one: one[1]):
        numbers = [number for number, _kind in group]
        for start in range(0, len(numbers), PAGES_AT_A_TIME) if kind is not None else ():
            run = numbers[start : start + PAGES_AT_A_TIME]
            yield run[0], run[-1], bool(kind)


def _draw(source: Path, folder: Path, first: int, last: int, too_large: bool, seconds_left: float) -> None:
    try:
        draw(source, folder, first, last, too_large=too_large, seconds=seconds_left)
    except FileNotFoundError as error:
        raise NotNow(NO_RENDERER, code="no_renderer") from error
    except CannotDraw as error:
        if shutil.disk_usage(folder).free < _ROOM_BYTES:
            raise OSError(errno.ENOSPC, "no room for the pages") from error
        raise
