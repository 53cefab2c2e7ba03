"""Foreign PDF files as pictures of their pages: what an archive keeps holds no script, no font of its own, no form.

What a visible signature or a form's field shows becomes part of the picture.
"""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
from django.utils.translation import gettext_noop as _

from applications.notarisation.trouble import NotNow

RENDERER = "pdftoppm"  # of poppler-utils
# As scanned for the archive; a page larger than A3 is drawn as large as A3 would be.
DOTS_PER_INCH = 200
MOST_DOTS = round(420 / 25.4 * DOTS_PER_INCH)
JPEG_QUALITY = 85
PAGES_AT_A_TIME = 8
# A file made to wear the worker out ends with its renderer.
SECONDS_A_PAGE = 20
_MEMORY_BYTES = 2 * 1024**3
_POINTS = 72
NO_RENDERER = _(
    "The program that draws PDF pages is missing on the server. Please tell support; the number stays taken."
)


class CannotDraw(ValueError):
    """The renderer gave up on a page."""


def draw_pages(content: bytes, folder: Path, beat: Callable[[], None]) -> list[Path]:
    """A JPEG of each page, upright, in ``folder``; ``beat`` is called as it goes on.

    Raises ``CannotDraw``, ``NotNow``, or what pikepdf says of a broken file.
    """
    source = folder / "scan.pdf"
    source.write_bytes(content)
    with pikepdf.open(source) as pdf:
        sizes = [_longest_dots(page) for page in pdf.pages]
    for first, last, too_large in _runs(sizes):
        _draw(source, folder, first, last, too_large)
        beat()
    made = sorted(folder.glob("page-*.jpg"))
    if len(made) != len(sizes):
        raise CannotDraw("a page is missing")
    return made


def _longest_dots(page: pikepdf.Page) -> float:
    left, bottom, right, top = (float(number) for number in page.cropbox)
    return max(abs(right - left), abs(top - bottom)) * float(page.obj.get("/UserUnit", 1)) / _POINTS * DOTS_PER_INCH


def _runs(sizes: list[float]) -> Iterator[tuple[int, int, bool]]:
    """First and last page (from 1) of what one call draws, and whether those pages are too large."""
    first = 0
    for number in range(1, len(sizes) + 1):
        full = number - first == PAGES_AT_A_TIME
        if full or number == len(sizes) or (sizes[number] > MOST_DOTS) != (sizes[first] > MOST_DOTS):
            yield first + 1, number, sizes[first] > MOST_DOTS
            first = number


def _draw(source: Path, folder: Path, first: int, last: int, too_large: bool) -> None:
    size = ["-scale-to", str(MOST_DOTS)] if too_large else ["-r", str(DOTS_PER_INCH)]
    pages = ["-f", str(first), "-l", str(last), "-jpeg", "-jpegopt", f"quality={JPEG_QUALITY}", "-cropbox"]
    try:
        subprocess.run(  # noqa: S603 - fixed words and numbers, and a path of our own
            [RENDERER, *size, *pages, "-forcenum", str(source), str(folder / "page")],
            check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            timeout=SECONDS_A_PAGE * (last - first + 1), preexec_fn=_within_limits,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise NotNow(NO_RENDERER, code="no_renderer") from error
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise CannotDraw("the renderer gave up") from error


def _within_limits() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
