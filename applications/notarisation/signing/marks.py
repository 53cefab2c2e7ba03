"""Which signatures a file carries, by the hash of each one's bytes: read from the raw file, however damaged it is."""

from __future__ import annotations

import hashlib
import mmap
import re
from itertools import islice

Buffer = bytes | mmap.mmap

# A signature is kilobytes of hexadecimal digits; nothing else in a PDF is.
_HEX = re.compile(rb"<([0-9A-Fa-f]{2000,1000000})>")
_SEQUENCE, _LONG_FORM = 0x30, 0x80
MOST = 50


def signature_blobs(content: Buffer) -> list[bytes]:
    """The signatures' bytes (CMS, DER) in the order of the file, without the room that was left behind them."""
    found = (match[1] for match in islice(_HEX.finditer(content), MOST))
    return [blob for digits in found if (blob := _trimmed(_from_hex(digits)))]


def signature_hashes(content: Buffer) -> list[str]:
    """SHA-256 of each."""
    return [hashlib.sha256(blob).hexdigest() for blob in signature_blobs(content)]


def _from_hex(digits: bytes) -> bytes:
    return bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii"))


def _trimmed(raw: bytes) -> bytes:
    """The one ASN.1 sequence that ``raw`` begins with; empty when it does not."""
    if len(raw) < 4 or raw[0] != _SEQUENCE or not raw[1] & _LONG_FORM:
        return b""
    width = raw[1] & ~_LONG_FORM
    length = int.from_bytes(raw[2 : 2 + width], "big") + 2 + width
    return raw[:length] if 0 < width <= 4 and length <= len(raw) else b""
