"""A whole visit through HTTP, signed in, against the least SQL that stores the same rows.

Kiosk ticket, call next, receive with a citizen and three papers, finish: four requests and four transactions.
``BENCH_PROFILE=FILE`` writes a profile of the worker instead of figures to quote (``bench.profiled``).
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

from bench.harness import House
from bench.program import OverHttp
from bench.report import SECONDS, figure, rounds

CLIENTS = (1, 4)
WARM_UP_VISITS = 15


def per_second(work: list[Callable[[], None]]) -> float:
    """How often a second all of these together are done, each again and again in a thread of its own."""
    done = [0] * len(work)
    failed: list[BaseException] = []
    start = time.perf_counter()

    def again_and_again(place: int) -> None:
        try:
            while time.perf_counter() - start < SECONDS and not failed:
                work[place]()
                done[place] += 1
        except BaseException as error:  # noqa: BLE001 - the thread that waits raises it again
            failed.append(error)

    threads = [threading.Thread(target=again_and_again, args=[place]) for place in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return sum(done) / (time.perf_counter() - start)


def main() -> None:
    with House() as house:
        house.use_django()
        from bench import scene
        from bench.floor import Floor

        built = scene.build(officers=max(CLIENTS))
        application = "bench.profiled" if os.environ.get("BENCH_PROFILE") else "portal.wsgi"
        with house.web(application) as web:
            clients = [OverHttp(web, built, number) for number in range(max(CLIENTS))]
            for client in clients:
                client.fill(WARM_UP_VISITS, waiting=0)
            with Floor(house.database.app_url) as floor:
                floor.check()
                *measured, least = rounds(
                    *(lambda n=n: per_second([client.visit for client in clients[:n]]) for n in CLIENTS),
                    lambda: per_second([floor.visit]),
                )
            for client in clients:
                client.close()
        for number, value in zip(CLIENTS, measured, strict=True):
            name = f"visits_per_s_{number}_client{'s' if number > 1 else ''}"
            figure("visit", name, value, "1/s", floor=least, is_rate=True)
