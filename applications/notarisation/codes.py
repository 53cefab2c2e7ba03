"""The code printed on a certified copy: whoever holds the copy can check it, and nobody guesses one."""

from __future__ import annotations

import secrets

# Crockford's letters: none is taken for another. Sixty bits.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 12
_GROUP = 4
_MEANT = str.maketrans("OIL", "011")


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _letter in range(CODE_LENGTH))


def shown(code: str) -> str:
    """In groups of four, as printed."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def typed(text: str) -> str:
    """The code that somebody typed, whatever they put between; empty when it cannot be one."""
    code = "".join(char for char in text.upper() if char.isalnum()).translate(_MEANT)
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else ""
