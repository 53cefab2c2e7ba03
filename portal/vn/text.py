"""Vietnamese text: one stored form, and a key without diacritics to search by."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from django.utils.translation import gettext_lazy as _

from portal.vn.problems import InvalidValue, Problem

_WORD = re.compile(r"[^\W_]+")
# Neither canonical decomposition nor SQLite's unicode61 folds the barred d.
_BARRED_D = str.maketrans({"đ": "d", "Đ": "d"})


class TooLong(InvalidValue):
    """Text longer than its field. Never cut silently: an address without its end is a wrong address."""


def nfc(s: str) -> str:
    """Return ``s`` in NFC, the only form that is stored."""
    return unicodedata.normalize("NFC", s)


def strip_invisible(s: str) -> str:
    """Drop format characters nobody can see: byte-order mark, zero-width and direction marks, soft hyphen."""
    if s.isprintable():  # letters, signs and spaces only: nearly every line that anybody types
        return s
    return "".join(char for char in s if unicodedata.category(char) != "Cf")


def has_control(s: str) -> bool:
    """Whether ``s`` holds a control character (tabs and line ends included), a lone surrogate or a line separator."""
    return not s.isprintable() and any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in s)


def clean_line(s: str, max_length: int) -> str:
    """Return ``s`` as one tidy line: NFC, spaces collapsed, invisible and control characters removed.

    Raises TooLong when the result has more than ``max_length`` characters.
    """
    line = " ".join(strip_invisible(nfc(s)).split())
    if has_control(line):
        # Removing a control character may bring a letter and its mark together, or two spaces.
        line = " ".join(nfc("".join(char for char in line if not has_control(char))).split())
    if len(line) > max_length:
        raise TooLong(
            Problem(
                "too_long",
                _("This text has %(length)d characters and only %(max)d fit. Please shorten it."),
                params={"length": len(line), "max": max_length},
            )
        )
    return line


def fold(s: str) -> str:
    """Return the search key of ``s``: no diacritics, đ as d, lower case, single spaces."""
    bare = "".join(
        char for char in unicodedata.normalize("NFD", s.lower()) if unicodedata.category(char) not in ("Mn", "Cf")
    )
    return " ".join(bare.translate(_BARRED_D).lower().split())


def syllables(s: str) -> list[str]:
    """Return the folded syllables of ``s`` in order, punctuation left out."""
    return _WORD.findall(fold(s))


def matches(query: str, folded: str) -> bool:
    """Whether every syllable of ``query`` is a whole syllable of ``folded``, in any order.

    "tru" does not find "truong". An empty query finds nothing, so that a blank search never lists everybody.
    """
    wanted = Counter(syllables(query))
    return bool(wanted) and wanted <= Counter(syllables(folded))
