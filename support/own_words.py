"""Which sentences of a page are the portal's own, so that a picture of the page shows nothing else.

A text on a page is shown only where all of it is one of the portal's own sentences. Names, numbers, addresses and whatever a
sentence was put together from are none, however they are written.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import trans_real

# A number in a sentence of ours is an example; covered all the same, so that nobody has to know which.
_NUMBER = re.compile(r"\d(?:[ .]?\d){3,}")
_WORD = 0xFFFFFFFF


@lru_cache(maxsize=len(settings.LANGUAGES))
def own_words(language: str) -> tuple[str, ...]:
    """The marks of all sentences in this language, sorted."""
    found = set()
    # Where a language has no word of its own, the source's stands: those of the complete language are all there are.
    for text in (*_sources(), *_said(language)):
        clean = " ".join(text.split("\x04")[-1].split())
        if clean and "%(" not in clean and not _NUMBER.search(clean):
            # Capitalised on the page as often as not.
            found |= {mark(clean), mark(clean[0].upper() + clean[1:])}
    return tuple(sorted(found))


def _sources() -> list[str]:
    return [key if isinstance(key, str) else key[0] for key in _catalogue(settings.LANGUAGE_CODE)]


def _said(language: str) -> list[str]:
    return [str(said) for said in _catalogue(language).values()]


def _catalogue(language: str) -> dict[Any, Any]:
    return dict(trans_real.translation(language)._catalog.items())  # type: ignore[attr-defined]


def mark(text: str) -> str:
    """16 hexadecimal digits; ``static/js/report-mask.js`` reckons the same."""
    units = text.encode("utf-16-le")
    first, second = 0x811C9DC5, 0x9747B28C
    for place in range(0, len(units), 2):
        unit = units[place] | units[place + 1] << 8
        first = ((first ^ unit) * 0x01000193) & _WORD
        second = ((second ^ unit) * 0x5BD1E995) & _WORD
    return f"{first:08x}{second:08x}"
