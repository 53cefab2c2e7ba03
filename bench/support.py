"""How soon somebody on call sees what has died, and what five thousand screens cost that say they are there.

One real installation: web, worker with scheduler, and the watch, on PostgreSQL and Redis. Boards that beat every twenty
seconds fall silent one after another, the worker is killed, Redis is killed. What counts is the time from there until the
list on the screen of the person on call, which asks every five seconds, shows an open incident about it.

``BENCH_SILENT`` (12 boards), ``BENCH_DEVICES`` (5000) and ``BENCH_BEATS_S`` (30 seconds) change the scene.
"""

from __future__ import annotations

import asyncio
import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from bench.boards import Spent, _p95
from bench.harness import ROOT, House, Web
from bench.report import figure

if TYPE_CHECKING:
    from centres.models import Device

AIMS = {"to_oncall_p95_s": 70, "heartbeat_cpu_pct": 25}
SILENT = int(os.environ.get("BENCH_SILENT", "12"))
DEVICES = int(os.environ.get("BENCH_DEVICES", "5000"))
BEATS_S = float(os.environ.get("BENCH_BEATS_S", "30"))
EVERY_S = 30.0  # five thousand report so often in the figure; the pages themselves every twenty seconds
PAGE_BEATS_S = 20.0
POLL_S = 5.0
# The watch gives a worker that is started with it so long.
SETTLED_S = 95.0
LOST_S = 150.0
WORKER, REDIS = "Việc chạy ngầm đứng yên", "Redis không trả lời"


class Screen(threading.Thread):
    """The list of incidents on the screen of the person on call; notes when it first showed each of these words.

    Beside it another hall goes on: its board beats.
    """

    def __init__(self, web: Web, cookie: str, board: str) -> None:
        super().__init__(daemon=True)
        self.web, self.cookie, self.board, self.tag = web, cookie, board, ""
        self.wanted: set[str] = set()
        self.seen: dict[str, float] = {}
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(POLL_S):
            try:
                _beat(self.web, self.board)
                page = self._ask()
            except OSError:
                continue
            for words in self.wanted - self.seen.keys():
                if words in page:
                    self.seen[words] = time.perf_counter()

    def _ask(self) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.web.port, timeout=10)
        connection.request("GET", "/support/part/", headers={"Cookie": self.cookie, "If-None-Match": self.tag})
        answer = connection.getresponse()
        body = answer.read().decode()
        if answer.status == 200:
            self.tag = answer.headers.get("ETag", "")
        connection.close()
        return body

    def waits(self, since: dict[str, float]) -> list[float]:
        """Seconds from each fault until it was seen."""
        ends = time.perf_counter() + LOST_S
        while time.perf_counter() < ends and since.keys() - self.seen.keys():
            time.sleep(0.5)
        assert not (lost := since.keys() - self.seen.keys()), f"never seen: {lost}"
        return [self.seen[words] - at for words, at in since.items()]


def main() -> None:
    with House() as house:
        house.environment |= {"PORTAL_ENV": "test"}
        house.use_django()
        with house.web() as web:
            cookies = _devices(DEVICES)
            busy = asyncio.run(_beats(cookies, web))
            figure("support", "heartbeat_cpu_pct", busy, "%", floor=AIMS["heartbeat_cpu_pct"])
            figure(
                "support", "to_oncall_p95_s", _p95(_faults(house, web, cookies[0])), "s", floor=AIMS["to_oncall_p95_s"]
            )


def _devices(count: int) -> list[str]:
    """Cookies of so many boards of one centre that is closed: they are not watched."""
    from centres.models import Centre, Device
    from portal import clock

    names = {"vi": "Xa"}
    centre = Centre.objects.create(code="xa", agency_code="H26.30.99", name=names, short_name=names, weekly_hours={})
    rows = [
        Device(centre=centre, kind="board", name=f"{n}", key_hash=f"xa-{n}", created_at=clock.now())
        for n in range(count)
    ]
    return [_cookie(device) for device in Device.objects.bulk_create(rows)]


def _cookie(device: Device) -> str:
    from django.http import HttpResponse

    from centres import device_access

    answer = HttpResponse()
    device_access.remember(answer, device)
    return "; ".join(f"{name}={value.value}" for name, value in answer.cookies.items())


async def _beats(cookies: list[str], web: Web) -> float:
    """Percent of one core that the worker of the web server took while each of these beats every thirty seconds."""
    import aiohttp

    address, failed = f"http://127.0.0.1:{web.port}/beat/", 0
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=40, keepalive_timeout=25)) as session:

        async def beat(cookie: str) -> None:
            nonlocal failed
            async with session.post(address, headers={"Cookie": cookie}) as answer:
                failed += answer.status != 204

        async def evenly(seconds: float) -> None:
            start, number, going = time.perf_counter(), 0, set()
            while (now := time.perf_counter() - start) < seconds:
                while number < now * len(cookies) / EVERY_S:
                    going.add(asyncio.create_task(beat(cookies[number % len(cookies)])))
                    number += 1
                await asyncio.sleep(0.01)
            await asyncio.gather(*going)

        await evenly(2)
        spent = Spent([web.pid])
        spent.begin()
        await evenly(BEATS_S)
        busy = spent.percent()
    assert not failed, f"{failed} beats were refused"
    return busy


def _faults(house: House, web: Web, board: str) -> list[float]:
    """Seconds from each fault until the person on call saw it."""
    cookie, boards = _scene()
    screen, waits = Screen(web, cookie, board), []
    screen.start()
    celery = ["celery", "-A", "portal", "worker", "-B", "--concurrency", "1", "--loglevel", "error",
              "--schedule", str(house.folder / "beat"), "--without-gossip", "--without-mingle"]  # fmt: skip
    with _process(house, "worker", celery) as worker, _process(house, "watch", ["manage.py", "watch"], module=False):
        began = time.perf_counter()
        waits += screen.waits(_silence(screen, web, boards))
        time.sleep(max(0.0, SETTLED_S - (time.perf_counter() - began)))
        screen.wanted.add(WORKER)
        since = {WORKER: time.perf_counter()}
        os.killpg(worker.pid, signal.SIGKILL)
        waits += screen.waits(since)
        screen.wanted.add(REDIS)
        since = {REDIS: time.perf_counter()}
        os.kill(house.redis.pid, signal.SIGKILL)
        waits += screen.waits(since)
    screen.over.set()
    return waits


def _scene() -> tuple[str, dict[str, str]]:
    """The cookie of somebody of support, and boards by name with theirs; each at a centre that is open all day."""
    from django.conf import settings
    from django.test import Client

    from centres.enums import Role
    from centres.models import CalendarDay, Centre, Device, Membership
    from citizens.models import User
    from portal import clock
    from support.models import OnCallShift

    now, day = clock.now(), timedelta(days=1)
    user = User.objects.create_user("truc", email="truc@example.vn")
    Membership.objects.create(user=user, role=Role.SUPPORT, valid_from=clock.today() - day)
    OnCallShift.objects.create(user=user, from_at=now - day, until_at=now + day)
    client = Client()
    client.force_login(user)
    boards = {}
    for number in range(SILENT):
        names = {"vi": f"Chi nhánh {number}"}
        centre = Centre.objects.create(
            code=f"cn-{number}", agency_code=f"H26.30.{number}", name=names, short_name=names
        )
        for when in (clock.today() - day, clock.today(), clock.today() + day):
            CalendarDay.objects.create(centre=centre, day=when, hours=[["00:00", "23:59"]], reason="đo")
        device = Device.objects.create(
            centre=centre, kind="board", name=f"Bảng-{number:02}-đo", key_hash=f"do-{number}", created_at=now
        )
        boards[device.name] = _cookie(device)
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}", boards


def _silence(screen: Screen, web: Web, boards: dict[str, str]) -> dict[str, float]:
    """Each board beats as its page does, at its own moment, and falls silent some time after a beat."""
    since: dict[str, float] = {}
    screen.wanted |= boards.keys()
    for number, (name, cookie) in enumerate(boards.items()):
        # It falls silent between two beats: evenly over the time between them.
        _beat(web, cookie)
        since[name] = time.perf_counter() + PAGE_BEATS_S * number / len(boards)
    return since


def _beat(web: Web, cookie: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=10)
    connection.request("POST", "/beat/", headers={"Cookie": cookie, "Content-Length": "0"})
    assert connection.getresponse().status == 204
    connection.close()


@contextmanager
def _process(house: House, name: str, command: list[str], *, module: bool = True) -> Iterator[subprocess.Popen[bytes]]:
    """In a session of its own, so that it can be killed with everything it started."""
    with (house.folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, *(["-m"] if module else []), *command], cwd=ROOT, env={**os.environ, **house.environment},
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
