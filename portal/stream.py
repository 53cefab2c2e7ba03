"""Tells pages that something they show has changed, as it happens: ``python -m portal.stream --port 8001``.

A process of its own with one event loop and one subscription to Redis, however many pages listen. It sends the names of
topics and never content: the page then asks for its part as it would at its next turn. It knows no database; what a page
may listen to is in its address, signed by the view that made the page (``portal.live.address``).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import structlog
from aiohttp import web
from django.conf import settings
from django.core import signing
from redis.asyncio import Redis
from redis.exceptions import RedisError

from portal.live import listened_topics

EVENTS, HEALTH = "/live/events", "/live/healthz"
# An officer's "next" is several changes at once: what comes within this time is told together.
GATHER_SECONDS = 0.05
# Pages take a silence of two and a half beats for a broken line (static/js/live.js).
BEAT_SECONDS = 10
BEAT = b"event: beat\ndata:\n\n"
# A page that takes nothing for so long has gone.
SLOW_SECONDS = 10
MOST_LISTENERS = 5000
AGAIN_SECONDS = 1
log = structlog.get_logger(__name__)


class Listener:
    """One open page: what has changed for it since it was last told."""

    __slots__ = ("changed", "gone", "woken")

    def __init__(self) -> None:
        self.changed: set[str] = set()
        self.woken = asyncio.Event()
        self.gone = False

    def take(self) -> bytes:
        """What to send now."""
        topics, self.changed = sorted(self.changed), set()
        self.woken.clear()
        return f"data: {' '.join(topics)}\n\n".encode()


class Hub:
    """Who listens to what, and the one subscription that wakes them. ``up`` while Redis passes changes on."""

    def __init__(self) -> None:
        self.up = False
        self.number = 0
        self._by_topic: dict[str, set[Listener]] = defaultdict(set)
        self._pending: set[str] = set()
        self._gathering = False

    @contextmanager
    def listening(self, topics: Iterable[str]) -> Iterator[Listener]:
        listener, names = Listener(), list(topics)
        self.number += 1
        for topic in names:
            self._by_topic[topic].add(listener)
        try:
            yield listener
        finally:
            self.number -= 1
            for topic in names:
                self._by_topic[topic].discard(listener)
                if not self._by_topic[topic]:
                    del self._by_topic[topic]

    def tell(self, topics: Iterable[str]) -> None:
        """These have changed."""
        self._pending.update(topic for topic in topics if topic in self._by_topic)
        if self._pending and not self._gathering:
            self._gathering = True
            asyncio.get_running_loop().call_later(GATHER_SECONDS, self._flush)

    def _flush(self) -> None:
        topics, self._pending, self._gathering = self._pending, set(), False
        for topic in topics:
            for listener in self._by_topic.get(topic, ()):
                listener.changed.add(topic)
                listener.woken.set()

    def end(self) -> None:
        """Send every page away: it falls back to asking, and comes again later."""
        self.up = False
        for listener in {one for listeners in self._by_topic.values() for one in listeners}:
            listener.gone = True
            listener.woken.set()

    async def follow(self) -> None:
        """Keep the subscription for ever. Without it nobody is kept waiting for news that cannot come."""
        while True:
            try:
                await self._subscribe()
            except (RedisError, OSError) as problem:
                log.warning("stream.no_redis", problem=type(problem).__name__)
            self.end()
            await asyncio.sleep(AGAIN_SECONDS)

    async def _subscribe(self) -> None:
        client = Redis.from_url(settings.CACHE_URL, socket_connect_timeout=2, health_check_interval=BEAT_SECONDS)
        async with client, client.pubsub(ignore_subscribe_messages=True) as subscription:
            await subscription.subscribe(settings.LIVE_CHANNEL)
            self.up = True
            while True:
                message = await subscription.get_message(timeout=BEAT_SECONDS)
                if message is not None:
                    self.tell(message["data"].decode().split())


HUB: web.AppKey[Hub] = web.AppKey("hub", Hub)


async def events(request: web.Request) -> web.StreamResponse:
    """The stream of one page."""
    hub = request.app[HUB]
    try:
        topics = listened_topics(request.query.get("topics", ""))
    except signing.BadSignature:
        raise web.HTTPForbidden(text="This address is not valid any more.") from None
    if not hub.up or hub.number >= MOST_LISTENERS:
        raise web.HTTPServiceUnavailable(text="Please ask for the page instead.")
    # The third header is for proxies that would wait for more.
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    with hub.listening(topics) as listener, contextlib.suppress(ConnectionError, TimeoutError):
        await response.write(BEAT)
        while not listener.gone:
            chunk = BEAT
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BEAT_SECONDS):
                    await listener.woken.wait()
                chunk = listener.take()
            async with asyncio.timeout(SLOW_SECONDS):
                await response.write(chunk)
    return response


async def healthz(request: web.Request) -> web.Response:
    return web.Response(status=200 if request.app[HUB].up else 503, text=str(request.app[HUB].number))


def application() -> web.Application:
    """The two addresses, with the subscription beside them."""
    app = web.Application()
    app[HUB] = Hub()
    app.router.add_get(EVENTS, events)
    app.router.add_get(HEALTH, healthz)
    app.cleanup_ctx.append(_following)
    app.on_shutdown.append(_end)
    return app


async def _following(app: web.Application) -> AsyncIterator[None]:
    task = asyncio.create_task(app[HUB].follow())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _end(app: web.Application) -> None:
    app[HUB].end()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m portal.stream", description="Tell pages what has changed.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    arguments = parser.parse_args()
    if not settings.LIVE_URL:
        parser.error("LIVE_URL is not set, or the cache is not Redis: pages ask, and nobody would listen here.")
    web.run_app(
        application(), host=arguments.host, port=arguments.port, access_log=None, print=None, shutdown_timeout=2
    )


if __name__ == "__main__":
    main()
