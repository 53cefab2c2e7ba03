import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.vn.names import MAX_LENGTH, InvalidName, Name, display_name, sort_key, split_name, validate_name


@pytest.mark.parametrize(
    ("full", "parts"),
    [
        ("Nguyễn Thị Thu Hà", ("Nguyễn", "Thị Thu", "Hà")),
        ("Lê Lợi", ("Lê", "", "Lợi")),
        ("Bình", ("", "", "Bình")),
        ("  Trần   Văn\tAn ", ("Trần", "Văn", "An")),
    ],
)
def test_names_are_family_middle_given(full, parts):
    assert split_name(full) == Name(" ".join(full.split()), *parts)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("NGUYỄN THỊ HÀ", "Nguyễn Thị Hà"),
        ("H'WEN NIÊ", "H'Wen Niê"),
        ("nguyễn thị hà", "nguyễn thị hà"),
        ("Nguyễn THỊ Hà", "Nguyễn THỊ Hà"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("Y", "Y"),
    ],
)
def test_case_changes_only_when_all_is_capitals(raw, shown):
    assert display_name(raw) == shown


ORDERED = [
    "Lê Văn An", "Trần An", "Lê Àn", "Lê Ản", "Lê Ãn", "Lê Án", "Lê Ạn", "Lê Anh", "Lê Ăn", "Lê Ân", "Đỗ Bảo",
    "Lê Dung", "Trần Đang", "Lê Đức", "Lê Em", "Lê Én", "Lê Êm", "Lê Hoa", "Bùi Thị Hoà", "Đỗ Thị Hòa", "Lê Hoả",
    "Lê Oanh", "Lê Ôn", "Lê Ơn", "Lê Uyên", "Lê Ưng", "Lê Ý",
]  # fmt: skip


def test_names_sort_by_letters_then_tones():
    shuffled = ORDERED[:]
    random.Random(7).shuffle(shuffled)
    assert sorted(shuffled, key=sort_key) == ORDERED


def test_given_name_comes_before_family_and_family_before_middle():
    assert sorted(["Lê An Bình", "Đỗ Văn An", "Lê Văn An", "Lê Đức An"], key=sort_key) == [
        "Đỗ Văn An",
        "Lê Đức An",
        "Lê Văn An",
        "Lê An Bình",
    ]


def test_letters_of_the_whole_part_come_before_its_tones():
    assert sort_key("Lê Thị Ân An") < sort_key("Lê Thị Ấn Bé An")
    assert sort_key("Lê Thi An") < sort_key("Lê Thị An")


def test_both_tone_placements_sort_the_same():
    assert sort_key("Lê Hoà") == sort_key("Lê Hòa")


@given(st.sampled_from(ORDERED), st.sampled_from(["NFC", "NFD"]))
def test_sort_key_does_not_depend_on_case_or_form(name, form):
    assert sort_key(unicodedata.normalize(form, name.upper())) == sort_key(name)
    assert sort_key(name).isascii()


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "name_empty"),
        (" - ", "name_empty"),
        ("Nguyễn V4n An", "name_digits"),
        ("Nguyễn\x00An", "name_control"),
        ("Nguyễn\nAn", "name_control"),
        ("Nguyễn @n", "name_signs"),
        ("An " * MAX_LENGTH, "name_too_long"),
    ],
)
def test_what_is_no_name_is_refused_with_a_reason(raw, code):
    with pytest.raises(InvalidName) as refused:
        validate_name(raw)
    assert refused.value.code == code
    assert str(refused.value)


@pytest.mark.parametrize("name", ["Nguyễn Thị Hà", "H'Wen Niê", "Y Bhăm", "Ksor H’Nhơr", "Kim Anna-Maria", "김 영희"])
def test_names_of_all_who_live_here_are_taken(name):
    assert validate_name(name) == name
