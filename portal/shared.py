"""The shared cache as what it is: a help, never a need. With it down, nothing is known and nothing is kept."""

from __future__ import annotations

from typing import Any

import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)
# What a cache raises that cannot be reached or has no room: Redis' own errors, and the file cache's.
DOWN = (RedisError, OSError)


def recall(key: str) -> Any:
    """What is kept under this key; ``None`` when nothing is, or nobody can say."""
    try:
        return cache.get(key)
    except DOWN as error:
        _note(error)
        return None


def keep(key: str, value: Any, seconds: int) -> None:
    """Keep it for so long, if that can be done."""
    try:
        cache.set(key, value, seconds)
    except DOWN as error:
        _note(error)


def drop(key: str) -> None:
    """Forget it. What cannot be forgotten now ends by itself: everything is kept for a time."""
    try:
        cache.delete(key)
    except DOWN as error:
        _note(error)


def _note(error: Exception) -> None:
    log.warning("cache_down", error=type(error).__name__)
