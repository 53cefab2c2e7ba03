from dataclasses import replace
from datetime import date

import pytest

from portal.vn.card_qr import MAX_LENGTH, ParsedCard, parse_card
from tests.portal.vn.cards import CARD, OTHER, TODAY


def read(payload: str) -> ParsedCard:
    return parse_card(payload, TODAY)


def errors(payload: str) -> list[tuple[str, str]]:
    return [(error.code, error.field) for error in read(payload).errors]


def warnings(payload: str) -> list[str]:
    card = read(payload)
    assert card.ok, card.errors
    return [warning.code for warning in card.warnings]


def test_a_card_is_read():
    card = read(CARD.payload)
    assert card.claims() == CARD.claims
    assert (card.errors, card.warnings, card.fields_seen) == ([], [], 7)


def test_blank_old_number_is_usual():
    card = read(replace(CARD, old_number="").payload)
    assert (card.ok, card.old_number, card.warnings) == (True, "", [])


def test_new_layout_with_parents_is_read():
    card = read(replace(CARD, old_number="", after=("", "Nguyễn Văn A", "Trần Thị B", "")).payload)
    assert (card.ok, card.issued_on, card.fields_seen) == (True, CARD.issued_on, 11)


def test_layout_without_old_number_field_is_read_by_shape():
    card = read(CARD.payload.replace("|012345678|", "|"))
    assert card.claims() == replace(CARD, old_number="").claims


def test_layout_with_sex_before_birth_is_read_by_shape():
    assert read(CARD.payload.replace("15061985|Nữ", "Nữ|15061985")).claims() == CARD.claims


def test_a_person_named_nam_keeps_the_name():
    card = replace(CARD, full_name="Nam")
    assert read(card.payload).claims() == card.claims


@pytest.mark.parametrize("payload", ["", "  ", "\n", "\ufeff", "\x02\x03"])
def test_nothing_read(payload):
    assert read(payload).errors


@pytest.mark.parametrize("payload", ["||||||", "|| | ||", "---|||"])
def test_signs_without_a_letter_or_a_digit_are_no_card_whatever_the_keyboard(payload):
    assert errors(payload) == [("card_not_a_card", "number")]


def test_bare_number_is_a_cut_card_and_keeps_the_number():
    card = read(CARD.number)
    assert (card.errors[0].code, card.number) == ("card_cut", CARD.number)


def test_missing_last_character_is_a_cut():
    assert errors(CARD.payload[:-1]) == [("card_cut", "issued_on")]


def test_address_cut_in_the_middle_is_refused():
    assert errors(CARD.payload[: CARD.payload.index("Đa, Hà")]) == [("card_cut", "residence")]


def test_same_card_scanned_twice_counts_once():
    for between in ("", "\n", "\r\n", "\t", " ", "\n\n"):
        card = read(CARD.payload + between + CARD.payload + "\r\n")
        assert card.claims() == CARD.claims, between
        assert "card_doubled" in [warning.code for warning in card.warnings]


def test_complete_scan_after_a_cut_one_of_the_same_card_is_taken():
    for cut in (-1, -12, 60, 13):
        assert read(CARD.payload[:cut] + CARD.payload).claims() == CARD.claims, cut


@pytest.mark.parametrize("between", ["", "\n", "\t", "|"])
def test_two_different_cards_are_refused_and_nothing_is_filled_in(between):
    card = read(CARD.payload + between + OTHER.payload)
    assert [error.code for error in card.errors] == ["card_two_cards"]
    assert card.claims() == ParsedCard().claims()


def test_two_readings_of_one_card_that_differ_are_refused():
    other_address = replace(CARD, residence="Số 6, Tổ 12, Đống Đa, Hà Nội")
    assert errors(CARD.payload + "\n" + other_address.payload) == [("card_readings_differ", "")]


def test_tail_of_another_card_before_this_one_is_refused():
    assert errors(OTHER.payload[20:] + CARD.payload) != []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"birth_date": date(2026, 12, 1)}, ("card_birth_in_future", "birth_date")),
        ({"issued_on": date(2026, 12, 1)}, ("card_issued_in_future", "issued_on")),
        ({"issued_on": CARD.birth_date}, ("card_issued_before_birth", "issued_on")),
        ({"birth_date": date(1896, 11, 29)}, None),
        ({"birth_date": date(1895, 11, 30)}, ("card_too_old", "birth_date")),
    ],
)
def test_impossible_dates(change, expected):
    assert (expected in errors(replace(CARD, **change).payload)) is (expected is not None)


def test_card_issued_today_is_read():
    assert read(replace(CARD, issued_on=TODAY).payload).ok


@pytest.mark.parametrize("raw", ["30021985", "00001985", "15131985", "1506 1985", "1985", "l5061985", "１５061985"])
def test_birth_dates_that_do_not_exist_are_errors(raw):
    assert errors(CARD.payload.replace("15061985", raw))


@pytest.mark.parametrize("sign", ["\0", "\x07", "\x1b", "\x85", "\u2028", "\n"])
def test_control_characters_inside_are_refused(sign):
    assert read(CARD.payload.replace("Nguyễn", f"Ngu{sign}yễn")).errors


def test_more_than_a_card_holds_is_refused():
    longest = "a" * (MAX_LENGTH - len(replace(CARD, residence="").payload))
    assert read(replace(CARD, residence=longest).payload).ok
    assert errors(replace(CARD, residence=longest + "a").payload) == [("card_too_long", "")]
    assert errors("1" * 1_000_000) == [("card_too_long", "")]


@pytest.mark.parametrize("junk", ["abc", "]Q1", "ưQ1", "\ufeff", "\x02", "\u200b", "Nguyễn ", "|"])
def test_signs_before_the_number_are_left_out(junk):
    assert read(junk + CARD.payload).claims() == CARD.claims


@pytest.mark.parametrize("junk", ["1", "0011850123456", "A1"])
def test_digits_before_the_number_are_refused(junk):
    assert read(junk + CARD.payload).errors


def test_another_qr_code_is_not_a_card():
    assert errors("https://example.vn/?a=1") == [("card_not_a_card", "number")]


def test_identity_warnings_are_joined_in():
    assert warnings(replace(CARD, number="003185012345").payload) == ["identity_unknown_province"]
    assert warnings(replace(CARD, number="001085012345").payload) == ["identity_sex_mismatch"]
    assert warnings(replace(CARD, number="001186012345").payload) == ["identity_year_mismatch"]


@pytest.mark.parametrize("old", ["12345678", "none", "01234567x"])
def test_unreadable_old_number_is_left_out_with_a_warning(old):
    assert warnings(replace(CARD, old_number=old).payload) == ["card_old_number"]


def test_name_of_another_people_is_accepted_with_a_second_look():
    card = replace(CARD, full_name="H'Wen Niê Kđăm")
    assert read(card.payload).full_name == "H'Wen Niê Kđăm"
    assert warnings(card.payload) == ["card_unusual_name"]


def test_capitals_on_the_card_become_a_usual_name():
    assert read(replace(CARD, full_name="NGUYỄN THỊ HOÀ").payload).full_name == "Nguyễn Thị Hoà"


def test_messages_and_repr_hold_no_personal_data():
    card = read(CARD.payload[:-1] + "x")
    told = repr(card) + "".join(problem.message for problem in card.errors + card.warnings)
    assert card.errors
    assert not any(part in told for part in (CARD.number, "Hoà", "Đống Đa", "1985"))
