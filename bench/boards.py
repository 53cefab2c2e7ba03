"""Five hundred boards and phones that follow the calls: by asking every three seconds, and told by one separate process.

Twenty calls a minute are what ten halls of a thousand visits a day make together, so there are ten halls, each with twenty
boards (its points have some too) and the phones of thirty people who wait. For each call one number is drawn, and one
visit ends just before it. What counts is the time from a call's commit until a board of that hall (and the phone of who is called) has fetched the part that shows it.

``BENCH_SCREENS`` (500), ``BENCH_HALLS`` (10), ``BENCH_PHONES`` (0.6, the share of phones) change the scene;
``BENCH_HALLS=1 BENCH_PHONES=0`` is the worst there is, one hall where each call changes every board.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from bench.harness import House
from bench.report import SECONDS, figure

if TYPE_CHECKING:
    from bench.screens import Room, Screen

AIMS = {"poll_cpu_pct": 35, "poll_p95_s": 3.5, "sse_p95_s": 0.5, "sse_rss_mb": 120}
SCREENS = int(os.environ.get("BENCH_SCREENS", "500"))
HALLS = int(os.environ.get("BENCH_HALLS", "10"))
PHONES = float(os.environ.get("BENCH_PHONES", "0.6"))
CALLS_A_MINUTE = 20
# Of each of the two halves.
CALLS = max(2, round(SECONDS * 7 * CALLS_A_MINUTE / 60))
# A call that has not reached everybody by then is lost.
LAST_SECONDS = 30.0


class Hall:
    """One counter that calls, and everybody who watches."""

    def __init__(self, number: int, boards: int, phones: int) -> None:
        from bench import scene
        from centres.enums import DeviceKind
        from centres.models import Centre, Device, Service, Ticket
        from portal import clock
        from procedures.models import Procedure

        now = clock.now()
        field = Procedure.objects.get(key=scene.PROCEDURE).field
        names = {"vi": f"Chi nhánh số {number}"}
        self.centre = Centre.objects.create(
            code=f"chi-nhanh-{number}", agency_code=f"H26.30.{number}", name=names, short_name=names
        )
        self.service = Service.objects.create(centre=self.centre, letter="A", field=field, title=field.name)
        self.officer = scene.officer(self.centre, self.service, number)
        self.boards = [
            Device.objects.create(
                centre=self.centre, kind=DeviceKind.BOARD, name=f"{n}", key_hash=f"{number}-{n}", created_at=now
            )
            for n in range(boards)
        ]
        self.kiosk = Device.objects.create(
            centre=self.centre, kind=DeviceKind.KIOSK, name="k", key_hash=f"{number}", created_at=now
        )
        # Beyond those with a phone in their hand there are always people left to call.
        self.tickets = Ticket.objects.bulk_create(
            Ticket(
                centre=self.centre,
                service=self.service,
                day=clock.local_day(now),
                letter="B",  # drawn before the counter of today's numbers of A began
                number=n,
                client_key=f"khoa-{number}-{n}",
                issued_at=now - timedelta(hours=1),
                queue_at=now - timedelta(hours=1),
            )
            for n in range(1, phones + CALLS + 10)
        )
        self.phones = self.tickets[:phones]
        self.called: Any = None

    def call(self) -> int:
        """One visit ends, the next is called; the id of the ticket called."""
        from centres.actions.call_next import call_next
        from centres.actions.finish import finish
        from portal import clock

        at = clock.now()
        if self.called is not None:
            finish(ticket=self.called, at=at, acting_user=self.officer)
        self.called = call_next(at=at, acting_user=self.officer)
        return int(self.called.pk)

    def draw(self) -> None:
        from centres.actions.draw import draw
        from portal import clock

        draw(service=self.service, client_key=uuid4().hex, device=self.kiosk, at=clock.now())

    def screens(self) -> Iterator[Screen]:
        from django.http import HttpResponse

        from bench.screens import Screen, on_board, on_phone_of
        from centres import device_access
        from portal import live

        queue = f"queue:{self.centre.pk}"
        for device in self.boards:
            answer = HttpResponse()
            device_access.remember(answer, device)
            cookie = "; ".join(f"{name}={value.value}" for name, value in answer.cookies.items())
            topics = [f"device:{device.pk}", queue, f"hall:{self.centre.pk}"]
            watches = ("board", self.centre.pk)
            yield Screen("/board/calls/", {"Cookie": cookie}, watches, on_board, live.address(topics))
        for ticket in self.phones:
            listens_at = live.address([f"ticket:{ticket.pk}", queue])
            yield Screen(f"/t/{ticket.token}/", {}, ("phone", ticket.pk), on_phone_of(ticket.pk), listens_at)


class Calls:
    """Calls in turn at each hall, evenly over the minutes, and when each was committed."""

    def __init__(self, halls: list[Hall], screens: list[Screen]) -> None:
        self.halls, self.screens = halls, screens
        self.made: dict[int, tuple[float, Hall]] = {}

    def __iter__(self) -> Iterator[float]:
        """Seconds to wait before going on."""
        every = 60 / CALLS_A_MINUTE
        for _number, hall in zip(range(CALLS), cycle(self.halls), strict=False):
            began = time.perf_counter()
            ticket = hall.call()
            self.made[ticket] = time.perf_counter(), hall
            yield every / 2
            hall.draw()
            yield max(0.0, every - (time.perf_counter() - began))
        until = time.perf_counter() + LAST_SECONDS
        while any(self._missing(ticket) for ticket in self.made) and time.perf_counter() < until:
            yield 0.2

    def waits(self) -> list[float]:
        """Seconds from each call's commit until each screen that has to show it did."""
        for ticket in self.made:
            assert not (lost := self._missing(ticket)), f"{len(lost)} screens never showed a call"
        return [
            one.heard[ticket] - committed
            for ticket, (committed, hall) in self.made.items()
            for one in self._watching(ticket, hall)
        ]

    def _watching(self, ticket: int, hall: Hall) -> list[Screen]:
        return [one for one in self.screens if one.watches in (("board", hall.centre.pk), ("phone", ticket))]

    def _missing(self, ticket: int) -> list[Screen]:
        return [one for one in self._watching(ticket, self.made[ticket][1]) if ticket not in one.heard]


def main() -> None:
    with House() as house:
        # Static files from where they stand; collecting them takes longer than the measurement.
        house.environment |= {"PORTAL_ENV": "test", "LIVE_URL": "/live/events"}
        house.use_django()
        boards = round(SCREENS * (1 - PHONES) / HALLS)
        halls = [Hall(number, boards, SCREENS // HALLS - boards) for number in range(1, HALLS + 1)]
        with house.web() as web:
            servers = [web.pid, house.redis.pid, house.database.pid]
            busy, waits = _measure(halls, web.port, 0, servers)
            figure("boards", "poll_cpu_pct", busy, "%", floor=AIMS["poll_cpu_pct"])
            figure("boards", "poll_p95_s", _p95(waits), "s", floor=AIMS["poll_p95_s"])
            with house.stream() as stream:
                _busy, waits = _measure(halls, web.port, stream.port, servers)
                figure("boards", "sse_p95_s", _p95(waits), "s", floor=AIMS["sse_p95_s"])
                figure("boards", "sse_rss_mb", _most_memory(stream.pid), "MB", floor=AIMS["sse_rss_mb"])


def _measure(halls: list[Hall], web: int, stream: int, servers: list[int]) -> tuple[float, list[float]]:
    """Percent of one core that the servers took meanwhile, and the waits."""
    from bench.screens import Room

    screens = [screen for hall in halls for screen in hall.screens()]
    room, calls = Room(screens, web, stream), Calls(halls, screens)
    spent = Spent(servers)
    asyncio.run(room.run(lambda: iter(calls), spent.begin))
    _check(room)
    return spent.percent(), calls.waits()


def _check(room: Room) -> None:
    assert not room.failed, f"{room.failed} of {room.asked} answers failed"


class Spent:
    """Processor time of these processes and all their children."""

    def __init__(self, processes: list[int]) -> None:
        self.processes = processes

    def begin(self) -> None:
        self.since, self.at = self._seconds(), time.perf_counter()

    def percent(self) -> float:
        return 100 * (self._seconds() - self.since) / (time.perf_counter() - self.at)

    def _seconds(self) -> float:
        parents, times = {}, {}
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                parts = entry.read_text().rsplit(")", 1)[1].split()
            except OSError:  # ended meanwhile
                continue
            pid = int(entry.parent.name)
            parents[pid], times[pid] = int(parts[1]), sum(map(int, parts[11:15]))
        return sum(ticks for pid, ticks in times.items() if self._is_ours(pid, parents)) / os.sysconf("SC_CLK_TCK")

    def _is_ours(self, pid: int, parents: dict[int, int]) -> bool:
        while pid and pid not in self.processes:
            pid = parents.get(pid, 0)
        return bool(pid)


def _most_memory(pid: int) -> float:
    """The most that this process held in memory at once, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]
