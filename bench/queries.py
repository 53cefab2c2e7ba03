"""SQL statements of whole requests on PostgreSQL, then the same with ten times the rows in the tables."""

from __future__ import annotations

import os
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from bench.harness import House
from bench.program import InProcess
from bench.report import figure

if TYPE_CHECKING:
    from bench.scene import Scene

AIMS = {"call_next": 4, "receive": 21, "board_unchanged": 0, "worklist_of_30": 6}
WORKLIST_ROWS = 30
# The worklist has thirty rows on its first page already with the smaller number.
DOSSIERS = int(os.environ.get("BENCH_ROWS", "32"))
GROWTH = 10
# Whatever only marks a transaction is no statement of ours.
MARKS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET ")


class Pages:
    """The four requests of this benchmark, and the statements of each."""

    def __init__(self, scene: Scene) -> None:
        from django.test import Client

        self.counter = InProcess(scene)
        self.board, self.desk = Client(), Client()
        self.desk.force_login(scene.specialist)
        self.board.post("/board/sign-in/", {"key": scene.board_key})

    def statements(self) -> dict[str, int]:
        """By request. Each is sent twice and counted the second time: what a process keeps is no cost of a request."""
        found: dict[str, int] = {}
        for _time in range(2):
            with Statements() as sent:
                ticket_id = self.counter.call_next()
            found["call_next"] = sent.number
            with Statements() as sent:
                self.counter.receive(ticket_id)
            found["receive"] = sent.number
            self.counter.finish(ticket_id)
            with Statements() as sent:
                page = self.desk.get("/dossiers/?list=to-take")
            rows = set(re.findall(r"/dossiers/(\d+)/", page.content.decode()))
            assert len(rows) == WORKLIST_ROWS, f"the worklist has {len(rows)} rows"
            found["worklist_of_30"] = sent.number
        shown = self.board.get("/board/calls/")
        with Statements() as sent:
            again = self.board.get("/board/calls/", headers={"If-None-Match": shown.headers["ETag"]})
        assert again.status_code == HTTPStatus.NOT_MODIFIED, "the board has changed meanwhile"
        found["board_unchanged"] = sent.number
        return {name: found[name] for name in AIMS}


class Statements:
    """Counts what is sent to the database inside the block, but for the marks of transactions."""

    number = 0

    def __enter__(self) -> Statements:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        self.captured = CaptureQueriesContext(connection)
        self.captured.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.captured.__exit__(*error)
        sent = [query["sql"] for query in self.captured.captured_queries if query["sql"]]
        self.number = sum(not statement.upper().startswith(MARKS) for statement in sent)


def main() -> None:
    with House() as house:
        house.use_django()
        from bench import scene

        pages = Pages(scene.build(officers=1))
        pages.counter.fill(DOSSIERS, waiting=DOSSIERS)
        for name, number in pages.statements().items():
            figure("queries", name, number, "statements", floor=AIMS[name])
        pages.counter.fill(DOSSIERS * (GROWTH - 1), waiting=DOSSIERS * (GROWTH - 1))
        for name, number in pages.statements().items():
            figure("queries", f"{name}_with_ten_times_the_rows", number, "statements", floor=AIMS[name])
