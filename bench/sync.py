"""Dossiers on their way to the national portal's sandbox: how many a second, and none lost though one request in ten goes wrong.

``synced_per_s``: dossiers told whole (receipt and taking in hand) by four workers of one process, without
faults. ``sync_lost``: steps that are not there, or there twice, after as many with 10 % of all requests answered by an error,
a broken connection, a doubled or a senseless answer. Floor of the rate: the city's busiest hour, 1,600 dossiers (facts §7).
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bench.harness import ROOT, START_SECONDS, House
from bench.report import SECONDS, figure
from tests.services import ServiceError, free_port

if TYPE_CHECKING:
    from bench.scene import Scene

DOSSIERS = int(os.environ.get("BENCH_DOSSIERS", str(max(20, int(SECONDS * 50)))))
WORKERS = 4
FLOOR_PER_S = 1600 / 3600
ACCOUNT, PASSWORD = "bench", "only for the bench"
# Backoff is at most ten minutes: so many of them bring everything through.
MOST_ROUNDS = 60


def main() -> None:
    port = free_port()
    with House() as house:
        house.environment |= {
            "NATIONAL_URL": f"http://127.0.0.1:{port}",
            "NATIONAL_ACCOUNT": ACCOUNT,
            "NATIONAL_PASSWORD": PASSWORD,
        }
        house.use_django()
        with _sandbox(house, port):
            from bench import scene

            place = scene.build(officers=1)
            well, ill = _filled(place), _filled(place)
            figure("sync", "synced_per_s", len(well) / _told(well), "1/s", floor=FLOOR_PER_S, is_rate=True)
            _ask(port, "/admin/faults", {"rate": 0.1, "kinds": ["error", "lost", "exists", "wrong-code"]})
            _told(ill)
            _ask(port, "/admin/faults", {"rate": 0.0})
            figure("sync", "sync_lost", sum(_lost(port, one) for one in [*well, *ill]), "steps", floor=0)


def _filled(place: Scene) -> list[int]:
    """Dossiers just received and taken in hand, by id, with their rows waiting."""
    from applications.actions.handle import take
    from applications.models import Application
    from bench.program import InProcess
    from portal import clock, jobs

    with jobs.left_to_sweeps():
        before = Application.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        InProcess(place).fill(DOSSIERS, waiting=0)
        fresh = list(Application.objects.filter(pk__gt=before).order_by("pk"))
        for dossier in fresh:
            take(application=dossier, at=clock.now(), acting_user=place.specialist)
    return [dossier.pk for dossier in fresh]


def _told(dossiers: list[int]) -> float:
    """Seconds until nothing waits of them. The clock jumps over the backoff, which costs no work."""
    from applications.enums_national import OPEN
    from applications.models import SyncItem
    from portal import clock

    began = time.perf_counter()
    for turn in range(MOST_ROUNDS):
        at = clock.now() + turn * timedelta(minutes=13)
        parts = [dossiers[number::WORKERS] for number in range(WORKERS)]
        with ThreadPoolExecutor(WORKERS) as threads:
            list(threads.map(lambda part, at=at: _sweep(part, at), parts))
        if not SyncItem.objects.filter(application__in=dossiers, state__in=OPEN).exists():
            return time.perf_counter() - began
    raise ServiceError("Rows still wait after hours of backoff.")


def _sweep(dossiers: list[int], at: Any) -> None:
    from django.db import connection

    from applications.actions.tell_national import sweep

    try:
        sweep(dossiers=dossiers, seconds=300, now=lambda: at)
    finally:
        connection.close()


def _lost(port: int, dossier: int) -> int:
    """Steps of this dossier that are not there as they are here, in the same order."""
    from applications.models import Application

    row = Application.objects.get(pk=dossier)
    there = _ask(port, f"/admin/{row.code}")
    ours = [str(event.to_state) for event in row.events.order_by("sequence")][1:]
    told = [step["TrangThai"] for step in there.get("TienDo", [])]
    return (
        abs(len(ours) - len(told))
        + sum(a != b for a, b in zip(ours, told, strict=False))
        + (there.get("TrangThai") != row.state)
    )


def _ask(port: int, path: str, body: Any = None) -> Any:
    known = base64.b64encode(f"{ACCOUNT}:{PASSWORD}".encode()).decode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Basic {known}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


@contextmanager
def _sandbox(house: House, port: int) -> Iterator[None]:
    """The sandbox as a process of its own, so that it does not share our interpreter."""
    log = house.folder / "sandbox.log"
    with log.open("ab") as out:
        command = [sys.executable, "manage.py", "national_sandbox", "--port", str(port), "--slow-seconds", "0.2"]
        environment = {**os.environ, **house.environment, "PORTAL_ENV": "test"}
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            try:
                _ask(port, "/admin/")
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise ServiceError(f"The sandbox did not start.\n{log.read_text(errors='replace')[-2000:]}")
        yield
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    main()
