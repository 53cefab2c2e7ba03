"""Turning, straightening and cropping a page. A mend is a few plain values, so that it can be kept as JSON and taken back.

``["turn", 90]`` turns clockwise by a quarter (90, 180, 270); ``["straighten", 2.4]`` turns by so many degrees against the
clock; ``["crop", left, top, right, bottom]`` keeps what lies inside, each edge in thousandths of the page from its left or top.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from PIL import Image

TURN, STRAIGHTEN, CROP = "turn", "straighten", "crop"
TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
WHOLE = 1000
# Of a page, a side of what is kept is at least a twentieth.
LEAST = 50
Mend = list[Any]


def mended(image: Image.Image, mends: Iterable[Mend]) -> Image.Image:
    """The picture with these mends, one after the other."""
    for kind, *values in mends:
        if kind == TURN:
            image = image.transpose(TURNS[values[0]])
        elif kind == STRAIGHTEN:
            ground = 255 if image.mode == "L" else (255, 255, 255)
            image = image.rotate(values[0], Image.Resampling.BICUBIC, expand=True, fillcolor=ground)
        else:
            image = image.crop(_box(image, values))
    return image


def _box(image: Image.Image, edges: list[int]) -> tuple[int, int, int, int]:
    left, top, right, bottom = edges
    across, down = image.width / WHOLE, image.height / WHOLE
    x, y = min(int(left * across), image.width - 1), min(int(top * down), image.height - 1)
    return x, y, max(x + 1, round(right * across)), max(y + 1, round(bottom * down))


def with_mend(mends: list[Mend], mend: Mend) -> list[Mend]:
    """These mends and one more; turns that follow each other are one, and a full circle is none."""
    if mends and mends[-1][0] == mend[0] == TURN:
        around = (mends[-1][1] + mend[1]) % 360
        return [*mends[:-1], *([[TURN, around]] if around else [])]
    return [*mends, mend]


def as_jpeg(image: Image.Image, *, quality: int = 90, longest: int | None = None) -> bytes:
    """The picture as a JPEG without anything its camera wrote down; with its longest side no longer than that many dots."""
    if longest and max(image.size) > longest:
        image = image.copy()
        image.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=2.0)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()
