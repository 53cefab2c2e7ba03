"""Boards and phones as their browsers behave: they ask with the tag they have, by the clock or when they are told.

One event loop drives them all, beside the server on the same machine: what it costs is in no figure.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import aiohttp

from bench.report import chance
from tests.services import ServiceError

POLL_SECONDS = 3.0
OPEN_SECONDS = 60.0
# Of static/js/poll.js: how often a page that is told of changes asks all the same.
SAFE_SECONDS = 20.0
CALLS = re.compile(r'data-call="(\d+)-\d+"')


@dataclass
class Screen:
    """``sees`` reads from its part the ids of the tickets that it shows as called; ``heard`` is when it first did."""

    path: str
    headers: dict[str, str]
    watches: tuple[str, int]
    sees: Callable[[str], set[int]]
    listens_at: str = ""
    tag: str = ""
    heard: dict[int, float] = field(default_factory=dict)


def on_board(part: str) -> set[int]:
    return {int(ticket) for ticket in CALLS.findall(part)}


def on_phone_of(ticket: int) -> Callable[[str], set[int]]:
    """Its own call only; "todo act" is "It is your turn"."""
    return lambda part: {ticket} if 'class="todo act"' in part else set()


class Room:
    """All screens, asking one web server. ``failed`` counts answers that were neither 200 nor 304."""

    def __init__(self, screens: list[Screen], web: int, stream: int = 0) -> None:
        self.screens, self.chance = screens, chance()
        self.web, self.stream = f"http://127.0.0.1:{web}", f"http://127.0.0.1:{stream}"
        self.told = bool(stream)
        self.asked = self.failed = 0

    async def run(self, calls: Callable[[], Iterator[float]], during: Callable[[], None]) -> None:
        """Open every screen, then make the calls; ``calls`` yields the seconds to wait before each."""
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=20)
        timeout = aiohttp.ClientTimeout(total=None)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as self.session:
            tasks = [asyncio.create_task(self._live(screen)) for screen in self.screens]
            await self._all_have_opened(tasks)
            during()
            steps = calls()
            while (seconds := await asyncio.to_thread(next, steps, None)) is not None:
                await asyncio.sleep(seconds)
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        broken = [one for one in results if isinstance(one, Exception)]
        if broken:
            raise broken[0]

    async def _all_have_opened(self, tasks: list[asyncio.Task[None]]) -> None:
        """Every page has been made once, and nobody waits for one any more."""
        until = time.monotonic() + OPEN_SECONDS
        while not all(screen.tag for screen in self.screens):
            if time.monotonic() > until or any(task.done() for task in tasks):
                raise ServiceError(f"{sum(not one.tag for one in self.screens)} screens got no page.")
            await asyncio.sleep(0.2)
        await asyncio.sleep(POLL_SECONDS)

    async def _live(self, screen: Screen) -> None:
        # Screens are switched on at any moment.
        await asyncio.sleep(self.chance.random() * POLL_SECONDS)
        if self.told:
            await asyncio.gather(self._listen(screen), self._ask_again_and_again(screen, SAFE_SECONDS))
        else:
            await self._ask_again_and_again(screen, POLL_SECONDS)

    async def _ask_again_and_again(self, screen: Screen, every: float) -> None:
        while True:
            await self._ask(screen)
            await asyncio.sleep(every)

    async def _listen(self, screen: Screen) -> None:
        async with self.session.get(self.stream + screen.listens_at) as stream:
            if stream.status != 200:
                self.failed += 1
                return
            async for line in stream.content:
                if line.startswith(b"data: ") and len(line) > 7:
                    await self._ask(screen)

    async def _ask(self, screen: Screen) -> None:
        headers = {**screen.headers, "X-Part": "1", "HX-Request": "true"}
        if screen.tag:
            headers["If-None-Match"] = screen.tag
        with contextlib.suppress(aiohttp.ServerDisconnectedError):  # a kept connection that the server just closed
            async with self.session.get(self.web + screen.path, headers=headers, allow_redirects=False) as answer:
                part = await answer.text()
                self.asked += 1
                if answer.status == 200:
                    screen.tag = answer.headers["ETag"]
                    now = time.perf_counter()
                    for ticket in screen.sees(part):
                        screen.heard.setdefault(ticket, now)
                elif answer.status != 304:
                    self.failed += 1
