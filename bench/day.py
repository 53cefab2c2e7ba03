"""The manager's day and a month's report: server time with a million tickets against ten thousand.

The same pages of the same centre in the same process; only the history before them grows. ``BENCH_TICKETS_SMALL`` and
``BENCH_TICKETS_LARGE`` set the sizes, ``BENCH_TICKETS_A_DAY`` how many came each day.
"""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from datetime import time as clock_time
from typing import TYPE_CHECKING

from bench.harness import House
from bench.report import ROUNDS, figure

if TYPE_CHECKING:
    from django.test import Client

    from bench.scene import Scene

SMALL = int(os.environ.get("BENCH_TICKETS_SMALL", "10000"))
LARGE = int(os.environ.get("BENCH_TICKETS_LARGE", "1000000"))
A_DAY = int(os.environ.get("BENCH_TICKETS_A_DAY", "300"))
REQUESTS = int(os.environ.get("BENCH_REQUESTS", "20"))
AIM = 1.5

# Tickets number {first} to {last} of the whole history, so many a day backwards from {today}; their visits are over, but
# for a few of today. Every span differs with the number, so that no histogram is empty.
TICKETS = """
INSERT INTO centres_ticket ({columns})
SELECT %(centre)s, %(service)s, day, 'A', number, 'bench-' || n, 'token-' || n, 'vi', 20, '',
       CASE WHEN waits THEN 'waiting' ELSE 'done' END, issued, %(park_reason)s, CASE WHEN waits THEN 0 ELSE 1 END, issued,
       CASE WHEN NOT waits THEN %(counter)s END,
       CASE WHEN NOT waits THEN issued + (n %% 40) * interval '1 minute' END,
       CASE WHEN NOT waits THEN issued + (n %% 40 + 1) * interval '1 minute' END,
       CASE WHEN NOT waits THEN issued + (n %% 40 + 4 + n %% 9) * interval '1 minute' END,
       CASE WHEN NOT waits THEN issued + (n %% 40) * interval '1 minute' END,
       CASE WHEN NOT waits THEN n %% 40 * 60 END, CASE WHEN NOT waits THEN 60 END,
       CASE WHEN NOT waits THEN (3 + n %% 9) * 60 END
FROM (
    SELECT n, number, day, day + time '08:00' AT TIME ZONE 'Asia/Ho_Chi_Minh' + number * interval '{step} seconds' AS issued,
           day = %(today)s AND number > %(waiting_from)s AS waits
    FROM (SELECT n, n %% {a_day} + 1 AS number, %(today)s::date - (n / {a_day})::int AS day
          FROM generate_series({first}, {last} - 1) AS n) AS numbered
) AS planned
"""
EVENTS = """
INSERT INTO centres_ticketevent (ticket_id, kind, at, counter_id, reason{more_columns})
SELECT id, kind, at, CASE WHEN kind <> 'issued' THEN counter_id END, ''{more_values}
FROM centres_ticket, LATERAL (VALUES ('issued', issued_at), ('called', called_at), ('arrived', arrived_at),
                                     ('done', finished_at)) AS step (kind, at)
WHERE at IS NOT NULL AND client_key LIKE 'bench-%%' AND substr(client_key, 7)::int >= {first}
"""


def fill(scene: Scene, first: int, last: int, today: datetime) -> None:
    """Tickets ``first`` to ``last`` with their events. A column that came later takes its default."""
    from django.db import connection

    from portal import clock

    columns = ["centre_id", "service_id", "day", "letter", "number", "client_key", "token", "language", "priority",
               "priority_ground", "state", "queue_at", "park_reason", "calls", "issued_at", "counter_id", "called_at",
               "arrived_at", "finished_at", "first_called_at", "waited_s", "walked_s", "served_s"]  # fmt: skip
    later, values = _later_columns("centres_ticket", columns)
    sql = TICKETS.format(
        columns=", ".join([*columns, *later]), step=int(28_000 / A_DAY), a_day=A_DAY, first=first, last=last
    )
    if later:
        sql = sql.replace("\nFROM (\n", ", " + ", ".join(values) + "\nFROM (\n", 1)
    given = {
        "centre": scene.centre.pk,
        "service": scene.service.pk,
        "counter": scene.officers[0].counter.pk,
        "park_reason": "",
        "today": clock.local_day(today),
        "waiting_from": A_DAY - 20,
    }
    known = ["id", "ticket_id", "kind", "at", "counter_id", "reason", "actor_id"]
    more, more_values = _later_columns("centres_ticketevent", known)
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        cursor.execute(
            EVENTS.format(
                first=first,
                more_columns="".join(f", {name}" for name in more),
                more_values="".join(f", {value}" for value in more_values),
            )
        )


def _later_columns(table: str, known: list[str]) -> tuple[list[str], list[str]]:
    """Columns that must be given and are not ours, with a value each: no, nothing, or an empty text."""
    from django.db import connection

    blank = {"boolean": "false", "smallint": "0", "integer": "0", "bigint": "0", "character varying": "''"}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s"
            " AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'",
            [table],
        )
        found = [(name, blank[kind]) for name, kind in cursor.fetchall() if name not in known]
    return [name for name, _value in found], [value for _name, value in found]


class Pages:
    """What a manager opens, and what the month's workbook costs."""

    PATHS = {
        "dashboard": ["/day/"],
        "report": ["/day/report/?span=month&day={day}", "/day/report.xlsx?span=month&day={day}"],
    }

    def __init__(self, client: Client, now: datetime) -> None:
        from portal import clock

        self.client, self.now = client, now
        # The whole month that ends today; the smaller number fills it too.
        day = clock.local_day(now)
        self.paths = {name: [path.format(day=day) for path in paths] for name, paths in self.PATHS.items()}

    def seconds(self, name: str) -> float:
        """Server time of the whole, best of some: the work, without what the machine did meanwhile."""
        from portal import clock

        times = []
        with clock.fixed(self.now):
            for _request in range(REQUESTS):
                start = time.perf_counter()
                for path in self.paths[name]:
                    answer = self.client.get(path)
                    assert answer.status_code == 200, f"{path}: {answer.status_code}"
                times.append(time.perf_counter() - start)
        return min(times)


def main() -> None:
    with House() as house:
        house.use_django()
        import psycopg2
        from django.test import Client

        from bench import scene
        from centres.actions.summarise import summarise
        from centres.enums import Role
        from centres.models import Membership
        from portal import clock

        built = scene.build(officers=1)
        manager = Membership.objects.get(centre=built.centre, role=Role.MANAGER).user
        client = Client()
        client.force_login(manager)
        # In the afternoon of the last day of a month: the day's visits have come, and so have the month's.
        last_day = clock.today().replace(day=1) - timedelta(days=1)
        now = datetime.combine(last_day, clock_time(17, 0), tzinfo=clock.HANOI)
        pages = Pages(client, now)
        measured: dict[str, list[float]] = {name: [] for name in pages.paths}
        for first, last in ((0, SMALL), (SMALL, LARGE)):
            fill(built, first, last, now)
            owner = psycopg2.connect(house.database.url)
            owner.autocommit = True
            owner.cursor().execute("VACUUM ANALYZE")
            owner.close()
            started = time.perf_counter()
            summarise(at=now)
            figure("day", f"summarise_{last}", time.perf_counter() - started, "s")
            for name, found in measured.items():
                found.append(min(pages.seconds(name) for _round in range(ROUNDS)))
        for name, (small, large) in measured.items():
            figure("day", f"{name}_growth", large / small, "times", floor=AIM)
            figure("day", f"{name}_ms", large * 1000, "ms", floor=small * 1000)
        figure("day", "summarise_again_ms", _again(now) * 1000, "ms")


def _again(now: datetime) -> float:
    """Seconds to count the present day once more, as the job does each minute."""
    from centres.actions.summarise import count_again
    from centres.models import Centre
    from portal import clock

    centre = Centre.objects.get(code="chi-nhanh-3")
    start = time.perf_counter()
    count_again(centre_id=centre.pk, day=clock.local_day(now), at=now)
    return time.perf_counter() - start
