"""Booking needs no sign-in, and each booking or move sends a message: trying costs time."""

from __future__ import annotations

from django.http import HttpRequest

from portal import ratelimit

# A household or an office shares one address; a phone belongs to one person.
PER_ADDRESS, PER_PHONE = 30, 6
ADDRESS_SECONDS, PHONE_SECONDS = 10 * 60, 60 * 60


def count_try(request: HttpRequest, phone: str) -> None:
    """Count one try to book or move for this phone (E.164) from this address. Raises ``TooMany``."""
    ratelimit.count("book-address", ratelimit.client_address(request), limit=PER_ADDRESS, seconds=ADDRESS_SECONDS)
    ratelimit.count("book-phone", phone, limit=PER_PHONE, seconds=PHONE_SECONDS)
