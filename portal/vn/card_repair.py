"""Undo what scanners and keyboard drivers do to a card's payload, where only one original is possible.

A wedge scanner types. On its way the text meets the scanner's code page (UTF-8 bytes typed as single signs), Caps Lock,
a keyboard layout whose pipe is elsewhere, and Vietnamese input methods (Telex, VNI). Each function here either returns
the only original that fits the shape of a card, or says that it cannot.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from portal.vn.spelling import is_letter_of_vietnam
from portal.vn.text import nfc

# Code pages in which scanners type bytes: Western and Vietnamese Windows (Alt+0nnn), DOS (Alt+nnn).
_CODE_PAGES = ("cp1252", "latin-1", "cp1258", "cp437", "cp850")
# UTF-8 taken for single bytes more often than this does not happen.
_MAX_LAYERS = 3

# What stands where the pipe should, by keyboard layout and scanner setting; none occurs in names or addresses.
_PIPE_LIKE = re.compile("[~¦│┃‖∣ǀ｜\t\x1c-\x1f]")
_PIPES_OF_A_CARD = 5
_SEX = "(?:nam|nữ)"
_ANY_SEPARATOR = re.compile(rf"(?P<sep>[^\W0-9_]?[^\w\s]\W{{0,2}}?)[0-9]{{8}}(?P=sep)(?i:{_SEX})(?P=sep)")
# Would split an address as well.
_IN_ADDRESSES = frozenset(",.-/;:' ()")
_WITHOUT_SEPARATORS = re.compile(
    r"(?P<number>[0-9]{12})\|?(?P<old>[0-9]{9})?\|?(?P<name>[^0-9|]+?)\s*\|?(?P<birth>[0-9]{8})\|?"
    rf"(?P<sex>(?i:{_SEX}))\|?(?P<residence>[^|]*[^0-9|])\|?(?P<issued>[0-9]{{8}})"
)

# Symbology identifier that scanners may send first (ISO/IEC 15424, "]Q1"), as typed by a Telex driver too.
_SYMBOLOGY = re.compile(r"^[\]}ưƯ][Qq][0-9](?=[0-9]{12}(?![0-9]))")
_LEADING_SIGNS = re.compile(r"^\|*[^0-9|]{0,20}(?=[0-9]{12}\|)")


@cache
def _bytes_of(code_page: str) -> dict[str, int]:
    """Sign to byte; bytes the code page leaves open stand for themselves, as Windows does."""
    table = {chr(byte): byte for byte in range(256)} if code_page in ("cp1252", "cp1258") else {}
    for byte in range(256):
        char = bytes([byte]).decode(code_page, errors="ignore") or chr(byte)
        table[char] = byte
    return table


def undo_mojibake(text: str) -> str:
    """Return the text that was typed byte by byte in a code page; ``text`` itself when it was not, or is ambiguous."""
    layer = {text}
    for _depth in range(_MAX_LAYERS):
        layer = {
            reading
            for typed in layer
            for code_page in _CODE_PAGES
            if (reading := _decode(typed, code_page)) is not None
        }
        vietnamese = [reading for reading in layer if _is_vietnamese(reading)]
        if vietnamese:
            return vietnamese[0] if len(vietnamese) == 1 else text
    return text


def _is_vietnamese(text: str) -> bool:
    return not any(
        "\x80" <= char <= "\x9f" or (char.isalpha() and not is_letter_of_vietnam(char)) for char in nfc(text)
    )


def _decode(text: str, code_page: str) -> str | None:
    table = _bytes_of(code_page)
    if text.isascii() or not all(char in table for char in text):
        return None
    try:
        return bytes(table[char] for char in text).decode("utf-8")
    except UnicodeDecodeError:
        return None


def foreign_signs(text: str, allowed: str) -> bool:
    """Whether ``text`` has anything but letters used in Vietnam, digits, spaces and ``allowed`` signs."""
    return not all(is_letter_of_vietnam(char) or char in "0123456789 " or char in allowed for char in nfc(text))


def restore_separators(text: str) -> tuple[str, bool]:
    """Return the text with pipes between its fields, and whether that changed anything."""
    if found := _ANY_SEPARATOR.search(text):
        separator = found["sep"]
        if separator == "|":
            return text, False
        if not {sign for sign in separator if not sign.isalnum()} <= _IN_ADDRESSES:
            return text.replace(separator, "|"), True
    if text.count("|") < _PIPES_OF_A_CARD:
        piped = _PIPE_LIKE.sub("|", text)
        if piped.count("|") >= _PIPES_OF_A_CARD:
            return piped, True
    if found := _WITHOUT_SEPARATORS.fullmatch(text):
        return "|".join(part or "" for part in found.groups()), True
    return text, False


def drop_leading_signs(text: str) -> tuple[str, bool]:
    """Return the text from its 12-digit number on, if only signs without digits or a symbology mark stand before it."""
    start = _SYMBOLOGY.match(text) or _LEADING_SIGNS.match(text)
    return (text[start.end() :], bool(start.end())) if start else (text, False)


def single_reading(text: str) -> str:
    """Return the piece that ``text`` repeats end to end; ``text`` itself if it repeats nothing as long as a card."""
    period = (text + text).find(text, 1)
    shortest_card = 40
    return text[:period] if shortest_card <= period < len(text) else text


def split_cards(text: str) -> list[list[str]]:
    """Return the fields of each reading in ``text``.

    A reading starts at a 12-digit number that ends a field, if a card follows or the number was there before.
    """
    parts = [part.strip() for part in text.split("|")]
    first_number = parts[0]
    cards: list[list[str]] = [[parts[0]]]
    for index, part in enumerate(parts[1:], start=1):
        start = re.search(r"[0-9]{12}$", part)
        if start and (start.group() == first_number or _starts_card(parts[index + 1 :])):
            if part[: start.start()].strip():
                cards[-1].append(part[: start.start()].strip())
            cards.append([start.group()])
        else:
            cards[-1].append(part)
    return cards


def _starts_card(following: list[str]) -> bool:
    """Whether these fields could follow a card's number: a date and a sex soon after each other."""
    return any(
        re.fullmatch(r"[0-9]{8}", birth) and re.fullmatch(_SEX, sex, re.IGNORECASE)
        for birth, sex in pairwise(following[1:4])
    )


def caps_lock_suspected(name: str, sex: str) -> bool:
    """Whether letters seem inverted: "nGUYỄN", "ĐứC", "nAM"."""
    if sex in ("nAM", "nỮ") or (sex == "nữ" and not name.istitle()):
        return True
    return any(
        not (word[0].isascii() and word[0].isupper())
        and not (word.istitle() or word.isupper())
        and any("A" <= char <= "Z" for char in word[1:])
        for word in name.split()
    )


def undo_caps_lock(name: str, residence: str) -> tuple[str, str] | None:
    """Return name and residence with Caps Lock undone, or None if more than one original is possible.

    Some scanners send only plain letters as keys, so that only those are inverted.
    """
    originals = {
        (swap(name), swap(residence))
        for swap in (str.swapcase, _swap_plain_letters)
        if all(word.istitle() or word.isupper() for word in swap(name).split())
        and all(word.istitle() or word.isupper() or word.islower() for word in _letters_only(swap(residence)))
    }
    return originals.pop() if len(originals) == 1 else None


def _swap_plain_letters(text: str) -> str:
    return "".join(char.swapcase() if char.isascii() else char for char in text)


def _letters_only(text: str) -> list[str]:
    return [word for word in re.findall(r"[^\W_]+", text) if word.isalpha()]
