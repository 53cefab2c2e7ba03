import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.vn.text import TooLong, clean_line, fold, has_control, matches, nfc, strip_invisible, syllables


def test_fold_drops_all_vietnamese_diacritics():
    assert fold("  Đường  TRƯỜNG Chinh, Đống Đa ") == "duong truong chinh, dong da"


def test_fold_reads_both_tone_placements_the_same():
    assert fold("Hoà") == fold("Hòa") == "hoa"


@given(st.text(max_size=60))
def test_fold_is_stable(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="aăâđeêoôơuưyÀẢÃÁẠĐ \u0300\u0309 nh", max_size=40))
def test_folded_vietnamese_is_plain(text):
    assert fold(text).isascii()


def test_syllables_leave_punctuation_out():
    assert syllables("Phường Ô Chợ Dừa, Q. Đống Đa (cũ)") == ["phuong", "o", "cho", "dua", "q", "dong", "da", "cu"]


def test_part_of_a_syllable_does_not_match():
    assert not matches("trư", fold("Trương Chinh"))
    assert matches("chinh TRƯƠNG", fold("Trương Chinh"))


def test_a_syllable_asked_for_twice_must_be_there_twice():
    assert not matches("an an", "nguyen an")
    assert matches("an an", "an nguyen an")


def test_empty_query_finds_nobody():
    assert not matches("  ", "nguyen an")


def test_nfc_composes():
    assert nfc("e\u0302\u0303") == "ễ"


def test_clean_line_leaves_one_tidy_line():
    assert clean_line(" Tổ\t12,\r\n  Đống\u200b Đa\x00 ", 20) == "Tổ 12, Đống Đa"


def test_clean_line_never_cuts():
    assert clean_line("a" * 10, 10) == "a" * 10
    with pytest.raises(TooLong, match="11 characters"):
        clean_line("a" * 11, 10)


@given(st.text(max_size=80))
def test_clean_line_is_stable(text):
    once = clean_line(text, 400)
    assert clean_line(once, 400) == once == nfc(once)


@given(
    st.text(
        alphabet=st.characters(categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs", "Lu", "Mn"]), max_size=30
    )
)
def test_what_nobody_sees_is_found_and_dropped_by_its_category(s: str):
    categories = [unicodedata.category(char) for char in s]
    assert has_control(s) == any(category in ("Cc", "Cs", "Zl", "Zp") for category in categories)
    assert strip_invisible(s) == "".join(char for char, cat in zip(s, categories, strict=True) if cat != "Cf")
