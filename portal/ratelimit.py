"""Guessing costs time: counters in the shared cache, by a scope and whoever asks."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from django.utils.connection import ConnectionProxy
from django.utils.translation import gettext_lazy as _

from portal.errors import RuleBroken

cache: Any = ConnectionProxy(caches, "tries")


class TooMany(RuleBroken):
    """Asked too often; the sentence says when to come back."""

    status = 429


def client_address(request: HttpRequest) -> str:
    """The asker's address; behind proxies, the one the outermost trusted proxy saw."""
    if settings.TRUSTED_PROXIES:
        forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        if len(forwarded) >= settings.TRUSTED_PROXIES:
            return forwarded[-settings.TRUSTED_PROXIES]
    return request.META.get("REMOTE_ADDR", "")


def refuse_if_over(scope: str, who: str, *, limit: int, seconds: int) -> None:
    """Raise ``TooMany`` where ``who`` has used up the tries that ``count`` counted; counts nothing itself."""
    if cache.get(_key(scope, who), 0) >= limit:
        raise _too_many(seconds)


def count(scope: str, who: str, *, limit: int, seconds: int) -> None:
    """Count one try of ``who`` (hashed before it is kept). Raises ``TooMany`` past ``limit`` in ``seconds``."""
    key = _key(scope, who)
    cache.add(key, 0, seconds)
    try:
        tries = cache.incr(key)
    except ValueError:  # expired between the two calls
        cache.set(key, 1, seconds)
        tries = 1
    if tries > limit:
        raise _too_many(seconds)


def _key(scope: str, who: str) -> str:
    return f"tries:{scope}:{hashlib.sha256(who.encode()).hexdigest()[:24]}"


def _too_many(seconds: int) -> TooMany:
    minutes = -(-seconds // 60)
    return TooMany(
        _("That was tried too often. Please wait %(minutes)s minutes, or ask at the counter.") % {"minutes": minutes},
        code="too_many",
    )
