"""The process that tells pages of changes, with a real Redis."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession
from aiohttp.test_utils import TestClient, TestServer
from django.conf import LazySettings

from portal import live, stream
from portal.rediscache import KeptRedisCache
from tests import services

pytestmark = pytest.mark.skipif("REDIS_URL" not in os.environ, reason="needs Redis")
SOON = 5.0


@pytest.fixture(autouse=True)
def _deployed(settings: LazySettings) -> None:
    settings.LIVE_URL = "/live/events"
    settings.LIVE_CHANNEL = "portal-live-test"
    settings.CACHE_URL = f"{os.environ['REDIS_URL']}/9"


def play(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run the story in a thread of its own: a browser that other tests of this process drive keeps a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, story()).result()


@asynccontextmanager
async def running() -> AsyncIterator[TestClient[Any, Any]]:
    async with TestClient(TestServer(stream.application())) as client:
        async with asyncio.timeout(SOON):
            while (await client.get(stream.HEALTH)).status != 200:
                await asyncio.sleep(0.02)
        yield client


def tell(settings: LazySettings, *topics: str) -> None:
    """As ``live.bump`` does after a commit."""
    cache = KeptRedisCache(settings.CACHE_URL, {})
    cache.set_many_and_tell(dict.fromkeys(topics, "1"), 30, settings.LIVE_CHANNEL, " ".join(topics))


async def listen(client: TestClient[Any, Any] | ClientSession, *topics: str) -> ClientResponse:
    answer = await client.get(live.address(topics))
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/event-stream"
    await answer.content.readuntil(b"\n\n")  # the first beat
    return answer


async def heard(answer: ClientResponse) -> str:
    """The next topics, or nothing where the stream has ended."""
    async with asyncio.timeout(SOON):
        async for line in answer.content:
            if line.startswith(b"data: ") and line.strip() != b"data:":
                return line.decode().removeprefix("data: ").strip()
    return ""


def test_a_page_hears_of_its_own_topics_and_of_no_others(settings: LazySettings) -> None:
    async def story() -> None:
        async with running() as client:
            board, phone = await listen(client, "queue:1", "device:5"), await listen(client, "ticket:7")
            tell(settings, "queue:2", "ticket:7")
            assert await heard(phone) == "ticket:7"
            tell(settings, "queue:1")
            assert await heard(board) == "queue:1"

    play(story)


def test_a_burst_is_told_together(settings: LazySettings) -> None:
    async def story() -> None:
        async with running() as client:
            board = await listen(client, "queue:1", "hall:1")
            for topic in ("queue:1", "hall:1", "queue:1"):
                tell(settings, topic)
            assert await heard(board) == "hall:1 queue:1"

    play(story)


def test_an_address_that_this_site_did_not_make_is_refused(settings: LazySettings) -> None:
    async def story() -> None:
        async with running() as client:
            for query in ("", "?topics=queue:1", f"?topics={live.address(['queue:1']).split('=')[1][:-1]}"):
                assert (await client.get(stream.EVENTS + query)).status == 403

    play(story)


def test_without_redis_nobody_is_kept_waiting(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "AGAIN_SECONDS", 0.05)

    async def story() -> None:
        with services.redis() as redis:
            settings.CACHE_URL = f"{redis.url}/0"
            async with running() as client:
                board = await listen(client, "queue:1")
                await asyncio.to_thread(redis._halt)
                assert await heard(board) == ""  # sent away: it asks now
                assert (await client.get(live.address(["queue:1"]))).status == 503
                assert (await client.get(stream.HEALTH)).status == 503
                await asyncio.to_thread(redis._start)
                async with asyncio.timeout(SOON):
                    while (await client.get(stream.HEALTH)).status != 200:
                        await asyncio.sleep(0.02)
                board = await listen(client, "queue:1")
                tell(settings, "queue:1")
                assert await heard(board) == "queue:1"

    play(story)


def test_a_quiet_stream_beats_so_that_a_broken_line_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BEAT_SECONDS", 0.1)

    async def story() -> None:
        async with running() as client:
            board = await listen(client, "queue:1")
            async with asyncio.timeout(SOON):
                assert await board.content.readuntil(b"\n\n") == stream.BEAT

    play(story)


def test_who_has_gone_is_forgotten() -> None:
    async def story() -> None:
        async with running() as client:
            (await listen(client, "queue:1")).close()
            hub = client.app[stream.HUB]
            assert hub is not None
            async with asyncio.timeout(2 * SOON):
                while hub.number:
                    hub.tell(["queue:1"])
                    await asyncio.sleep(0.05)
            assert not hub._by_topic

    play(story)


@pytest.mark.django_db(transaction=True)
def test_a_change_is_told_after_its_commit(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[Any, ...]] = []
    monkeypatch.setattr(
        live, "cache", type("Told", (), {"set_many_and_tell": lambda _self, *what: told.append(what)})()
    )
    live.bump("queue:1", "ticket:7")
    ((values, seconds, channel, message),) = told
    assert set(values) == {"live:queue:1", "live:ticket:7"}
    assert (seconds, channel, message) == (live.VERSION_SECONDS, "portal-live-test", "queue:1 ticket:7")
