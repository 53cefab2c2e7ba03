"""Letters, tones and the shape of a Vietnamese syllable."""

from __future__ import annotations

import re
import unicodedata

ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
# Collation order of tones: ngang (none), huyền, hỏi, ngã, sắc, nặng.
TONES = ("\u0300", "\u0309", "\u0303", "\u0301", "\u0323")

# Written by other peoples of Vietnam (Ê Đê, Gia Rai, Ba Na, ...), beside the Vietnamese alphabet.
_OTHER_LETTERS = frozenset("ĕĭŏŭčñƀ")
_VIETNAMESE_LETTERS = frozenset(
    unicodedata.normalize("NFC", letter + tone)
    for letter in ALPHABET
    for tone in ("", *(TONES if letter in "aăâeêioôơuưy" else ()))
)

_INITIAL = "(?:ngh|ng|nh|n|ch|c|gh|gi|g|kh|k|ph|p|qu|th|tr|t|b|d|đ|h|l|m|r|s|v|x)?"
_CLOSED = "(?:uyê|iê|yê|uô|ươ|oă|uâ|uă|oo|ôô|ă|â)(?:ch|c|m|ng|nh|n|p|t)"
_OPEN_OR_CLOSED = "(?:oa|oe|uê|uơ|uy|a|e|ê|i|o|ô|ơ|u|ư|y)(?:ch|c|m|ng|nh|n|p|t)?"
_GLIDED = (
    "(?:uya|uyu|uây|uôi|ươi|ươu|iêu|yêu|oai|oay|oao|oeo|uai|uay|uao|ueo|uêu"
    "|ai|ao|au|ay|âu|ây|eo|êu|ia|iu|oi|ôi|ơi|ua|ui|ưa|ưi|ưu|uô|ya)"
)
_RHYME = f"(?:{_GLIDED}|{_CLOSED}|{_OPEN_OR_CLOSED})"
_SYLLABLE = re.compile(f"{_INITIAL}{_RHYME}")
# Krông Búk, Đắk Lắk, Plông, Păh; abbreviations without a vowel (KĐT) pass as well.
_IN_PLACE_NAMES = re.compile(f"[bcdđghklmnpqrstvx]*(?:{_RHYME}|(?:ă|â)(?:i|y)?|iê|uô|ươ)?[hklrpu]?|[^aăâeêioôơuưy]*")


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


def is_syllable_in_place_names(word: str) -> bool:
    """Whether ``word`` could stand in a Vietnamese address, names from the highlands included."""
    tones = sum(char in TONES for char in unicodedata.normalize("NFD", word))
    bare, _rank = split_tone(word)
    return tones <= 1 and (_SYLLABLE.fullmatch(bare) or _IN_PLACE_NAMES.fullmatch(bare)) is not None


def is_letter_of_vietnam(char: str) -> bool:
    """Whether a letter (NFC) can stand in a name or an address written in Vietnam."""
    return char.lower() in _VIETNAMESE_LETTERS or char.lower() in _OTHER_LETTERS


_TELEX_LETTERS = (
    ("uow", "ươ"), ("dd", "đ"), ("aa", "â"), ("ee", "ê"), ("oo", "ô"), ("aw", "ă"), ("ow", "ơ"), ("uw", "ư"),
)  # fmt: skip
_TELEX_TONE = re.compile(r"(?<=[aăâeêioôơuưy])([^sfrxj]*)[sfrxj]([^sfrxj]*)$")


def is_unread_telex(word: str) -> bool:
    """Whether ``word`` is no syllable as it stands, but is one once read as Telex keys: "Nguyeexn", "Nooij"."""
    if not word.isascii() or is_vietnamese_syllable(word):
        return False
    read = word.lower()
    for keys, letter in _TELEX_LETTERS:
        read = read.replace(keys, letter)
    read = _TELEX_TONE.sub(r"\1\2", read)
    return read != word.lower() and is_vietnamese_syllable(read)
