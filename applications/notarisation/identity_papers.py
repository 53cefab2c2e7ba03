"""What may stand as the number of an identity paper, and as the day it was issued."""

from __future__ import annotations

import re
from datetime import date

from django.utils.translation import gettext_lazy as _

from applications.notarisation.enums import IdentityPaper
from portal.vn.codes import parse_passport
from portal.vn.identity import parse_identity_number
from portal.vn.problems import InvalidValue, Problem
from portal.vn.text import nfc, strip_invisible

# Older than the paper of anybody alive.
FIRST_DAY = date(1950, 1, 1)
_OTHER = re.compile(r"(?=.*[0-9])[0-9A-ZĐ][0-9A-ZĐ ./-]{3,18}[0-9A-ZĐ]")


class InvalidPaper(InvalidValue):
    """No such number, or no such day, stands on this kind of paper."""


def paper_number(paper: str, raw: str) -> str:
    """The number as it is kept: 12 digits of a card, a passport's own, and of another paper what looks like one.

    Raises ``InvalidValue``.
    """
    if paper == IdentityPaper.CARD:
        return parse_identity_number(raw).number
    if paper == IdentityPaper.PASSPORT:
        return parse_passport(raw)
    number = strip_invisible(nfc(raw)).strip().upper()
    if not _OTHER.fullmatch(number):
        raise InvalidPaper(
            Problem("paper_number", _("This is not the number of an identity paper. Please copy it from the paper."))
        )
    return number


def check_issued(day: date | None, today: date) -> None:
    """Raises ``InvalidValue`` for a day that has not come yet or lies before any paper in use."""
    if day is None or FIRST_DAY <= day <= today:
        return
    if day > today:
        raise InvalidPaper(Problem("issued_in_future", _("This day has not come yet. Please check the year.")))
    raise InvalidPaper(Problem("issued_long_ago", _("No identity paper in use is so old. Please check the year.")))
