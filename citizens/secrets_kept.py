"""Codes and keys of citizens' sign-ins, as the database keeps them: hashes under the site's key.

A copy of the database alone opens nothing, and a code of six digits cannot be found by trying all of them on its hash.
"""

from __future__ import annotations

import secrets

from django.utils.crypto import salted_hmac

KEY_BYTES = 32


def new_key() -> str:
    return secrets.token_urlsafe(KEY_BYTES)


def new_digits(count: int) -> str:
    return f"{secrets.randbelow(10**count):0{count}}"


def kept_hash(purpose: str, text: str) -> str:
    """64 hexadecimal digits; the same text for another purpose has another hash."""
    return salted_hmac(f"citizens.{purpose}", text, algorithm="sha256").hexdigest()
