"""Cards as issued, and everything that happens to their payload between the scanner and the field."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import strategies as st

TODAY = date(2026, 11, 30)


@dataclass(frozen=True)
class Card:
    number: str = "001185012345"
    old_number: str = "012345678"
    full_name: str = "Nguyễn Thị Hoà"
    birth_date: date = date(1985, 6, 15)
    sex: str = "Nữ"
    residence: str = "Số 5, Tổ 12, Đống Đa, Hà Nội"
    issued_on: date = date(2021, 7, 1)
    after: tuple[str, ...] = ()

    @property
    def payload(self) -> str:
        birth, issued = f"{self.birth_date:%d%m%Y}", f"{self.issued_on:%d%m%Y}"
        fields = (self.number, self.old_number, self.full_name, birth, self.sex, self.residence, issued)
        return "|".join(fields + self.after)

    @property
    def claims(self) -> tuple[object, ...]:
        sex = {"Nam": "male", "Nữ": "female"}[self.sex]
        dates = (self.birth_date, self.issued_on)
        return (self.number, self.old_number, self.full_name, sex, self.residence, *dates)


CARD = Card()
OTHER = replace(CARD, number="001085099999", full_name="Trần Văn Bình", sex="Nam")

_FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Đỗ", "Lý", "Ngô", "Quách")
_MIDDLES = ("Thị", "Văn", "Đức", "Ngọc", "Thị Thu", "Minh Quốc", "")
_GIVEN = ("Hoà", "Bình", "Nguyệt", "Quỳnh", "An", "Nam", "Đạt", "Yến", "Uyên", "Thuý", "Hằng", "Sơn", "Ân")
_PLACES = ("Đống Đa, Hà Nội", "Xã Ea H'leo, Đắk Lắk", "Phường Phú Thượng, Tây Hồ, Hà Nội", "Krông Búk, Đắk Lắk")
_STREETS = ("Số 5", "Tổ 12", "Ngõ 165/2 Thái Hà", "P.1204 CT2 KĐT Mỹ Đình", "Thôn Đồng Vàng")
_EXTRA_FIELDS = ((), ("",), ("", "Nguyễn Văn Cường", "Trần Thị Dậu", ""), ("Lê Văn Em", "Hồ Thị Gấm"))


@st.composite
def cards(draw: st.DrawFn) -> Card:
    birth = draw(st.dates(date(1925, 1, 1), date(2012, 1, 1)))
    issued = draw(st.dates(max(birth + timedelta(days=1), date(2021, 1, 1)), TODAY))
    sex = draw(st.sampled_from(("Nam", "Nữ")))
    mark = (birth.year // 100 - 19) * 2 + (sex == "Nữ")
    tail = draw(st.integers(0, 999_999))
    words = (draw(st.sampled_from(_FAMILIES)), draw(st.sampled_from(_MIDDLES)), draw(st.sampled_from(_GIVEN)))
    return Card(
        number=f"{draw(st.sampled_from(('001', '038', '096', '116')))}{mark}{birth.year % 100:02}{tail:06}",
        old_number=draw(st.sampled_from(("", "012345678", "987650001"))),
        full_name=" ".join(filter(None, words)),
        birth_date=birth,
        sex=sex,
        residence=f"{draw(st.sampled_from(_STREETS))}, {draw(st.sampled_from(_PLACES))}",
        issued_on=issued,
        after=draw(st.sampled_from(_EXTRA_FIELDS)),
    )


def in_code_page(code_page: str) -> Callable[[str], str]:
    """UTF-8 bytes typed one by one as signs of a code page; bytes it leaves open come as control characters."""

    def typed(text: str) -> str:
        return "".join(bytes([byte]).decode(code_page, errors="ignore") or chr(byte) for byte in text.encode())

    return typed


def plain_letters_inverted(text: str) -> str:
    return "".join(char.swapcase() if char.isascii() else char for char in text)


def without_open_bytes(text: str) -> str:
    """Windows-1252 drops what it has no sign for."""
    return "".join(char for char in in_code_page("cp1252")(text) if not "\x80" <= char <= "\x9f")


_TELEX = {"\u0300": "f", "\u0309": "r", "\u0303": "x", "\u0301": "s", "\u0323": "j"}
_TELEX_SHAPES = {"\u0302": "same", "\u0306": "w", "\u031b": "w"}


def as_telex_keys(text: str) -> str:
    """The keys a Telex typist would press: "Nguyễn" is "Nguyeexn"."""
    keys = []
    for char in _shape_before_tone(text.replace("đ", "dd").replace("Đ", "DD")):
        shape = _TELEX_SHAPES.get(char)
        keys.append(keys[-1][-1].lower() if shape == "same" else shape or _TELEX.get(char, char))
    return "".join(keys)


def _shape_before_tone(text: str) -> str:
    """Decomposed, the circumflex of ệ before its dot, as people type."""
    marks = "".join(_TELEX)
    return "".join("".join(sorted(unicodedata.normalize("NFD", char), key=lambda part: part in marks)) for char in text)


def as_vni_keys(text: str) -> str:
    """The keys of a VNI typist: tones and shapes as digits."""
    keys = dict(zip("\u0301\u0300\u0309\u0303\u0323\u0302\u031b\u0306", "12345678", strict=True))
    decomposed = _shape_before_tone(text.replace("đ", "d9").replace("Đ", "D9"))
    return "".join(keys.get(char, char) for char in decomposed)


def on_vietnamese_layout(text: str) -> str:
    """The Windows "Vietnamese" layout has letters and tone marks on the digit row."""
    return text.translate(str.maketrans("1234567890", "ăâêô\u0300\u0309\u0303\u0301\u0323đ"))


def telex_on_plain_words(text: str) -> str:
    """A Telex driver over text whose accented letters it lets pass: only plain words with its keys change."""
    for keys, letter in (("dd", "đ"), ("aa", "â"), ("ee", "ê"), ("oo", "ô"), ("ow", "ơ"), ("w", "ư")):
        text = text.replace(keys, letter)
    return text
