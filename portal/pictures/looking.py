"""How well a page came out: what a person would see at a glance, measured. Hints, never verdicts.

Everything is measured in grey, on a copy no longer than ``LOOKED_AT`` dots (150 an inch on A4, where the letters of a form
are some ten dots high), and most of it on the *ink*: the dots clearly darker than the paper around them.

- **dark**: the paper itself, the brightness that nine tenths of the dots stay below, is less than ``DARK`` of 255.
- **blank**: fewer than ``FEW_SPOTS`` squares of ``SQUARE`` dots hold as much ink as a piece of a letter. Dust is too little
  in one place, noise too faint for ink, and the very edge is where scanners put shadows.
- **unreadable**: the edges of the ink. Between paper and stroke a sharp picture goes most of the way within two dots,
  a blurred one takes many; the steepest steps near the ink, as a share of the way, stay below ``SOFT``.
- **crooked**: the ink summed along lines of every slope within ``MOST_LEAN`` degrees; lines of writing fall together at their
  own slope, and the sums are most uneven there. It counts where that is clearly more uneven than level.
- **sideways**: the same sums, too coarse for single strokes, are more uneven along columns than along rows, ``SIDEWAYS`` times.
- **upside_down**: in Latin writing more ink stands above the small letters (capitals, ascenders, figures, the marks of
  Vietnamese) than hangs below them. Counted over all lines; where it is clearly the other way round, it is said. Writing
  without such a bias (Korean, tables of figures) is never called upside-down.
- **small**: fewer than ``LEAST_DOTS`` an inch, by the file's own word, or else as if the page were A4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

LOOKED_AT = 1754
LEAST_DOTS = 150
A4_INCHES = 297 / 25.4
DARK = 115
FEW_SPOTS, SQUARE, INK_IN_SQUARE = 4, 24, 20
SOFT = 0.17
MOST_LEAN, LEAN_STEP, LEAST_LEAN = 8.0, 0.2, 0.8
SIDEWAYS = 1.6
# Wider than a stroke, narrower than a line of writing.
STROKES = 9
# Lean and lines are looked for only where there is some writing.
SPOTS_OF_WRITING = 40
CLEARER = 1.12
UPSIDE_DOWN = -0.12
LINES_TO_JUDGE = 3
# How much darker than the paper around it ink is, of 255, and as a share of the paper.
INK, INK_SHARE = 36, 0.2
EDGE = 0.03
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Seen:
    """The hints by name, and by how many degrees turning against the clock would straighten the page (0: it is level)."""

    hints: tuple[str, ...]
    lean: float = 0.0


def look(image: Image.Image, dots: float | None = None) -> Seen:
    """Look at a page the way it will be used. ``dots`` an inch, where its file says so."""
    grey = _at_size(image)
    levels = np.asarray(grey, dtype=np.float32)
    paper = float(np.percentile(levels, 90))
    ink = _ink(grey, levels)
    spots = _spots(ink)
    hints = []
    if paper < DARK:
        hints.append("dark")
    if spots < FEW_SPOTS:
        hints.append("blank")
    elif _softness(levels, ink) < SOFT:
        hints.append("unreadable")
    lean = 0.0
    if spots >= SPOTS_OF_WRITING and "unreadable" not in hints:
        way, lean = _stance(ink)
        hints += [way] if way else []
        hints += ["crooked"] if lean else []
    if is_small(image, dots):
        hints.append("small")
    return Seen(tuple(hints), lean)


def is_small(image: Image.Image, dots: float | None) -> bool:
    return (dots if dots is not None else max(image.size) / A4_INCHES) < LEAST_DOTS * 0.98


def _at_size(image: Image.Image) -> Image.Image:
    grey = image.convert("L")
    if max(grey.size) > LOOKED_AT:
        grey.thumbnail((LOOKED_AT, LOOKED_AT), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return grey


def _ink(grey: Image.Image, levels: NDArray[np.float32]) -> Mask:
    """The dots that are clearly darker than the paper around them; the edge of the page is left out."""
    small = grey.reduce(12) if min(grey.size) > 48 else grey
    ground = small.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.BoxBlur(2))
    paper = np.asarray(ground.resize(grey.size, Image.Resampling.BILINEAR), dtype=np.float32)
    ink = paper - levels > np.maximum(INK, INK_SHARE * paper)
    high, wide = (max(1, int(size * EDGE)) for size in ink.shape)
    ink[:high] = ink[-high:] = False
    ink[:, :wide] = ink[:, -wide:] = False
    return ink


def _spots(ink: Mask) -> int:
    """How many squares of the page hold as much ink as a piece of a letter."""
    high, wide = (size // SQUARE * SQUARE for size in ink.shape)
    if not high or not wide:
        return 0
    squares = ink[:high, :wide].reshape(high // SQUARE, SQUARE, wide // SQUARE, SQUARE)
    return int((squares.sum(axis=(1, 3)) >= INK_IN_SQUARE).sum())


def _softness(levels: NDArray[np.float32], ink: Mask) -> float:
    """How much of the way from paper to ink the steepest steps go within two dots."""
    across = np.abs(levels[1:-1, 2:] - levels[1:-1, :-2])
    down = np.abs(levels[2:, 1:-1] - levels[:-2, 1:-1])
    near = ink[1:-1, 1:-1] | ink[1:-1, 2:] | ink[1:-1, :-2] | ink[2:, 1:-1] | ink[:-2, 1:-1]
    steps = np.maximum(across, down)[near]
    way = float(np.percentile(levels, 90)) - float(np.percentile(levels[ink], 5))
    return float(np.percentile(steps, 90)) / max(way, 1.0) / 2


def _stance(ink: Mask) -> tuple[str, float]:
    """Which way the writing stands ("", "sideways" or "upside_down"), and its lean in degrees where it is crooked."""
    rows, columns = _most_uneven(ink), _most_uneven(ink.T)
    if _coarse(ink.T, columns.slope) > SIDEWAYS * _coarse(ink, rows.slope):
        # The lines run down the page: seen from the other side, the slope is the other way round.
        return "sideways", 0.0 - _clear(columns)
    lean = _clear(rows)
    return ("upside_down" if _bias(ink, rows.slope) < UPSIDE_DOWN else ""), lean


@dataclass(frozen=True)
class Slope:
    slope: float
    unevenness: float
    level: float


def _clear(found: Slope) -> float:
    crooked = abs(found.slope) >= LEAST_LEAN and found.unevenness > CLEARER * found.level
    return round(found.slope, 1) if crooked and abs(found.slope) < MOST_LEAN else 0.0


def _most_uneven(ink: Mask) -> Slope:
    """The slope along which the lines of writing fall together."""
    y, x = np.nonzero(ink)
    if len(y) > 60_000:  # enough to know
        some = np.random.default_rng(0).choice(len(y), 60_000, replace=False)
        y, x = y[some], x[some]
    slopes = np.arange(-MOST_LEAN, MOST_LEAN + LEAN_STEP / 2, LEAN_STEP)
    scores = [_unevenness(x, y, float(slope)) for slope in slopes]
    best = int(np.argmax(scores))
    return Slope(float(slopes[best]), scores[best], scores[len(slopes) // 2])


def _unevenness(x: NDArray[Any], y: NDArray[Any], degrees: float) -> float:
    """Of the ink summed along lines of this slope: how different neighbouring lines are."""
    return float(np.square(np.diff(_sums(x, y, degrees))).sum())


def _coarse(ink: Mask, degrees: float) -> float:
    """The same, blind to what is as thin as a stroke."""
    y, x = np.nonzero(ink)
    smooth = np.convolve(_sums(x, y, degrees), np.ones(STROKES) / STROKES)
    return float(np.square(np.diff(smooth)).sum())


def _sums(x: NDArray[Any], y: NDArray[Any], degrees: float) -> NDArray[np.float64]:
    line = np.rint(y - x * np.tan(np.radians(degrees))).astype(np.int64)
    return np.bincount(line - line.min()).astype(np.float64)


def _bias(ink: Mask, slope: float) -> float:
    """Ink above the small letters less the ink below them, as a share of both, over all lines of writing; 0 if unclear."""
    y, x = np.nonzero(ink)
    sums = _sums(x, y, slope)
    written = np.concatenate([[False], sums > 0.04 * np.percentile(sums[sums > 0], 95), [False]])
    edges = np.flatnonzero(np.diff(written.astype(np.int8)))
    above = below = lines = 0.0
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        if not 8 <= last - first <= 80:
            continue  # a ruling, dirt, or a picture
        band = sums[first:last]
        core = np.flatnonzero(band > 0.5 * band.max())
        above += band[: core[0]].sum()
        below += band[core[-1] + 1 :].sum()
        lines += 1
    return (above - below) / (above + below) if lines >= LINES_TO_JUDGE and above + below else 0.0
