from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.vn.dates import PartialDate
from portal.vn.identity import (
    IdentityCode,
    InvalidIdentity,
    Sex,
    check_identity,
    mask_identity,
    parse_identity_number,
)

TODAY = date(2026, 11, 30)


def codes(*args, **kwargs):
    return [warning.code for warning in check_identity(*args, **kwargs)]


def test_number_tells_province_sex_and_year():
    identity = parse_identity_number(" 001 185.012-345 ")
    assert identity.number == "001185012345"
    assert (identity.province_code, identity.province_name) == ("001", "Hà Nội")
    assert (identity.sex, identity.birth_year, identity.born_abroad) == (Sex.FEMALE, 1985, False)


@pytest.mark.parametrize(("digit", "sex", "year"), [("0", "male", 1907), ("3", "female", 2007), ("8", "male", 2307)])
def test_fourth_digit_tells_sex_and_century(digit, sex, year):
    identity = parse_identity_number(f"001{digit}07000001")
    assert (identity.sex, identity.birth_year) == (sex, year)


def test_province_codes_mean_new_provinces_for_those_born_after_the_merger():
    assert parse_identity_number("024085000001").province_name == "Bắc Giang"
    assert parse_identity_number("024226000001").province_name == "Tỉnh Bắc Ninh"


def test_country_codes_are_accepted():
    identity = parse_identity_number("116085000001")
    assert identity.born_abroad
    assert check_identity(identity) == []


def test_old_nine_digit_card_is_refused_with_the_reason():
    with pytest.raises(InvalidIdentity, match="01/01/2025") as refused:
        parse_identity_number("012 345 678")
    assert refused.value.code == IdentityCode.OLD_CARD


@pytest.mark.parametrize(
    "raw", ["", " ", "00118501234", "0011850123456", "00118501234a", "００１１８５０１２３４５", "-1"]
)
def test_anything_but_twelve_digits_is_refused(raw):
    with pytest.raises(InvalidIdentity) as refused:
        parse_identity_number(raw)
    assert raw.strip() == "" or raw not in str(refused.value)


@given(st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_every_twelve_digits_are_read_and_checked_without_refusal(number):
    assert parse_identity_number(number).number == number
    check_identity(number, date(1985, 6, 15), "female", TODAY)


def test_a_number_that_fits_has_no_warnings():
    assert codes("001185012345", date(1985, 6, 15), "female", TODAY) == []
    assert codes("001185012345", PartialDate(1985), "female", TODAY) == []


def test_each_mismatch_is_a_warning():
    assert codes("003185012345") == [IdentityCode.UNKNOWN_PROVINCE]
    assert codes("001185012345", date(1986, 6, 15)) == [IdentityCode.YEAR_MISMATCH]
    assert codes("001185012345", sex="male") == [IdentityCode.SEX_MISMATCH]
    assert codes("001227012345", today=TODAY) == [IdentityCode.YEAR_IN_FUTURE]


def test_warnings_speak_without_the_number():
    for warning in check_identity("003227012345", date(1986, 6, 15), "female", TODAY):
        assert "%" not in warning.message
        assert "012345" not in warning.message


def test_mask_hides_the_middle():
    assert mask_identity("001045012345") == "001 045 ••• 345"
    assert mask_identity("012345678") == "••• ••• 678"
    assert mask_identity("12") == "••• •••"


def test_number_stays_out_of_repr():
    assert "012345" not in repr(parse_identity_number("001185012345"))
