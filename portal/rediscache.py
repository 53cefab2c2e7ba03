"""Django's Redis cache, with one client a thread instead of one a call: making a client takes longer than asking it."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class KeptClient(RedisCacheClient):
    """Keeps the client of each server; it is safe between threads and takes its connection from the pool a call."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._clients: dict[int, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        index = self._get_connection_pool_index(write)  # type: ignore[attr-defined]
        if index not in self._clients:
            self._clients[index] = super().get_client(key, write=write)
        return self._clients[index]

    def set_many(self, data: Any, timeout: Any) -> None:
        """All in one round trip, each with its end, and no transaction around what does not belong together."""
        if timeout == 0:
            self.get_client(write=True).delete(*data)
            return
        self._batch(data, timeout).execute()

    def set_many_and_tell(self, data: Any, timeout: Any, channel: str, message: str) -> None:
        """``set_many``, and in the same round trip, after it, the message to whoever listens on the channel."""
        self._batch(data, timeout).publish(channel, message).execute()

    def _batch(self, data: Any, timeout: Any) -> Any:
        batch = self.get_client(write=True).pipeline(transaction=False)
        for key, value in data.items():
            batch.set(key, self._serializer.dumps(value), ex=timeout)  # type: ignore[attr-defined]
        return batch


class KeptRedisCache(RedisCache):
    """The cache of a real installation (``CACHE_URL=redis://…``)."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptClient

    def set_many_and_tell(self, data: dict[str, Any], timeout: float, channel: str, message: str) -> None:
        """As ``set_many``, then the message on the channel."""
        ready = {self.make_and_validate_key(key): value for key, value in data.items()}
        client: Any = self._cache
        client.set_many_and_tell(ready, self.get_backend_timeout(timeout), channel, message)
