"""The visible stamps: who signed and when, in Vietnamese and in Hanoi's time, with the font inside the file."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509
from django.contrib.staticfiles import finders
from pyhanko.pdf_utils.font.opentype import GlyphAccumulatorFactory
from pyhanko.pdf_utils.layout import AxisAlignment, InnerScaling, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.text import TextBoxStyle
from pyhanko.stamp import TextStampStyle

from applications.notarisation.signing.keys import Role
from applications.notarisation.signing.throwaway import MARK, is_throwaway
from portal import clock

# One with a thousand units an em: the library sets the widths of others wrongly.
FONT = "fonts/be-vietnam-pro-400.ttf"
_MM = 72 / 25.4
_FONT_SIZE = 9
# What fits a stamp's width at that size; a longer line would make all of them smaller.
_LETTERS_A_LINE, _LINES_OF_NAME = 46, 2
# On the page of certification, in mm from the left and the bottom: left, bottom, right, top. The template leaves them free.
BOXES = {Role.SIGNER: (113.5, 24.0, 195.0, 57.0), Role.UNIT: (30.0, 24.0, 111.5, 57.0)}
# Of a paper that the unit signs alone.
ALONE = BOXES[Role.SIGNER]
HEADINGS = {Role.SIGNER: "Ký số bởi", Role.UNIT: "Cơ quan ký số"}


@dataclass(frozen=True)
class Stamp:
    """What stands in a stamp: the names on paper, not those in the certificate, which may be longer."""

    name: str
    at: datetime
    number: str
    numbered: str = "Số chứng thực"


def in_points(box: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
    """A stamp's place as the file says it."""
    left, bottom, right, top = (round(side * _MM) for side in box)
    return left, bottom, right, top


def words(role: Role, stamp: Stamp, certificate: x509.Certificate) -> str:
    """The lines of the stamp."""
    name = certificate.subject.native.get("common_name", "")
    lines = [
        *textwrap.wrap(f"{HEADINGS[role]}: {stamp.name}", _LETTERS_A_LINE)[:_LINES_OF_NAME],
        f"{stamp.numbered}: {stamp.number}",
        f"Thời gian ký: {clock.local(stamp.at):%d/%m/%Y %H:%M:%S} (giờ Hà Nội)",
        textwrap.shorten(f"Chứng thư: {name}", _LETTERS_A_LINE, placeholder="…"),
    ]
    if is_throwaway(certificate):
        lines.append(f"BẢN {MARK}")
    return "\n".join(lines)


def style(text: str) -> TextStampStyle:
    """The stamp as it is drawn; a percent sign would be read as a place to fill in."""
    font = finders.find(FONT)
    assert isinstance(font, str)
    return TextStampStyle(
        stamp_text=text.replace("%", "%%"),
        border_width=1,
        background=None,
        text_box_style=TextBoxStyle(
            font=GlyphAccumulatorFactory(font, font_size=_FONT_SIZE), font_size=_FONT_SIZE, leading=12
        ),
        inner_content_layout=SimpleBoxLayoutRule(
            AxisAlignment.ALIGN_MIN, AxisAlignment.ALIGN_MID, Margins(6, 6, 4, 4), InnerScaling.SHRINK_TO_FIT
        ),
    )
