"""The signature of what a bank sends: HMAC-SHA256 over the moment and the body, with a key that both sides know.

``X-Bank-Timestamp`` is the moment of sending (seconds since 1970), ``X-Bank-Signature`` the hexadecimal HMAC of
``timestamp + "." + body``. A message is taken while it is fresh; sent again later it is signed again.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

TIMESTAMP, SIGNATURE = "X-Bank-Timestamp", "X-Bank-Signature"


def sign(key: str, timestamp: str, body: bytes) -> str:
    return hmac.new(key.encode(), timestamp.encode() + b"." + body, sha256).hexdigest()


def is_signed(keys: Iterable[str], timestamp: str, signature: str, body: bytes) -> bool:
    """Whether one of the keys made it; as long for a wrong one as for a right one."""
    found = [hmac.compare_digest(sign(key, timestamp, body).encode(), signature.encode()) for key in keys]
    return any(found)


def is_fresh(timestamp: str, at: datetime, seconds: int) -> bool:
    """Whether it was sent at most so long ago, or so far ahead on a clock that goes before."""
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        return False
    return abs(at.timestamp() - int(timestamp)) <= seconds
