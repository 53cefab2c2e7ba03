"""Django's Redis cache, with one client a thread instead of one a call: making a client takes longer than asking it.

A server that does not answer costs a thread one second, once in a while: after a failure this process asks it nothing
for ``PAUSE_SECONDS`` and says at once that it is down.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import redis
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.retry import Retry

from portal.shared import DOWN

ANSWER_SECONDS = 1.0
PAUSE_SECONDS = 2.0
# By server, for all threads: until when it is not asked (``time.monotonic``).
_paused_until: dict[str, float] = {}


class WatchedRedis(redis.Redis):
    """Tells when a command failed because the server was not there."""

    when_down: Callable[[], None] = staticmethod(lambda: None)

    def execute_command(self, *arguments: Any, **options: Any) -> Any:
        try:
            return super().execute_command(*arguments, **options)
        except (redis.ConnectionError, redis.TimeoutError):
            self.when_down()
            raise


class KeptClient(RedisCacheClient):
    """Keeps the client of each server; it is safe between threads and takes its connection from the pool a call."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        patience = {
            "socket_timeout": ANSWER_SECONDS,
            "socket_connect_timeout": ANSWER_SECONDS,
            # A connection that was cut while it lay idle is replaced at once; a server that is away is not waited for.
            "retry": Retry(NoBackoff(), 1),
        }
        super().__init__(servers, **{**patience, **options})
        self._client = WatchedRedis
        self._clients: dict[int, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        index = self._get_connection_pool_index(write)  # type: ignore[attr-defined]
        server = self._servers[index]  # type: ignore[attr-defined]
        if time.monotonic() < _paused_until.get(server, 0.0):
            raise redis.ConnectionError("the cache was down a moment ago")
        if index not in self._clients:
            client = super().get_client(key, write=write)
            client.when_down = lambda: _pause(server)  # type: ignore[attr-defined]
            self._clients[index] = client
        return self._clients[index]

    def set_many(self, data: Any, timeout: Any) -> None:
        """All in one round trip, each with its end, and no transaction around what does not belong together."""
        if timeout == 0:
            self.get_client(write=True).delete(*data)
            return
        self._write_batch(data, timeout)

    def set_many_and_tell(self, data: Any, timeout: Any, channel: str, message: str) -> None:
        """``set_many``, and in the same round trip, after it, the message to whoever listens on the channel."""
        self._write_batch(data, timeout, (channel, message))

    def _write_batch(self, data: Any, timeout: Any, *messages: tuple[str, str]) -> None:
        client = self.get_client(write=True)
        if len(data) == 1 and not messages:  # a pipeline of one takes twice as long
            [(key, value)] = data.items()
            client.set(key, self._serializer.dumps(value), ex=timeout)  # type: ignore[attr-defined]
            return
        batch = client.pipeline(transaction=False)
        for key, value in data.items():
            batch.set(key, self._serializer.dumps(value), ex=timeout)  # type: ignore[attr-defined]
        for channel, message in messages:
            batch.publish(channel, message)
        try:
            batch.execute()
        except (redis.ConnectionError, redis.TimeoutError):
            client.when_down()
            raise


def _pause(server: str) -> None:
    _paused_until[server] = time.monotonic() + PAUSE_SECONDS


class KeptRedisCache(RedisCache):
    """The cache of a real installation (``CACHE_URL=redis://…``). Raises what is in ``portal.shared.DOWN``."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptClient

    def set_many_and_tell(self, data: dict[str, Any], timeout: float, channel: str, message: str) -> None:
        """As ``set_many``, then the message on the channel."""
        ready = {self.make_and_validate_key(key): value for key, value in data.items()}
        client: Any = self._cache
        client.set_many_and_tell(ready, self.get_backend_timeout(timeout), channel, message)


class TriesCache(KeptRedisCache):
    """Where tries are counted, of passwords and of codes: while the server is away, each process counts its own.

    A lock that is looser for a while is better than a portal that nobody can sign in to.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._here = LocMemCache("tries-while-the-cache-is-down", params)

    def _either(self, name: str, *arguments: Any, **options: Any) -> Any:
        try:
            return getattr(super(), name)(*arguments, **options)
        except DOWN:
            return getattr(self._here, name)(*arguments, **options)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> Any:
        return self._either("add", key, value, timeout, version)

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return self._either("get", key, default, version)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> Any:
        return self._either("set", key, value, timeout, version)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> Any:
        return self._either("touch", key, timeout, version)

    def delete(self, key: Any, version: Any = None) -> Any:
        return self._either("delete", key, version)

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> Any:
        return self._either("incr", key, delta, version)
