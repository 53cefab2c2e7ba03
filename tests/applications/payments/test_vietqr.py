"""Codes that banks read: NAPAS' own examples, and whatever is typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.payments.vietqr import checksum, payload

ASCII = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ", max_size=25)


def test_the_checksum_is_the_published_one() -> None:
    assert f"{checksum(b'123456789'):04X}" == "29B1"


STATIC = "00020101021138570010A00000072701270006970403011200110123456780208QRIBFTTA53037045802VN6304"
DYNAMIC = (
    "00020101021238600010A00000072701300006970403011697040311012345670208QRIBFTTC"
    "530370454061800005802VN62340107NPS68690819thanh toan don hang6304"
)


@pytest.mark.parametrize(("text", "crc"), [(STATIC, "F4E5"), (DYNAMIC, "A203")])
def test_the_checksums_of_the_published_examples(text: str, crc: str) -> None:
    assert f"{checksum(text.encode()):04X}" == crc


def test_the_published_example_of_a_payment() -> None:
    made = payload(
        bank="970403",
        account="9704031101234567",
        amount=180000,
        bill="NPS6869",
        purpose="thanh toan don hang",
        to_card=True,
    )
    assert made == f"{DYNAMIC}A203"


def test_the_published_example_of_an_account_with_its_length_put_right() -> None:
    """The example says 12 for an account of 13 digits; the length around it is right."""
    made = payload(bank="970403", account="0011012345678")
    assert made[:-4] == STATIC.replace("0112001101", "0113001101")


def _read(text: str) -> dict[str, str]:
    found = {}
    while text:
        tag, size = text[:2], int(text[2:4])
        found[tag], text = text[4 : 4 + size], text[4 + size :]
    return found


@given(
    account=st.text("0123456789", min_size=1, max_size=19),
    amount=st.integers(1, 10**13 - 1),
    bill=ASCII,
    purpose=ASCII,
)
def test_every_code_reads_back_with_lengths_in_bytes(account: str, amount: int, bill: str, purpose: str) -> None:
    text = payload(bank="970436", account=account, amount=amount, bill=bill, purpose=purpose)
    assert text.isascii()
    read = _read(text)
    assert int(read["54"]) == amount
    assert _read(_read(read["38"])["01"]) == {"00": "970436", "01": account}
    more = _read(read.get("62", ""))
    assert (more.get("01", ""), more.get("08", "")) == (bill, purpose)
    assert read["63"] == f"{checksum(text[:-4].encode()):04X}"


@pytest.mark.parametrize("wrong", ["Nộp phí", "a" * 26, "a\nb"])
def test_what_a_bank_cannot_read_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="25 letters"):
        payload(bank="970436", account="1", amount=1, purpose=wrong)


@pytest.mark.parametrize("amount", [0, -1, 10**13])
def test_an_amount_is_a_whole_sum(amount: int) -> None:
    with pytest.raises(ValueError, match="whole sum"):
        payload(bank="970436", account="1", amount=amount)
