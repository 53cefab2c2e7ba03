import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.vn.phones import InvalidPhone, display_phone, is_mobile, last4, mask_phone, parse_mobile, parse_phone

MOBILES = st.from_regex(r"(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-46-9])[0-9]{7}", fullmatch=True)


@pytest.mark.parametrize(
    "raw",
    ["0912345678", "0912 345 678", "+84912345678", "84 912.345.678", "0084912345678", "(+84) 912-345-678",
     "+84 (0) 912 345 678", "\u200b0912345678", "091 2345678"],
)  # fmt: skip
def test_usual_forms_are_one_number(raw):
    assert parse_phone(raw) == "+84912345678"


@pytest.mark.parametrize(
    "raw",
    ["", "912345678", "091234567", "09123456789", "0950123456", "01689123456", "+82 10 1234 5678", "0912345abc",
     "113", "٠٩١٢٣٤٥٦٧٨", "0912345678;rm", "+84+84912345678"],
)  # fmt: skip
def test_what_is_no_number_is_refused(raw):
    with pytest.raises(InvalidPhone) as refused:
        parse_phone(raw)
    assert "0912 345 678" in str(refused.value)


@given(MOBILES, st.sampled_from(["0", "+84", "84", "0084"]))
def test_national_form_reads_back(national, prefix):
    e164 = parse_phone(prefix + national)
    assert e164 == "+84" + national
    assert parse_phone(display_phone(e164)) == e164
    assert is_mobile(e164)


def test_landlines_are_shown_with_their_area():
    assert display_phone(parse_phone("02438251234")) == "024 3825 1234"
    assert display_phone(parse_phone("0203 3825123")) == "0203 382 5123"
    assert not is_mobile("+842438251234")


def test_mask_shows_the_last_three_only():
    assert mask_phone("+84912345678") == "•• ••• 678"
    assert mask_phone("12") == "•• ••• •••"
    assert last4("+84912345678") == "5678"


def test_where_an_sms_is_promised_a_landline_is_told_so():
    assert parse_mobile("0912 345 678") == "+84912345678"
    with pytest.raises(InvalidPhone) as refused:
        parse_mobile("024 3825 1234")
    assert refused.value.code == "not_a_mobile" and "mobile number" in str(refused.value)
    with pytest.raises(InvalidPhone) as refused:
        parse_mobile("12")
    assert refused.value.code == "phone_invalid"
