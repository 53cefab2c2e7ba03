"""Letters, tones and the shape of a Vietnamese syllable."""

from __future__ import annotations

import re
import unicodedata

ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
# Collation order of tones: ngang (none), huyền, hỏi, ngã, sắc, nặng.
TONES = ("\u0300", "\u0309", "\u0303", "\u0301", "\u0323")

_INITIAL = "(?:ngh|ng|nh|n|ch|c|gh|gi|g|kh|k|ph|p|qu|th|tr|t|b|d|đ|h|l|m|r|s|v|x)?"
_CLOSED = "(?:uyê|iê|yê|uô|ươ|oă|uâ|uă|oo|ôô|ă|â)(?:ch|c|m|ng|nh|n|p|t)"
_OPEN_OR_CLOSED = "(?:oa|oe|uê|uơ|uy|a|e|ê|i|o|ô|ơ|u|ư|y)(?:ch|c|m|ng|nh|n|p|t)?"
_GLIDED = (
    "(?:uya|uyu|uây|uôi|ươi|ươu|iêu|yêu|oai|oay|oao|oeo|uai|uay|uao|ueo|uêu"
    "|ai|ao|au|ay|âu|ây|eo|êu|ia|iu|oi|ôi|ơi|ua|ui|ưa|ưi|ưu|uô|ya)"
)
_SYLLABLE = re.compile(f"{_INITIAL}(?:{_GLIDED}|{_CLOSED}|{_OPEN_OR_CLOSED})")


def split_tone(word: str) -> tuple[str, int]:
    """Return the lower-case word without tone marks, and the rank of its (last) tone: 0 ngang to 5 nặng."""
    rank = 0
    letters = []
    for char in unicodedata.normalize("NFD", word.lower()):
        if char in TONES:
            rank = TONES.index(char) + 1
        else:
            letters.append(char)
    return unicodedata.normalize("NFC", "".join(letters)), rank


def is_vietnamese_syllable(word: str) -> bool:
    """Whether ``word`` could be a Vietnamese syllable: initial, vowels, final, at most one tone.

    Names of other peoples of Vietnam (Ê Đê, Gia Rai, ...) need not pass: use it to ask for a second look,
    never to refuse.
    """
    tones = sum(char in TONES for char in unicodedata.normalize("NFD", word))
    bare, _rank = split_tone(word)
    return tones <= 1 and _SYLLABLE.fullmatch(bare) is not None
