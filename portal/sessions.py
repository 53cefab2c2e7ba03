"""Sessions in the database with a copy in the shared cache, as Django's ``cached_db``, that do without the cache too."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import cached_db
from django.core.cache import caches

from portal.shared import DOWN

# Copies this process could not change while the cache was away: they are thrown out before the cache is read again, or
# somebody who signed out meanwhile would be signed in once it is back.
_stale: set[str] = set()


class _Copies:
    """The part of a cache that sessions use. What is down has no copies."""

    def __init__(self, cache: Any) -> None:
        self._cache = cache

    def get(self, key: str) -> Any:
        try:
            while _stale:
                stale = next(iter(_stale))
                self._cache.delete(stale)
                _stale.discard(stale)
            return self._cache.get(key)
        except DOWN:
            return None

    def set(self, key: str, value: Any, timeout: Any) -> None:
        try:
            self._cache.set(key, value, timeout)
        except DOWN:
            _stale.add(key)

    def delete(self, key: str) -> None:
        try:
            self._cache.delete(key)
        except DOWN:
            _stale.add(key)

    def __contains__(self, key: str) -> bool:
        return self.get(key) is not None


class SessionStore(cached_db.SessionStore):
    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self._cache: Any = _Copies(caches["default"])
