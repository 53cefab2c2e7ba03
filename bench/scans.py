"""Scans as they come in at a desk, the larger ones too: made, as nobody keeps a hundred megabytes of pictures beside the code."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from pathlib import Path

import img2pdf
from PIL import Image, ImageDraw, ImageFilter

# A4 at 200 dots an inch.
SIZE = (1654, 2339)
_JPEG_START = b"\xff\xd8"
_DIFFERENT = 4


def photographs(pages: int, chances: random.Random, *, size: tuple[int, int] = SIZE) -> Iterator[bytes]:
    """So many JPEGs of about half a megabyte; no two of them have the same bytes."""
    kept = [_photograph(chances, size) for _picture in range(min(pages, _DIFFERENT))]
    for number in range(pages):
        yield _with_comment(kept[number % len(kept)], f"{number} {chances.random()}".encode())


def pdf_of_photographs(path: Path, pages: int, chances: random.Random) -> None:
    """What a scanner makes of a bundle: a picture a page, and nothing else."""
    with path.open("wb") as out:
        img2pdf.convert(list(photographs(pages, chances)), outputstream=out, nodate=True)


def tiff_of_photographs(path: Path, pages: int, chances: random.Random) -> None:
    """The same as one TIFF of many pages, with JPEG inside."""
    first, *others = [_opened(content) for content in photographs(min(pages, _DIFFERENT), chances)]
    more = (([first, *others] * pages)[number] for number in range(1, pages))
    first.save(path, "TIFF", save_all=True, append_images=more, compression="jpeg", quality=80, dpi=(200, 200))


def _opened(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as image:
        return image.convert("YCbCr")  # as scanners pack it


def _photograph(chances: random.Random, size: tuple[int, int]) -> bytes:
    """Grain and lines of writing, so that it packs as badly as a real one."""
    small = (size[0] // 2, size[1] // 2)
    grain = Image.frombytes("RGB", small, chances.randbytes(small[0] * small[1] * 3))
    sheet = Image.blend(Image.new("RGB", size, "#f4efe2"), grain.resize(size), 0.16).filter(ImageFilter.SMOOTH)
    pen = ImageDraw.Draw(sheet)
    for top in range(size[1] // 12, size[1] * 11 // 12, 40):
        pen.line((size[0] // 10, top, size[0] // 10 + chances.randrange(size[0] * 4 // 5), top), fill="#223", width=5)
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=80)
    return out.getvalue()


def _with_comment(content: bytes, comment: bytes) -> bytes:
    return _JPEG_START + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + content[len(_JPEG_START) :]
