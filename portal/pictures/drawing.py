"""Pages of a PDF drawn by poppler's ``pdftoppm``, in a process of its own with limits of its own."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pikepdf

RENDERER = "pdftoppm"
# Sets the limits, then becomes the renderer. Not ``preexec_fn``: Python code between fork and exec loses what other threads hold.
_LIMITER = "prlimit"
# As scanned for the archive.
DOTS_PER_INCH = 200
_LONG_SIDE_OF_A3 = 420 / 25.4
# A page larger than A3 is drawn as large as A3 would be.
MOST_DOTS = round(_LONG_SIDE_OF_A3 * DOTS_PER_INCH)
JPEG_QUALITY = 85
# A file made to wear us out ends with its renderer.
SECONDS_A_PAGE = 20
_MEMORY_BYTES = 1024**3
_POINTS = 72


class CannotDraw(ValueError):
    """The renderer gave up on a page."""


def draw(
    source: Path,
    folder: Path,
    first: int,
    last: int,
    *,
    too_large: bool = False,
    dots: int = DOTS_PER_INCH,
    seconds: float | None = None,
) -> None:
    """Pages ``first`` to ``last`` (from 1) as JPEGs ``page-<number>.jpg`` in ``folder``; those that are ``too_large`` as
    large as A3 would be. ``seconds`` is the most that they may take where that is less than each page may.

    Raises ``CannotDraw``, and ``FileNotFoundError`` where there is no renderer.
    """
    size = ["-scale-to", str(round(_LONG_SIDE_OF_A3 * dots))] if too_large else ["-r", str(dots)]
    pages = ["-f", str(first), "-l", str(last), "-jpeg", "-jpegopt", f"quality={JPEG_QUALITY}", "-cropbox"]
    longest = SECONDS_A_PAGE * (last - first + 1)
    if shutil.which(RENDERER) is None:
        raise FileNotFoundError(RENDERER)
    try:
        subprocess.run(  # noqa: S603 - fixed words and numbers, and paths of our own
            [_LIMITER, f"--as={_MEMORY_BYTES}", RENDERER, *size, *pages, "-forcenum", str(source), str(folder / "page")],
            check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            timeout=longest if seconds is None else min(longest, max(0.0, seconds)),
        )  # fmt: skip
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise CannotDraw("the renderer gave up") from error


def draw_page(
    source: Path, folder: Path, number: int, *, dots: int = DOTS_PER_INCH, seconds: float | None = None
) -> Path:
    """One page in ``folder``, which holds nothing else. Raises what ``draw`` and pikepdf raise."""
    with pikepdf.open(source) as pdf:
        too_large = is_too_large(pdf.pages[number - 1])
    draw(source, folder, number, number, too_large=too_large, dots=dots, seconds=seconds)
    for made in folder.glob("page-*.jpg"):
        return made
    raise CannotDraw("the page is missing")


def is_too_large(page: pikepdf.Page) -> bool:
    """Whether it is larger than A3."""
    left, bottom, right, top = (float(edge) for edge in page.cropbox)
    inches = max(abs(right - left), abs(top - bottom)) * float(page.obj.get("/UserUnit", 1)) / _POINTS
    return inches * DOTS_PER_INCH > MOST_DOTS
