"""Draw and call through HTTP with 1, 8 and 32 clients, against the least SQL that stores the same rows.

A draw is one request and one transaction. A call is two of each: the next person is called, and their visit ends, for a
counter holds one person. The floor stores the same rows with as many connections of its own, straight through psycopg2: it
calls by the same rule and locks as we do, but checks and looks up nothing else.
The portal runs as it is deployed by default, with two gunicorn workers (``WEB_WORKERS``), for the floor has both cores, too.
Then ``BENCH_CALLS`` people are called by all clients at once: how many different ones came, what went wrong, and what
share of the calls overtook somebody (the cap's promise to ordinary people). The short form calls 2,000 and takes
less than two minutes; ``BENCH_CALLS=20000`` is the long form.
"""

from __future__ import annotations

import os
import random
import secrets
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from psycopg2.extras import RealDictCursor

from bench.floor import Floor
from bench.harness import House
from bench.program import OverHttp
from bench.report import SECONDS, chance, figure, rounds

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

    from bench.harness import Web
    from bench.scene import Scene

CLIENTS = (1, 8, 32)
WORKERS = int(os.environ.get("WEB_WORKERS", "2"))
CALLS = int(os.environ.get("BENCH_CALLS", "2000"))
# People who wait at once in the storm: as in a full hall, not as in no hall.
HALL = 500
# Twelve measurements take turns; each is given a third of the time of one.
SHARE = SECONDS / 3
# A client that fails so often in a row goes home: what it leaves undone shows in the figures.
MOST_ERRORS = 5
_numbers = count(1_000_000)


class Client(OverHttp):
    """A counter's program on a kept connection; also the kiosk before it."""

    def __init__(self, web: Web, scene: Scene, officer: int) -> None:
        super().__init__(web, scene, officer)
        self.called: list[int] = []
        self.errors = 0
        self._here: int | None = None

    def call_and_finish(self) -> bool:
        """Whether somebody was there to be called; whose end failed before is ended first."""
        if self._here is None:
            ticket = self._post("tickets/next", self.officer)
            if ticket is None:
                return False
            self._here = int(ticket["id"])
            self.called.append(self._here)
        self.finish(self._here)
        self._here = None
        return True

    def call_everybody(self) -> None:
        """Until nobody waits, or until it fails again and again."""
        failed = 0
        while failed < MOST_ERRORS:
            try:
                if not self.call_and_finish():
                    return
                failed = 0
            except Exception as error:  # noqa: BLE001 - what went wrong is the figure
                failed += 1
                self.errors += 1
                print(f"{type(error).__name__}: {error}", file=sys.stderr)
                self.close()  # what is half sent or half read would fail every request after it


# Whoever is next by class, or in time while the cap lets nobody overtake; what the call has passed by is part of its row.
FLOOR_CALL = """
    UPDATE centres_ticket AS t SET state = 'called', counter_id = %(counter_id)s, called_at = %(at)s,
        first_called_at = %(at)s, waited_s = 0, calls = 1, recalls = 0,
        jumped = {jumped}
    WHERE id = (
        SELECT id FROM centres_ticket
        WHERE centre_id = %(centre_id)s AND day = %(day)s AND service_id = %(service_id)s AND state = 'waiting'
        ORDER BY {order} FOR UPDATE SKIP LOCKED LIMIT 1
    ) RETURNING id, jumped
"""
PASSES_BY = """EXISTS (
    SELECT FROM centres_ticket o
    WHERE o.centre_id = t.centre_id AND o.day = t.day AND o.service_id = t.service_id AND o.state = 'waiting'
        AND o.priority > t.priority AND o.queue_at < t.queue_at
)"""
BY_CLASS = FLOOR_CALL.format(order="priority, queue_at, id", jumped=PASSES_BY)
IN_TIME = FLOOR_CALL.format(order="queue_at, id", jumped="false")
FLOOR_FINISH = """
    UPDATE centres_ticket SET state = 'done', finished_at = %(at)s, served_s = %(served_s)s, parked_s = %(parked_s)s,
        park_kind = '', park_reason = '', parked_at = NULL, back_by = NULL
    WHERE id = %(id)s AND state = 'called'
"""


class QueueFloor(Floor):
    """Draws and calls without the portal, on a connection and at a counter of their own.

    The rows are those of the portal, found by the same rule and locked alike: the first by class as long as the cap lets
    one overtake, else the first in time. What only this counter changes (its calm, its skill, the cap) is not asked for.
    """

    def __init__(self, url: str, counter_id: int, cap: int) -> None:
        self.counter_id = counter_id
        self.cap = cap
        self.calm: int | None = None
        super().__init__(url)

    def draw_one(self) -> None:
        with self.connection.cursor() as cursor:
            self._draw(cursor, secrets.token_urlsafe(16))
            self.connection.commit()

    def call_and_finish(self) -> bool:
        with self.connection.cursor() as cursor:
            may_overtake = self.calm is None or self.calm >= self.cap - 1
            call = BY_CLASS if may_overtake else IN_TIME
            cursor.execute(call, {**self.ticket, "counter_id": self.counter_id, "at": datetime.now(UTC)})
            row = cursor.fetchone()
            if row is None:
                self.connection.rollback()
                return False
            ticket_id, jumped = row
            self.calm = 0 if jumped else None if self.calm is None else self.calm + 1
            counts = {"counter_id": self.counter_id, "jumped": jumped, "calm": self.calm}
            self._event(cursor, ticket_id, {**self.events[1], **counts})
            self.connection.commit()
            cursor.execute(FLOOR_FINISH, {**self.ticket, "at": datetime.now(UTC), "id": ticket_id})
            self._event(cursor, ticket_id, self.events[2])
            self.connection.commit()
            return True

    def check(self) -> None:
        """That a visit of ours, with nobody else in the hall, fills the columns that a real one fills. Raises ``AssertionError``."""
        expected = self._filled()
        self.draw_one()
        assert self.call_and_finish(), "the floor called nobody"
        assert self._filled() == expected, f"the floor fills {self._filled()}, a visit fills {expected}"

    def _filled(self) -> list[set[str]]:
        with self.connection.cursor(cursor_factory=RealDictCursor) as cursor:
            self._read(cursor)
        self.connection.commit()
        return [{name for name, value in row.items() if value is not None} for row in (self.ticket, *self.events)]

    def _read(self, cursor: Cursor) -> None:
        """The last ticket that was called and ended, and its three events, are the pattern."""

        def rows(table: str, key: str, value: Any) -> list[dict[str, Any]]:
            cursor.execute(f"SELECT * FROM {table} WHERE {key} = %s ORDER BY id", [value])
            return [{name: value for name, value in row.items() if name != "id"} for row in cursor.fetchall()]

        assert isinstance(cursor, RealDictCursor)
        cursor.execute("SELECT max(id) AS id FROM centres_ticket WHERE state = 'done'")
        ticket_id = cursor.fetchone()["id"]
        self.ticket = rows("centres_ticket", "id", ticket_id)[0]
        self.drawn = {
            **self.ticket,
            "state": "waiting", "calls": 0, "counter_id": None, "called_at": None, "first_called_at": None,
            "finished_at": None, "waited_s": None,
        }  # fmt: skip
        self.events = rows("centres_ticketevent", "ticket_id", ticket_id)
        self.pattern = {"centres_ticketevent": self.events}


def people_wait(scene: Scene, number: int, chances: random.Random) -> None:
    """So many people come in at once: three of four ordinary, the others of the two classes before them."""
    from centres.enums import Priority
    from centres.models import Ticket
    from portal import clock

    now = clock.now()
    ranks = [Priority.ORDINARY] * 15 + [Priority.PRIORITY] * 4 + [Priority.FIRST]
    Ticket.objects.bulk_create(
        [
            Ticket(
                centre=scene.centre,
                service=scene.service,
                day=clock.local_day(now),
                letter=scene.service.letter,
                number=next(_numbers),
                client_key=secrets.token_urlsafe(16),
                priority=chances.choice(ranks),
                issued_at=now + timedelta(microseconds=place),
                queue_at=now + timedelta(microseconds=place),
            )
            for place in range(number)
        ],
        batch_size=500,
    )


def per_second(work: list[Callable[[], object]]) -> float:
    """How often a second all of these together are done, each again and again in a thread of its own."""
    done, failed = [0] * len(work), []
    start = time.perf_counter()

    def again_and_again(place: int) -> None:
        try:
            while time.perf_counter() - start < SHARE and not failed:
                if work[place]() is False:
                    raise RuntimeError("nobody waits any more: the hall was filled with too few")
                done[place] += 1
        except BaseException as error:  # noqa: BLE001 - the thread that waits raises it again
            failed.append(error)

    _together(again_and_again, len(work))
    if failed:
        raise failed[0]
    return sum(done) / (time.perf_counter() - start)


def storm(clients: list[Client], fill: Callable[[int], None]) -> float:
    """Call everybody of many full halls, one after another. Returns the share of a core that the clients took."""

    start, cpu = time.perf_counter(), time.process_time()
    left = CALLS
    while left > 0:
        fill(min(HALL, left))
        left -= HALL
        _together(lambda place: clients[place].call_everybody(), len(clients))
    return 100 * (time.process_time() - cpu) / (time.perf_counter() - start)


def _together(job: Callable[[int], None], number: int) -> None:
    threads = [threading.Thread(target=job, args=[place]) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    with House() as house:
        house.use_django()
        from bench import scene as scenes
        from centres.policy import policy_on
        from portal import clock

        scene = scenes.build(officers=max(CLIENTS))
        chances = chance()
        with house.web(workers=WORKERS) as web:
            clients = [Client(web, scene, number) for number in range(max(CLIENTS))]
            for client in clients:  # each keeps its connection, and the worker is warm
                client.draw()
                client.call_and_finish()
            cap = policy_on(scene.centre.pk, clock.today()).cap or 1
            floors = [QueueFloor(house.database.app_url, officer.counter.pk, cap) for officer in scene.officers]
            floors[0].check()
            _rates(scene, clients, floors, chances)
            for floor in floors:
                floor.connection.close()
            _everybody(scene, clients, chances)


def _fresh(clients: list[Client]) -> list[Client]:
    """With connections of their own age: the server closes one that was silent while others were measured."""
    for client in clients:
        client.close()
    return clients


def _rates(scene: Scene, clients: list[Client], floors: list[QueueFloor], chances: random.Random) -> None:
    def calls(work: list[Callable[[], object]], rate: int) -> float:
        _empty_hall()
        people_wait(scene, HALL + int(rate * SHARE), chances)
        return per_second(work)

    measured = rounds(
        *(lambda n=n: per_second([client.draw for client in _fresh(clients[:n])]) for n in CLIENTS),
        *(lambda n=n: per_second([floor.draw_one for floor in floors[:n]]) for n in CLIENTS),
        *(lambda n=n: calls([client.call_and_finish for client in _fresh(clients[:n])], 400) for n in CLIENTS),
        *(lambda n=n: calls([floor.call_and_finish for floor in floors[:n]], 2000) for n in CLIENTS),
    )
    size = len(CLIENTS)
    for what, http, least in (("draws", 0, size), ("calls", 2 * size, 3 * size)):
        for place, number in enumerate(CLIENTS):
            name = f"{what}_per_s_{number}_client{'s' if number > 1 else ''}"
            figure("queue", name, measured[http + place], "1/s", floor=measured[least + place], is_rate=True)


def _everybody(scene: Scene, clients: list[Client], chances: random.Random) -> None:
    from centres.models import Ticket, TicketEvent

    _empty_hall()
    for client in _fresh(clients):
        client.called.clear()
    last = TicketEvent.objects.order_by("-pk").values_list("pk", flat=True)[0]
    cpu = storm(clients, lambda number: people_wait(scene, number, chances))
    called = [ticket for client in clients for ticket in client.called]
    figure("queue", "distinct_called", len(set(called)), "people", floor=CALLS)
    twice = len(called) - len(set(called))
    figure("queue", "errors", sum(client.errors for client in clients) + twice, "calls", floor=0)
    figure("queue", "left_waiting", Ticket.objects.waiting().count(), "people", floor=0)
    counted = TicketEvent.objects.filter(pk__gt=last, jumped__isnull=False)
    jumped = 100 * counted.filter(jumped=True).count() / max(1, counted.count())
    figure("queue", "overtaking_pct", jumped, "%", floor=100 / 3)
    figure("queue", "client_cpu_pct", cpu, "% of a core", floor=100.0)


def _empty_hall() -> None:
    """Whoever the measurement before left waiting goes home."""
    from centres.enums import TicketState
    from centres.models import Ticket
    from portal import clock

    Ticket.objects.waiting().update(state=TicketState.LEFT, finished_at=clock.now())
