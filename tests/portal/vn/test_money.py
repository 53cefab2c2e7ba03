import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.vn.money import LIMIT, amount_in_words, format_vnd, number_in_words, read_vnd

NAMES = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
DIGITS = dict(zip(NAMES, range(10), strict=True))
DIGITS |= {"mốt": 1, "tư": 4, "lăm": 5}
SCALES = {"nghìn": 10**3, "triệu": 10**6}


def read_back(words: list[str]) -> int:
    """Read number words independently of how they are made."""
    if "tỷ" in words:
        at = words.index("tỷ")
        return read_back(words[:at]) * 10**9 + read_back(words[at + 1 :])
    total = group = 0
    digit = None
    for word in words:
        if word in DIGITS:
            digit = DIGITS[word]
            continue
        if word == "trăm":
            group += 100 * digit
        elif word == "mươi":
            group += 10 * digit
        elif word == "mười":
            group += 10
        elif word in SCALES:
            total += (group + (digit or 0)) * SCALES[word]
            group = 0
        else:
            assert word == "linh", word
        digit = None
    return total + group + (digit or 0)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "không đồng"),
        (5, "năm đồng"),
        (10, "mười đồng"),
        (11, "mười một đồng"),
        (14, "mười bốn đồng"),
        (15, "mười lăm đồng"),
        (20, "hai mươi đồng"),
        (21, "hai mươi mốt đồng"),
        (24, "hai mươi tư đồng"),
        (55, "năm mươi lăm đồng"),
        (101, "một trăm linh một đồng"),
        (105, "một trăm linh năm đồng"),
        (28_000, "hai mươi tám nghìn đồng"),
        (1_000_000, "một triệu đồng"),
        (1_001_000, "một triệu không trăm linh một nghìn đồng"),
        (1_000_010, "một triệu không trăm mười đồng"),
        (2_000_000_000, "hai tỷ đồng"),
        (1_000_000_005, "một tỷ không trăm linh năm đồng"),
        (-8_000, "âm tám nghìn đồng"),
    ],
)
def test_amounts_read_as_on_receipts(amount, words):
    assert amount_in_words(amount) == words


@given(st.integers(0, LIMIT - 1) | st.integers(0, 2_000_000) | st.integers(0, 10**6).map(lambda n: n * 1000))
def test_words_read_back_to_the_amount(amount):
    assert read_back(number_in_words(amount).split()) == amount


@given(st.integers(0, LIMIT - 1))
def test_wording_rules(amount):
    words = f" {number_in_words(amount)} "
    assert "  " not in words
    assert not any(wrong in words for wrong in (" mươi một ", " mươi bốn ", " mươi năm ", " mười năm ", " linh không "))


def test_numbers_without_one_reading_are_refused():
    with pytest.raises(ValueError, match="too large"):
        number_in_words(LIMIT)


@pytest.mark.parametrize(
    ("amount", "shown"), [(0, "0 đ"), (500, "500 đ"), (28000, "28.000 đ"), (-1234567, "-1.234.567 đ")]
)
def test_money_is_written_with_dots(amount, shown):
    assert format_vnd(amount) == shown


@given(st.integers(-(10**15), 10**15))
def test_written_money_reads_back(amount):
    assert int(format_vnd(amount).removesuffix(" đ").replace(".", "")) == amount


@given(st.integers(min_value=-LIMIT + 1, max_value=LIMIT - 1))
def test_a_shown_amount_is_read_back_whole(amount):
    for written in (format_vnd(amount), str(amount), format_vnd(amount).replace(".", " ")):
        assert read_vnd(written) == amount


@pytest.mark.parametrize(
    ("typed", "meant"), [(" 4.000 ", 4000), ("4000đ", 4000), ("4 000 Đ", 4000), ("−15.000", -15_000)]
)
def test_an_amount_is_read_as_people_write_it(typed, meant):
    assert read_vnd(typed) == meant


@pytest.mark.parametrize(
    "typed",
    ["", "đ", "1.5", "2.00", "15.0000", "1.000 000", "4,000", "1e3", "0.500", "1..000", "٤", "9" * 19, "4.000 $"],
)
def test_what_is_no_whole_amount_is_not_guessed_at(typed):
    with pytest.raises(ValueError, match="amount"):
        read_vnd(typed)
