import pytest

from portal.vn.spelling import (
    is_letter_of_vietnam,
    is_syllable_in_place_names,
    is_unread_telex,
    is_vietnamese_syllable,
    split_tone,
)

SYLLABLES = (
    "Nguyễn Thị Hoà Hòa Quỳnh Uyên Yến Khuê Thuý Huỳnh Đặng Nguyệt Loan Hoài Ngoãn Quốc Quyết Vy Ý Khuya Thuở Oanh "
    "Trường Thoại Huấn Gì Giêng Nghĩa Nghiêm Khương Tuyên Hiếu Liễu Yêu Quân Út Ân Khoái Hữu Lưu Quách Doãn Hoè Quỹ"
)


@pytest.mark.parametrize("word", SYLLABLES.split())
def test_syllables_of_names_pass(word):
    assert is_vietnamese_syllable(word)


@pytest.mark.parametrize("word", ["Nguyen", "Nguyeexn", "Nguyán", "Nguyêễn", "NNguyễn", "Hòá", "Ksor", "Wen", ""])
def test_what_is_no_syllable_does_not(word):
    assert not is_vietnamese_syllable(word)


@pytest.mark.parametrize("word", ["Krông", "Đắk", "Lắk", "Păh", "Pưh", "KĐT", "Đống", "Plông"])
def test_place_names_pass(word):
    assert is_syllable_in_place_names(word)


@pytest.mark.parametrize("word", ["Toưer", "Tíme", "Nguyêễn"])
def test_retyped_words_do_not(word):
    assert not is_syllable_in_place_names(word)


@pytest.mark.parametrize(("word", "unread"), [("Nguyeexn", True), ("Nooij", True), ("Lan", False), ("Park", False)])
def test_telex_keys_are_recognised(word, unread):
    assert is_unread_telex(word) is unread


def test_tones_are_ranked_in_collation_order():
    assert [split_tone(word)[1] for word in ("ma", "mà", "mả", "mã", "má", "mạ")] == [0, 1, 2, 3, 4, 5]
    assert split_tone("Ễ") == ("ê", 3)


@pytest.mark.parametrize(
    ("char", "ours"), [("ễ", True), ("Đ", True), ("ŭ", True), ("Æ", False), ("º", False), ("ш", False)]
)
def test_letters_used_in_vietnam(char, ours):
    assert is_letter_of_vietnam(char) is ours
