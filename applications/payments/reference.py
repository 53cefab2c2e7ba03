"""The reference by which a transfer finds its dossier: two letters, fourteen digits, two that check them.

Digits alone cannot be mistaken for one another, and the check (ISO 7064, MOD 97-10) catches every single wrong digit and
every two that changed places. Banks put words of their own before and behind, and drop or add spaces.
"""

from __future__ import annotations

import re
import secrets

PREFIX = "MC"
_DIGITS = 14
# Overlapping ones too: a bank's own letters may end in the prefix.
_FOUND = re.compile(rf"(?={PREFIX}([0-9]{{{_DIGITS + 2}}}))", re.ASCII)
_NOISE = re.compile(r"[^0-9A-Z]", re.ASCII)


def new_reference() -> str:
    """One that nobody can guess; of a hundred million million two are not the same, and the database would refuse it."""
    body = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
    return f"{PREFIX}{body}{check_digits(body)}"


def check_digits(body: str) -> str:
    """The two digits that make the whole leave 1 when divided by 97."""
    return f"{98 - int(body) * 100 % 97:02}"


def references_in(text: str) -> list[str]:
    """Every reference whose check holds, each once, as it is stored."""
    plain = _NOISE.sub("", text.upper())
    found = (f"{PREFIX}{digits}" for digits in _FOUND.findall(plain) if int(digits) % 97 == 1)
    return list(dict.fromkeys(found))


def grouped(reference: str) -> str:
    """As it is read: ``MC 1234 5678 9012 3456``."""
    digits = reference.removeprefix(PREFIX)
    return " ".join([PREFIX, *(digits[at : at + 4] for at in range(0, len(digits), 4))])
