"""What the hall hears. Always in Vietnamese, so nothing here is translated."""

from __future__ import annotations

import re

from portal.vn.money import number_in_words

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_ASCII_DIGITS = "0123456789"


def say_number(ticket_no: str) -> str:
    """Return a ticket number one sign at a time: ``A047`` is ``A, không, bốn, bảy``."""
    return ", ".join(
        _DIGITS[int(char)] if char in _ASCII_DIGITS else char.upper() for char in ticket_no if char.isalnum()
    )


def say_call(ticket_no: str, counter_name: str) -> str:
    """Return the call: ``Mời số A, không, bốn, bảy, đến quầy ba.``

    ``counter_name`` is the counter's own name ("Quầy 3") or just its number.
    """
    name = " ".join(counter_name.split())
    if re.fullmatch(r"[0-9]+", name):
        name = f"quầy {name}"
    name = name.replace("Quầy", "quầy", 1) if name.startswith("Quầy") else name
    spoken = re.sub(r"[0-9]{1,4}", lambda number: number_in_words(int(number.group())), name)
    return f"Mời số {say_number(ticket_no)}, đến {spoken}."
