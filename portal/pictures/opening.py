"""One page of a file that ``portal.uploads`` has looked into, as a picture the right way up for its camera."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import BinaryIO

import pikepdf
from PIL import Image, ImageOps

from portal.filekinds import IMAGE_FORMATS, PDF
from portal.pictures.drawing import draw_page

_POINTS = 72
_ODD = (
    pikepdf.PdfError, OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError,
    RuntimeError, Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip


class CannotOpen(ValueError):
    """The page cannot be shown; whoever made the file may have meant something that we cannot draw."""


def open_page(path: Path, media_type: str, number: int) -> Image.Image:
    """Page ``number`` (from 1) as an opaque picture in grey or colour, turned as the camera said. Raises ``CannotOpen``."""
    try:
        return _drawn(path, number) if media_type == PDF else _frame(path, media_type, number)
    except _ODD as error:
        raise CannotOpen(type(error).__name__) from error


def open_upright(file: BinaryIO, media_type: str) -> Image.Image:
    """The same of a picture that is open already. Raises ``CannotOpen``."""
    try:
        return _frame(file, media_type, 1)
    except _ODD as error:
        raise CannotOpen(type(error).__name__) from error


def _frame(file: Path | BinaryIO, media_type: str, number: int) -> Image.Image:
    with Image.open(file, formats=(IMAGE_FORMATS[media_type],)) as image:
        image.seek(number - 1)
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
        return opaque(image)


def opaque(image: Image.Image) -> Image.Image:
    """The picture in grey or colour; what could be seen through lies on white."""
    if "A" in image.getbands() or "transparency" in image.info:
        layer = image.convert("RGBA")
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    if image.mode in ("L", "RGB"):
        return image
    return image.convert("L" if image.mode == "1" or image.mode.startswith(("I", "F")) else "RGB")


def _drawn(path: Path, number: int) -> Image.Image:
    with (
        tempfile.TemporaryDirectory(prefix="page-") as folder,
        Image.open(draw_page(path, Path(folder), number), formats=("JPEG",)) as image,
    ):
        image.load()
        return opaque(image)


def dots_per_inch(path: Path, media_type: str, number: int) -> float | None:
    """How finely the page was scanned, where its file says so: a picture by its own word, a page of a PDF by the picture on it.

    ``None`` where nothing can be told: cameras write 72, and a page with letters of its own is as fine as one wants.
    """
    try:
        if media_type == PDF:
            return _of_scanned_page(path, number)
        with Image.open(path, formats=(IMAGE_FORMATS[media_type],)) as image:
            image.seek(number - 1)
            said = float(min(image.info.get("dpi", (0, 0))))
            return said if said > _SAID_BY_CAMERAS else None
    except _ODD:
        return None


# What is written where nobody measured.
_SAID_BY_CAMERAS = 96


def _of_scanned_page(path: Path, number: int) -> float | None:
    with pikepdf.open(path) as pdf:
        page = pdf.pages[number - 1]
        if page.resources.get("/Font"):
            return None
        left, bottom, right, top = (float(edge) for edge in page.cropbox)
        inches = max(abs(right - left), abs(top - bottom)) * float(page.obj.get("/UserUnit", 1)) / _POINTS
        dots = [max(int(one.get("/Width", 0)), int(one.get("/Height", 0))) for one in page.get_images().values()]
        return max(dots) / inches if dots and inches else None
