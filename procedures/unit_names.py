"""Names of units and districts, as cards, forms and people write them."""

from __future__ import annotations

from portal.vn.text import syllables
from procedures.enums import UnitKind

# How each kind is written before a name, folded into syllables: "Phường", "P.", "TT." …
_UNIT_KINDS = {
    ("phuong",): UnitKind.WARD,
    ("p",): UnitKind.WARD,
    ("xa",): UnitKind.COMMUNE,
    ("x",): UnitKind.COMMUNE,
    ("thi", "tran"): UnitKind.TOWN,
    ("tt",): UnitKind.TOWN,
}
_DISTRICT_KINDS = {("quan",), ("q",), ("huyen",), ("h",), ("thi", "xa"), ("tx",)}
_CITY_KINDS = {("thanh", "pho"), ("tp",), ("t", "p")}
_STREET_WORDS = {
    "pho",
    "duong",
    "ngo",
    "ngach",
    "hem",
    "kiet",
    "so",
    "to",
    "thon",
    "xom",
    "khu",
    "toa",
    "cum",
    "p",
    "phong",
}
HANOI = "ha noi"
_HANOI_TOO = {"hanoi", "hn"}


def fold_name(name: str) -> str:
    """The search form of a name: syllables without diacritics and punctuation ("Hoà" and "Hòa" are one)."""
    return " ".join(syllables(name))


def split_unit_kind(name: str) -> tuple[UnitKind | None, str]:
    """The kind a name begins with, and the folded rest: "P. Trung Phụng" gives ward and "trung phung"."""
    words = tuple(syllables(name))
    for prefix, kind in _UNIT_KINDS.items():
        if words[: len(prefix)] == prefix and len(words) > len(prefix):
            return kind, " ".join(words[len(prefix) :])
    return None, " ".join(words)


def split_district_kind(name: str) -> tuple[bool, str]:
    """Whether the name says that it is a district (quận, huyện, thị xã), and the folded rest."""
    return _strip(name, _DISTRICT_KINDS)


def is_hanoi(name: str) -> bool:
    """Whether this part of an address is the city itself."""
    return _strip(name, _CITY_KINDS)[1] in {HANOI, *_HANOI_TOO}


def _strip(name: str, kinds: set[tuple[str, ...]]) -> tuple[bool, str]:
    words = tuple(syllables(name))
    for prefix in kinds:
        if words[: len(prefix)] == prefix and len(words) > len(prefix):
            return True, " ".join(words[len(prefix) :])
    return False, " ".join(words)


def endings(part: str) -> list[str]:
    """What a unit's name could be at the end of "Số 12 ngõ 5 Trung Phụng": the longest first, never the whole.

    A name right after "phố", "đường" or "ngõ" is a street's and is left out.
    """
    words = syllables(part)
    return [
        " ".join(words[start:])
        for start in range(1, len(words))
        if words[start - 1] not in _STREET_WORDS and not words[start].isdigit()
    ]
