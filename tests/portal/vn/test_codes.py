from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.vn.codes import (
    InvalidCode,
    parse_birth_notice_code,
    parse_certificate_serial,
    parse_organisation_code,
    parse_passport,
)

PARSERS = [parse_organisation_code, parse_birth_notice_code, parse_certificate_serial, parse_passport]


@pytest.mark.parametrize(
    ("parse", "raw", "stored"),
    [
        (parse_organisation_code, "0100109106", "0100109106"),
        (parse_organisation_code, " 0100 109 106 ", "0100109106"),
        (parse_organisation_code, "0100109106-011", "0100109106-011"),
        (parse_organisation_code, "0100109106011", "0100109106-011"),
        (parse_birth_notice_code, "01234.gcs.00123.26", "01234.GCS.00123.26"),
        (parse_birth_notice_code, "01A34.GCS.0012B.26\u200b", "01A34.GCS.0012B.26"),
        (parse_certificate_serial, "ct123456", "CT 123456"),
        (parse_certificate_serial, "AA 01234567", "AA 01234567"),
        (parse_certificate_serial, "đ 123456", "Đ 123456"),
        (parse_passport, "c1234567", "C1234567"),
        (parse_passport, "M 1234-5678", "M12345678"),
    ],
)
def test_usual_forms_are_stored_alike(parse: Callable[[str], str], raw: str, stored: str) -> None:
    assert parse(raw) == stored
    assert parse(stored) == stored


@pytest.mark.parametrize(
    ("parse", "raw"),
    [
        (parse_organisation_code, "0100109107"),  # the check digit
        (parse_organisation_code, "010010910"),
        (parse_organisation_code, "0100109106-1"),
        (parse_organisation_code, "٠١٠٠١٠٩١٠٦"),
        (parse_birth_notice_code, "1234.GCS.00123.26"),
        (parse_birth_notice_code, "01234.GKS.00123.26"),
        (parse_birth_notice_code, "01234-GCS-00123-26"),
        (parse_certificate_serial, "123456"),
        (parse_certificate_serial, "CT 1234567"),
        (parse_certificate_serial, "CTX 123456"),
        (parse_passport, "ABCDEFG"),
        (parse_passport, "C12345678901"),
        (parse_passport, "C1234;DROP"),
        *((parse, "") for parse in PARSERS),
    ],
)
def test_what_is_no_such_number_is_refused_with_an_example(parse: Callable[[str], str], raw: str) -> None:
    with pytest.raises(InvalidCode) as refused:
        parse(raw)
    assert any(character.isdigit() for character in str(refused.value))


@given(st.from_regex(r"[0-9]{9}", fullmatch=True))
def test_of_ten_last_digits_at_most_one_is_right(nine: str) -> None:
    def is_right(digit: int) -> bool:
        try:
            return parse_organisation_code(f"{nine}{digit}") == f"{nine}{digit}"
        except InvalidCode:
            return False

    assert sum(map(is_right, range(10))) <= 1


@given(st.sampled_from(PARSERS), st.text(max_size=30))
def test_any_text_is_read_or_refused_and_what_was_read_is_read_alike(parse: Callable[[str], str], raw: str) -> None:
    try:
        stored = parse(raw)
    except InvalidCode:
        return
    assert parse(stored) == stored
