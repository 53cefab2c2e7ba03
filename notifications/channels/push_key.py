"""The key by which push services know this portal (VAPID, RFC 8292)."""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02, VapidException


def signer() -> Vapid02:
    """The signer of ``VAPID_PRIVATE_KEY``. Raises ``ValueError``."""
    return _signer(settings.VAPID_PRIVATE_KEY)


def public_key() -> str:
    """What a browser subscribes with, in base64url; empty where no push is offered. Raises ``ValueError``."""
    if not settings.VAPID_PRIVATE_KEY:
        return ""
    point = signer().public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).decode().rstrip("=")


@lru_cache(maxsize=2)
def _signer(key: str) -> Vapid02:
    try:
        return Vapid02.from_string(private_key=key)
    except (ValueError, binascii.Error, VapidException) as error:
        raise ValueError("it is no key") from error
