"""Money in Vietnamese đồng: whole numbers only."""

from __future__ import annotations

import re

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_BILLION = 10**9
# Below this a number has one reading ("tỷ" is said once).
LIMIT = 10**18
# Plain, or in threes with the same dot or space between all of them.
_WRITTEN = re.compile(
    r"([-−]?)([0-9]{1,18}|[1-9][0-9]{0,2}(?:([.\u0020\u00a0\u202f])[0-9]{3})(?:\3[0-9]{3}){0,4})\s*đ?"
)


def format_vnd(amount: int) -> str:
    """Return the amount as people write it: ``28.000 đ``."""
    return group_thousands(amount) + " đ"


def group_thousands(amount: int) -> str:
    """Return the amount without its unit: ``28.000``."""
    return f"{amount:,}".replace(",", ".")


def read_vnd(text: str) -> int:
    """Return the amount that people wrote, below 10^18: ``28000``, ``28.000``, ``28 000 đ``.

    Raises ValueError where thousands are not whole, as in ``1.5``: no reading is guessed.
    """
    written = _WRITTEN.fullmatch(text.strip().lower())
    if written is None:
        raise ValueError("not an amount in đồng")
    digits = int(re.sub(r"[^0-9]", "", written[2]))
    return -digits if written[1] else digits


def amount_in_words(amount: int) -> str:
    """Return the amount in Vietnamese words: ``hai mươi tám nghìn đồng``. Raises ValueError from 10^18 on."""
    return number_in_words(amount) + " đồng"


def number_in_words(n: int) -> str:
    """Return a whole number in Vietnamese words, as read in the north: linh, mốt, tư, lăm.

    Raises ValueError from 10^18 on.
    """
    if n < 0:
        return "âm " + number_in_words(-n)
    if n >= LIMIT:
        raise ValueError("number too large to be read")
    if n < _BILLION:
        return " ".join(_below_billion(n, after_more=False)) or _DIGITS[0]
    billions, rest = divmod(n, _BILLION)
    return " ".join([*_below_billion(billions, after_more=False), "tỷ", *_below_billion(rest, after_more=True)])


def _below_billion(n: int, *, after_more: bool) -> list[str]:
    """Read n < 10^9, nothing for zero. ``after_more``: something was said before, so hundreds are said even if zero."""
    words: list[str] = []
    for size, name in ((10**6, "triệu"), (1000, "nghìn"), (1, "")):
        group = n // size % 1000
        if group:
            words += _below_thousand(group, with_hundreds=after_more or bool(words))
            words += [name] if name else []
    return words


def _below_thousand(n: int, *, with_hundreds: bool) -> list[str]:
    hundreds, rest = divmod(n, 100)
    words = [_DIGITS[hundreds], "trăm"] if hundreds or with_hundreds else []
    tens, units = divmod(rest, 10)
    if rest == 0:
        return words
    if tens == 0:
        return [*words, "linh", _DIGITS[units]] if words else [_DIGITS[units]]
    words += ["mười"] if tens == 1 else [_DIGITS[tens], "mươi"]
    if units == 1 and tens > 1:
        return [*words, "mốt"]
    if units == 4 and tens > 1:
        return [*words, "tư"]
    if units == 5:
        return [*words, "lăm"]
    return [*words, _DIGITS[units]] if units else words
