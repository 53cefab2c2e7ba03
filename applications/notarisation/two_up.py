"""A certified copy for the officer's printer: two of its pages on each sheet, side by side in reading order, to cut or to fold.

A print and no longer the file that was signed: what the stamps show is drawn on the pages. Pictures stay as they are.
"""

from __future__ import annotations

import io
from typing import BinaryIO

import pikepdf

from portal import pdf

TEMPLATE = "official/two_up.html"
_MM = 72 / 25.4
# Half an A4 sheet that lies, in points: an A5 sheet that stands.
_WIDTH, _HEIGHT = 148.5 * _MM, 210 * _MM
# The mark of the cross-seal on a page (cross_seal.css): one is on the sheet instead.
_MARK = 6 * _MM


def two_up(source: BinaryIO, out: BinaryIO) -> int:
    """Write the print of the PDF in ``source``; how many sheets."""
    with pikepdf.open(source) as copy:
        copy.flatten_annotations()
        count = -(-len(copy.pages) // 2)
        with pikepdf.open(io.BytesIO(pdf.render(TEMPLATE, {"sheets": range(count)}))) as made:
            for number, page in enumerate(copy.pages):
                _place(made, made.pages[number // 2], page, number)
            made.save(out)
    return count


def _place(made: pikepdf.Pdf, sheet: pikepdf.Page, page: pikepdf.Page, number: int) -> None:
    """The page in the left or the right half of its sheet; one that lies is turned, so that it is as large."""
    left, bottom, right, top = (float(side) for side in page.trimbox)
    width, height = right - left, top - bottom
    name = pikepdf.Name(f"/Page{number}")
    sheet.add_resource(made.copy_foreign(page.as_form_xobject()), pikepdf.Name.XObject, name)
    # The page's own edge with its mark stays out, but for the first page's, which has none.
    shown = width - (_MARK if number else 0)
    is_wide = width > height
    scale = min(_WIDTH / (height if is_wide else width), _HEIGHT / (width if is_wide else height))
    begin = number % 2 * _WIDTH
    if is_wide:
        matrix = [0, scale, -scale, 0, begin + (_WIDTH + height * scale) / 2, (_HEIGHT - width * scale) / 2]
    else:
        matrix = [scale, 0, 0, scale, begin + (_WIDTH - width * scale) / 2, (_HEIGHT - height * scale) / 2]
    placed = " ".join(f"{figure:.4f}" for figure in matrix)
    sheet.contents_add(
        f"q {placed} cm 0 0 {shown:.2f} {height:.2f} re W n 1 0 0 1 {-left:.2f} {-bottom:.2f} cm {name} Do Q".encode(),
        prepend=True,
    )
