"""Damage by scanners and keyboards: repaired when only one original is possible, refused otherwise, never wrong in silence."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.vn.card_qr import ParsedCard, parse_card
from tests.portal.vn import cards as damage
from tests.portal.vn.cards import CARD, TODAY, Card, cards

examples = settings(max_examples=60, deadline=None)

CODE_PAGES = ["cp1252", "latin-1", "cp1258", "cp437", "cp850"]
SEPARATORS = ["~", "¦", "│", "Đ|", "\t", "\x1d", "§", "||", " | ", "｜", "`", "µ|", "¤"]


def read(payload: str) -> ParsedCard:
    return parse_card(payload, TODAY)


def codes(card: ParsedCard) -> set[str]:
    return {problem.code for problem in card.errors + card.warnings}


@examples
@given(card=cards())
def test_what_is_printed_is_what_is_read(card):
    parsed = read(card.payload)
    assert parsed.claims() == card.claims
    assert parsed.errors == parsed.warnings == []


@examples
@given(card=cards(), data=st.data())
def test_a_cut_card_is_an_error(card, data):
    whole = replace(card, after=()).payload
    assert read(whole[: data.draw(st.integers(0, len(whole) - 1))]).errors


@examples
@given(card=cards(), times=st.integers(2, 3), between=st.sampled_from(["", "\n", "\r\n"]))
def test_a_card_scanned_again_counts_once(card, times, between):
    parsed = read(between.join([card.payload] * times))
    assert parsed.claims() == card.claims
    assert "card_doubled" in codes(parsed)


@examples
@given(one=cards(), other=cards(), between=st.sampled_from(["", "\n", "|"]))
def test_two_cards_never_become_one(one, other, between):
    if one.number != other.number:
        assert "card_two_cards" in codes(read(one.payload + between + other.payload))


@examples
@given(card=cards(), code_page=st.sampled_from(CODE_PAGES), times=st.integers(1, 2))
def test_bytes_typed_as_signs_are_put_right(card, code_page, times):
    parsed = read(damage.in_code_page(code_page)("\n".join([card.payload] * times)))
    assert parsed.claims() == card.claims
    assert "card_encoding_repaired" in codes(parsed)


@pytest.mark.parametrize("code_page", CODE_PAGES)
def test_bytes_that_two_code_pages_read_take_the_vietnamese_reading(code_page):
    card = replace(CARD, full_name="Lý Thị Hoà")
    assert read(damage.in_code_page(code_page)(card.payload)).claims() == card.claims


@examples
@given(card=cards())
def test_bytes_typed_twice_over_are_put_right(card):
    twice = damage.in_code_page("cp1252")(damage.in_code_page("cp1252")(card.payload))
    assert read(twice).claims() == card.claims


@examples
@given(card=cards(), separator=st.sampled_from(SEPARATORS))
def test_another_separator_is_put_right(card, separator):
    parsed = read(card.payload.replace("|", separator))
    assert parsed.claims() == card.claims
    assert separator == " | " or "card_separators_repaired" in codes(parsed)


@examples
@given(card=cards(), data=st.data())
def test_lost_separators_are_put_right(card, data):
    plain = replace(card, after=())
    fields = plain.payload.split("|")
    kept = data.draw(st.lists(st.booleans(), min_size=6, max_size=6))
    payload = fields[0] + "".join("|" * keep + field for keep, field in zip(kept, fields[1:], strict=True))
    parsed = read(payload)
    assert parsed.errors or parsed.claims() == plain.claims
    if not any(kept):
        assert parsed.claims() == plain.claims


@examples
@given(card=cards(), invert=st.sampled_from([str.swapcase, damage.plain_letters_inverted]))
def test_caps_lock_is_undone_or_refused(card, invert):
    parsed = read(invert(card.payload))
    assert parsed.errors or parsed.claims() == card.claims
    assert {"card_case_repaired", "card_caps_lock"} & codes(parsed)


@pytest.mark.parametrize("invert", [str.swapcase, damage.plain_letters_inverted])
def test_caps_lock_is_seen_in_words_that_begin_with_an_accented_letter(invert):
    card = replace(CARD, full_name="Lê Đức Đạt")
    assert read(invert(card.payload)).claims() == card.claims


def test_capitals_inside_a_word_are_pointed_out():
    assert codes(read(replace(CARD, full_name="NguyỄn Thị Hoà").payload)) == {"card_unusual_name"}


@examples
@given(card=cards(), form=st.sampled_from(["NFD", "NFC", "NFKD"]))
def test_composed_and_decomposed_letters_read_the_same(card, form):
    assert read(unicodedata.normalize(form, card.payload)).claims() == card.claims


@examples
@given(card=cards(), data=st.data())
def test_invisible_signs_change_nothing(card, data):
    at = data.draw(st.integers(0, len(card.payload)))
    sign = data.draw(st.sampled_from(["\ufeff", "\u200b", "\u200d", "\u2060", "\u00ad", "\u202a"]))
    assert read(card.payload[:at] + sign + card.payload[at:]).claims() == card.claims


@pytest.mark.parametrize(
    "retyped", [damage.as_telex_keys, damage.as_vni_keys, damage.on_vietnamese_layout], ids=lambda f: f.__name__
)
@examples
@given(card=cards())
def test_a_vietnamese_keyboard_is_named_as_the_cause(retyped, card):
    parsed = read(retyped(card.payload))
    assert {error.code for error in parsed.errors} & {"card_keyboard", "card_misencoded"}
    assert all("English (EN)" in error.message for error in parsed.errors if error.code == "card_keyboard")


@pytest.mark.parametrize("name", ["Nguyễn", "Lê"])
@pytest.mark.parametrize(
    "lossy",
    [
        lambda text: text.encode("ascii", "replace").decode(),
        lambda text: text.encode("ascii", "ignore").decode(),
        lambda text: "".join(char if char.isascii() else "\ufffd" for char in text),
        lambda text: text.encode("cp1258", "replace").decode("cp1258"),
        damage.without_open_bytes,
        lambda text: damage.in_code_page("cp1252")(text).replace("\u00a0", " "),
        lambda text: damage.in_code_page("cp1252")(text).encode("ascii", "ignore").decode(),
        lambda text: text.encode("utf-8", "ignore").decode("utf-16-le", "replace"),
    ],
)
def test_lost_letters_are_refused(lossy, name):
    assert read(lossy(replace(CARD, full_name=f"{name} Thị Hoà").payload)).errors


def test_letters_without_diacritics_are_pointed_out():
    card = replace(CARD, full_name="Tran Van Nam", sex="Nam", residence="To 5, Ba Dinh, Ha Noi", number="001085012345")
    assert "card_no_diacritics" in codes(read(card.payload))


@pytest.mark.parametrize("residence", ["P.12 Toưer, Hà Nội", "Tòa Á2, Hà Nội", "Tíme City, Hà Nội"])
def test_an_abbreviation_made_a_letter_is_pointed_out(residence):
    assert codes(read(replace(CARD, residence=residence).payload)) == {"card_unusual_residence"}


@pytest.mark.parametrize("name", ["Nguyêễn Thị Hoà", "NNguyễn Thị Hoà", "Nguyán Thị Hoà", "Nguyễnx Thị Hoà"])
def test_a_name_that_is_no_syllable_is_pointed_out(name):
    assert codes(read(replace(CARD, full_name=name).payload)) == {"card_unusual_name"}


@pytest.mark.parametrize("separator", [",", ".", "-", " "])
def test_a_separator_that_occurs_in_addresses_is_not_guessed(separator):
    assert read(CARD.payload.replace("|", separator)).errors


@examples
@given(card=cards(), data=st.data())
def test_one_wrong_sign_is_never_a_crash(card, data):
    at = data.draw(st.integers(0, len(card.payload) - 1))
    sign = data.draw(st.characters())
    parsed = read(card.payload[:at] + sign + card.payload[at + 1 :])
    assert all(problem.message for problem in parsed.errors + parsed.warnings)


@settings(max_examples=200, deadline=None)
@given(payload=st.text(max_size=700) | st.text(alphabet="0123456789|Nữam \n\t~Đ", max_size=200))
def test_any_text_is_answered(payload):
    parsed = read(payload)
    assert parsed.ok or all(error.message and error.code for error in parsed.errors)


@examples
@given(card=cards(), data=st.data())
def test_a_lost_key_in_number_or_dates_is_refused(card: Card, data):
    digits = [i for i, char in enumerate(card.payload) if char.isdigit() and _in_number_or_date(card.payload, i)]
    at = data.draw(st.sampled_from(digits))
    assert read(card.payload[:at] + card.payload[at + 1 :]).errors


def _in_number_or_date(payload: str, at: int) -> bool:
    return payload[:at].count("|") in (0, 3, 6)
