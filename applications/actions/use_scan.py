"""Making a scan's pages into the one file that goes on, and letting go of them."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path, PurePath
from typing import BinaryIO, cast

import img2pdf
import pikepdf
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from PIL import Image

from applications.actions.add_to_scan import LOOKED_AT_ONCE
from applications.actions.look_at_scan import NOT_SHOWN, look_at_pages
from applications.actions.scan_rows import locked_scan
from applications.models import Scan, ScanPage
from applications.virus import check_no_virus_among, note_waiting, waiting_among
from portal import clock, files, live
from portal.errors import BadInput, RuleBroken
from portal.filekinds import JPEG, PDF
from portal.pictures.mending import as_jpeg, mended
from portal.pictures.opening import CannotOpen, open_page
from portal.uploads import NAME_LENGTH, Inspected, missing

_DOTS = (300, 300)
_ODD = (pikepdf.PdfError, img2pdf.ImageOpenError, CannotOpen, OSError, ValueError, RuntimeError)


@contextmanager
def finished(scan: Scan) -> Iterator[Inspected]:
    """What goes on, as if it had just been uploaded; it can be read inside the block.

    One file of which nothing was mended, moved or removed is that file, byte for byte. Anything else becomes a PDF: pages that
    nobody mended go into it as they are. Every page was drawn before: none is certified that cannot be. Raises ``BadInput``
    (upload_missing, page_not_shown, page_not_drawn, upload_infected, upload_unreadable).
    """
    look_at_pages(scan_id=scan.pk, most=LOOKED_AT_ONCE)  # where the worker is behind, or gone
    pages = list(scan.pages.select_related("file"))
    if not pages:
        raise missing()
    _check_shown(pages)
    hashes = {page.file.sha256 for page in pages}
    check_no_virus_among(hashes)
    first = pages[0].file
    if _is_whole(pages):
        with files.open_staged(first.stored) as content:
            yield Inspected(first.media_type, first.pages_in_it, first.size, first.name, content)
        return
    with tempfile.TemporaryDirectory(prefix="scan-") as folder:
        made = Path(folder) / "made.pdf"
        try:
            _assemble(pages, made)
        except _ODD as error:
            raise BadInput(
                _("The pages cannot be put together. Remove the page that cannot be shown, and scan it again."),
                code="upload_unreadable",
                field="file",
            ) from error
        if waiting_among(hashes):
            note_waiting(files.sha256_of(made), clock.now())
        with made.open("rb") as content:
            name = f"{PurePath(first.name).stem[: NAME_LENGTH - 4]}.pdf"
            yield Inspected(PDF, len(pages), made.stat().st_size, name, content)


def _check_shown(pages: list[ScanPage]) -> None:
    lost = [str(place) for place, page in enumerate(pages, 1) if NOT_SHOWN in (page.hints or [])]
    if lost:
        raise BadInput(
            _(
                "Nobody can see what is certified: these pages of the scan cannot be shown: %(pages)s. Remove them, and"
                " scan the paper again."
            )
            % {"pages": ", ".join(lost)},
            code="page_not_shown",
            field="file",
        )
    left = sum(page.hints is None for page in pages)
    if left:
        raise BadInput(
            ngettext(
                "%(count)s page of the scan is still being looked at. Go on again in a few seconds.",
                "%(count)s pages of the scan are still being looked at. Go on again in a few seconds.",
                left,
            )
            % {"count": left},
            code="page_not_drawn",
            field="file",
        )


def _is_whole(pages: list[ScanPage]) -> bool:
    """Whether these are all pages of one file, in its order, as they came."""
    file = pages[0].file
    numbers = [page.number for page in pages if page.file_id == file.pk and not page.mends]
    return numbers == list(range(1, file.pages_in_it + 1)) and len(numbers) == len(pages)


def _assemble(pages: list[ScanPage], made: Path) -> None:
    with files.several_staged() as bring, ExitStack() as opened, pikepdf.new() as out:
        sources: dict[str, pikepdf.Pdf] = {}

        def source(stored: str, content: BinaryIO | None = None) -> pikepdf.Pdf:
            if stored not in sources:
                sources[stored] = opened.enter_context(pikepdf.open(content or bring(stored)))
            return sources[stored]

        for page in pages:
            if page.file.media_type == PDF and not page.mends:
                out.pages.append(source(page.file.stored).pages[page.number - 1])
            else:
                sheet = img2pdf.convert(
                    [_picture(page, bring)],
                    nodate=True,
                    rotation=img2pdf.Rotation.ifvalid,
                    layout_fun=img2pdf.get_fixed_dpi_layout_fun(_DOTS),
                )
                out.pages.append(source(f"page-{page.pk}", cast(BinaryIO, io.BytesIO(sheet))).pages[0])
        out.save(made)


def _picture(page: ScanPage, bring: Callable[[str], Path]) -> bytes:
    """The page as a picture that a PDF can hold: untouched where it can be, and else no worse than it came."""
    kind = page.file.media_type
    if kind == PDF:  # drawn as finely as a certified copy draws it
        with files.open_staged(page.picture) as content, Image.open(content, formats=("JPEG",)) as drawn:
            return as_jpeg(mended(drawn, page.mends))
    path = bring(page.file.stored)
    if kind == JPEG and not page.mends and _is_plain(path):
        return path.read_bytes()
    picture = mended(open_page(path, kind, page.number), page.mends)
    if kind == JPEG or page.mends:
        return as_jpeg(picture)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _is_plain(path: Path) -> bool:
    with Image.open(path, formats=("JPEG",)) as image:
        return image.mode in ("L", "RGB")


def use_scan(*, scan: Scan, at: datetime) -> None:
    """Its pages have become a document: let go of them, and end a link that is open. In the transaction that keeps the document.

    Raises ``Gone`` when it was used already, ``RuleBroken`` when its pages changed after ``finished`` read them.
    """
    present = locked_scan(scan)
    if present.revision != scan.revision:
        raise RuleBroken(
            _(
                "The pages changed meanwhile: a phone sent one, or another window is open. Look at them and go on again."
            ),
            code="scan_changed",
            field="file",
        )
    let_go(present)
    present.links.filter(ended_at__isnull=True).update(ended_at=at)
    present.used_at = present.touched_at = at
    present.save(update_fields=["used_at", "touched_at"])
    live.bump(f"dossier:{present.application_id}")


def let_go(scan: Scan) -> None:
    """Delete its pages and files, and with the commit what they hold in the store."""
    names = [name for name in scan.pages.values_list("picture", flat=True) if name]
    names += scan.files.values_list("stored", flat=True)
    scan.pages.all().delete()
    scan.files.all().delete()
    transaction.on_commit(lambda: files.drop_staged(names))
