from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.vn.dates import (
    EARLIEST_YEAR,
    HANOI,
    InvalidPartialDate,
    PartialDate,
    age_on,
    date_in_words,
    format_date,
    format_moment,
    weekday_name,
)


def test_dates_have_two_digit_days_and_months():
    assert format_date(date(2025, 7, 2)) == "02/07/2025"


@pytest.mark.parametrize(
    ("lang", "monday", "sunday"),
    [
        ("vi", "thứ Hai", "Chủ nhật"),
        ("en-us", "Monday", "Sunday"),
        ("ko", "월요일", "일요일"),
        ("fr", "Monday", "Sunday"),
    ],
)
def test_weekdays(lang, monday, sunday):
    assert weekday_name(date(2026, 11, 30), lang) == monday
    assert weekday_name(date(2026, 11, 29), lang) == sunday


def test_moments_are_in_hanoi_time():
    assert format_moment(datetime(2026, 11, 30, 10, 0, tzinfo=UTC), "vi") == "17:00 thứ Hai 30/11/2026"
    assert format_moment(datetime(2026, 11, 29, 17, 0, tzinfo=UTC), "en") == "00:00 Monday 30/11/2026"
    assert (
        format_moment(datetime(2026, 11, 30, 10, 0, tzinfo=UTC).astimezone(HANOI).replace(tzinfo=None), "vi")
        == "17:00 thứ Hai 30/11/2026"
    )


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2025, 7, 2), "ngày 02 tháng 7 năm 2025"),
        (date(2025, 1, 31), "ngày 31 tháng 01 năm 2025"),
        (date(2025, 2, 9), "ngày 09 tháng 02 năm 2025"),
        (date(2025, 12, 10), "ngày 10 tháng 12 năm 2025"),
    ],
)
def test_documents_write_dates_as_decree_30_says(day, words):
    assert date_in_words(day) == words


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        ("1945", (1945, None, None)),
        ("02/1945", (1945, 2, None)),
        ("1/2/1945", (1945, 2, 1)),
        (" 01-02-1945 ", (1945, 2, 1)),
        ("1945-02-01", (1945, 2, 1)),
        ("1945-02", (1945, 2, None)),
    ],
)
def test_partial_dates_are_read(raw, parts):
    assert PartialDate.parse(raw) == PartialDate(*parts)


@pytest.mark.parametrize(
    "raw", ["", "45", "13/1945", "00/1945", "0/1/1945", "30/02/1945", "1/2/3/1945", "1700", "١٩٤٥"]
)
def test_what_is_no_date_is_refused(raw):
    with pytest.raises(InvalidPartialDate, match="01/02/1945"):
        PartialDate.parse(raw)


def test_a_day_needs_a_month():
    with pytest.raises(InvalidPartialDate):
        PartialDate(1945, None, 3)


@given(st.dates(date(EARLIEST_YEAR, 1, 1)), st.integers(1, 3))
def test_partial_dates_read_back(day, known):
    partial = PartialDate(*(day.year, day.month, day.day)[:known])
    assert PartialDate.parse(str(partial)) == partial
    assert partial.as_date() == (day if known == 3 else None)
    assert partial.is_full is (known == 3)


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.integers(0, 99))
def test_age_grows_on_the_birthday(birth, years):
    try:
        birthday = birth.replace(year=birth.year + years)
    except ValueError:
        birthday = date(birth.year + years, 3, 1)  # born on 29 February
    assert age_on(birth, birthday) == years
    if years:
        assert age_on(birth, date.fromordinal(birthday.toordinal() - 1)) == years - 1


def test_age_before_birth_is_an_error():
    with pytest.raises(ValueError, match="before the birth"):
        age_on(date(2026, 1, 2), date(2026, 1, 1))
