"""The short code of a declaration, to be said or typed at a desk: K 482 109 375.

Eight digits by chance and a ninth that tells a slip of the tongue from another declaration (Damm's algorithm: every
single wrong digit and every swap of two neighbours). The letter keeps it apart from numbers of people.
"""

from __future__ import annotations

import re
import secrets

LETTER = "K"
_DRAWN = 8
_CODE = re.compile(rf"{LETTER}([0-9]{{{_DRAWN + 1}}})")
_TOKEN = re.compile(r"/declare/([A-Za-z0-9_-]{16,32})/?")
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


def new_code() -> str:
    digits = f"{secrets.randbelow(10**_DRAWN):0{_DRAWN}}"
    return f"{LETTER}{digits}{_check(digits)}"


def code_in(text: str) -> str:
    """The code typed or scanned, as it is stored; spaces, dots, hyphens and case do not matter. Empty if it is none."""
    found = _CODE.fullmatch(re.sub(r"[\s.\-]", "", text).upper())
    return found[0] if found else ""


def is_possible(code: str) -> bool:
    """Whether its last digit is right: a code that is not was mistyped, and is nobody's."""
    return _check(code[1:]) == 0


def token_in(text: str) -> str:
    """The token of a declaration's own address, as its page's QR code holds it. Empty if it is none."""
    found = _TOKEN.search(text)
    return found[1] if found else ""


def spoken(code: str) -> str:
    """As it is read aloud: ``K 482 109 375``."""
    return " ".join([code[:1], code[1:4], code[4:7], code[7:]])


def _check(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return interim
