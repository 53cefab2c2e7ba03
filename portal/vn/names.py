"""Personal names: family, middle, given; how they are shown, checked and sorted."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from portal.vn.problems import InvalidValue, Problem
from portal.vn.spelling import ALPHABET, split_tone
from portal.vn.text import has_control, nfc, strip_invisible

MAX_LENGTH = 100
_MARKS_IN_NAMES = " '’ʼ-.·"

# A sort key uses these in ASCII order: end of a part, end of its letters, space, other sign, letters from "A" on.
_END_OF_PART, _END_OF_LETTERS, _SPACE, _SIGN = " ", "!", "#", "$"
_LETTER_KEYS = {letter: chr(ord("A") + rank) for rank, letter in enumerate(ALPHABET)}


class InvalidName(InvalidValue):
    """A name that cannot be a person's name."""


@dataclass(frozen=True)
class Name:
    """A name in its three parts; a single word is a given name."""

    full: str
    family: str
    middle: str
    given: str


def display_name(full: str) -> str:
    """Return the name in NFC with single spaces. Case is kept, unless all of it is in capitals."""
    name = " ".join(strip_invisible(nfc(full)).split())
    if not name.isupper():
        return name
    # str.title() takes a combining mark that NFC cannot compose for the end of a word.
    shown, starts_word = [], True
    for char in name:
        shown.append(char if starts_word else char.lower())
        starts_word = not (char.isalpha() or unicodedata.combining(char))
    return nfc("".join(shown))


def validate_name(full: str) -> str:
    """Return ``display_name(full)``.

    Raises InvalidName for control characters, digits and other signs, and for a name that is empty or too long.
    """
    if has_control(full.strip()):
        raise InvalidName(
            Problem(
                "name_control",
                _("The name contains characters that cannot be shown. Please type it again."),
                "full_name",
            )
        )
    name = display_name(full)
    if not any(char.isalpha() for char in name):
        raise InvalidName(Problem("name_empty", _("The name is empty. Please type the full name."), "full_name"))
    if any(char.isnumeric() for char in name):
        raise InvalidName(
            Problem("name_digits", _("A name has no digits. Please check it and type it again."), "full_name")
        )
    if not all(char.isalpha() or unicodedata.combining(char) or char in _MARKS_IN_NAMES for char in name):
        raise InvalidName(
            Problem("name_signs", _("The name contains signs other than letters. Please type it again."), "full_name")
        )
    if len(name) > MAX_LENGTH:
        raise InvalidName(
            Problem(
                "name_too_long",
                _("The name is longer than %(max)d characters. Please check it."),
                "full_name",
                {"max": MAX_LENGTH},
            )
        )
    return name


def split_name(full: str) -> Name:
    """Return the parts of a name: the first word is the family, the last the given name, the rest the middle."""
    name = display_name(full)
    words = name.split(" ")
    if len(words) == 1:
        return Name(full=name, family="", middle="", given=name)
    return Name(full=name, family=words[0], middle=" ".join(words[1:-1]), given=words[-1])


def sort_key(full: str) -> str:
    """Return an ASCII key that sorts names by given, family and middle name in Vietnamese order.

    Within a part letters decide first (a ă â b c d đ e ê ...), then tones (ngang, huyền, hỏi, ngã, sắc, nặng), as
    ICU's ``vi`` does. A tone counts once per syllable, so that "Hoà" and "Hòa" are the same. Made for comparison
    byte by byte: give the column the collation "C" on PostgreSQL.
    """
    name = split_name(full)
    return _END_OF_PART.join(_part_key(part) for part in (name.given, name.family, name.middle))


def _part_key(part: str) -> str:
    letters, tones = [], []
    for word in part.split():
        bare, tone = split_tone(word)
        letters.append("".join(_letter_key(char) for char in bare))
        tones.append(str(tone))
    return _SPACE.join(letters) + _END_OF_LETTERS + "".join(tones)


def _letter_key(char: str) -> str:
    if char in _LETTER_KEYS:
        return _LETTER_KEYS[char]
    base = unicodedata.normalize("NFD", char)[0]
    if base in _LETTER_KEYS:  # ŭ, č and others written by other peoples of Vietnam
        return _LETTER_KEYS[base]
    if unicodedata.combining(base):
        return ""
    return char if char.isalpha() else _SIGN
