"""The least SQL that stores what a visit stores, straight through psycopg2 on one connection.

The rows of one real visit are the pattern: the same tables, the same columns filled with values of the same size, in
the same four transactions, with one statement a table. Nothing is checked, looked up or computed on the way.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from itertools import count
from typing import Any, Self

import psycopg2
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import Json, RealDictCursor

Row = dict[str, Any]

# The tables of the third transaction, and how their rows are found from the ticket's.
OF_DOSSIER = {
    "applications_feeline": "application_id",
    "applications_step": "application_id",
    "applications_event": "application_id",
    "applications_issuedform": "application_id",
    "applications_paper": "application_id",
    "applications_searchword": "application_id",
}
NEXT_NUMBER = (
    "INSERT INTO centres_dailynumber AS given (centre_id, day, letter, last) "
    "VALUES (%(centre_id)s, %(day)s, %(letter)s, 1) "
    "ON CONFLICT (centre_id, day, letter) DO UPDATE SET last = given.last + 1 RETURNING last"
)
NEXT_CODE = (
    "INSERT INTO applications_dossiernumber AS given (agency_code, day, last) VALUES (%(agency)s, %(day)s, 1) "
    "ON CONFLICT (agency_code, day) DO UPDATE SET last = given.last + 1 RETURNING last"
)
CALL = (
    "UPDATE centres_ticket SET state = 'called', counter_id = %(counter_id)s, called_at = %(at)s, calls = 1 "
    "WHERE id = (SELECT id FROM centres_ticket WHERE centre_id = %(centre_id)s AND day = %(day)s AND "
    "service_id = %(service_id)s AND state = 'waiting' ORDER BY priority, queue_at, id "
    "FOR UPDATE SKIP LOCKED LIMIT 1) RETURNING id"
)
NAME = "UPDATE centres_ticket SET citizen_id = %(citizen_id)s WHERE id = %(id)s"
FINISH = "UPDATE centres_ticket SET state = 'done', finished_at = %(at)s WHERE id = %(id)s"


class Floor:
    """Visits without the portal. Begins where the real ones ended: needs one finished visit in the database."""

    def __init__(self, url: str) -> None:
        self.connection: Connection = psycopg2.connect(url)
        with self.connection.cursor(cursor_factory=RealDictCursor) as cursor:
            self._read(cursor)
        self.connection.commit()
        self._people = count(500_000)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def visit(self) -> None:
        """One visit: its rows in four transactions."""
        with self.connection.cursor() as cursor:
            token = secrets.token_urlsafe(16)
            self._draw(cursor, token)
            self.connection.commit()
            ticket_id = self._call(cursor)
            self.connection.commit()
            self._receive(cursor, ticket_id, token)
            self.connection.commit()
            cursor.execute(FINISH, {"at": datetime.now(UTC), "id": ticket_id})
            self._event(cursor, ticket_id, self.events[2])
            self.connection.commit()

    def check(self) -> None:
        """That one visit of ours leaves as many rows in as many tables as a real one. Raises ``AssertionError``."""
        before = self._rows()
        self.visit()
        after = self._rows()
        added = {table: after[table] - before[table] for table in after if after[table] != before[table]}
        expected = {table: len(rows) for table, rows in self.pattern.items()}
        assert added == expected, f"the floor stores {added}, a visit stores {expected}"

    # -- the four transactions ----------------------------------------------------------------------------------------

    def _draw(self, cursor: Cursor, token: str) -> None:
        cursor.execute(NEXT_NUMBER, self.ticket)
        now = datetime.now(UTC)
        new = {"number": cursor.fetchone()[0], "client_key": secrets.token_urlsafe(16), "token": token}
        ticket_id = self._insert(cursor, "centres_ticket", [{**self.drawn, **new, "issued_at": now, "queue_at": now}])
        self._event(cursor, ticket_id, self.events[0])

    def _call(self, cursor: Cursor) -> int:
        cursor.execute(CALL, {**self.ticket, "at": datetime.now(UTC)})
        ticket_id = int(cursor.fetchone()[0])
        self._event(cursor, ticket_id, self.events[1])
        return ticket_id

    def _receive(self, cursor: Cursor, ticket_id: int, token: str) -> None:
        one = self.pattern
        person = {**one["citizens_citizen"][0], "identity_number": f"001190{next(self._people):06}"}
        citizen_id = self._insert(cursor, "citizens_citizen", [person])
        matter_id = self._insert(cursor, "centres_matter", [{**one["centres_matter"][0], "ticket_id": ticket_id}])
        cursor.execute(NAME, {"citizen_id": citizen_id, "id": ticket_id})
        agency, day, _number = self.dossier["code"].rsplit("-", 2)
        cursor.execute(NEXT_CODE, {"agency": agency, "day": self.ticket["day"]})
        code = f"{agency}-{day}-{cursor.fetchone()[0]:04}"
        new = {"code": code, "token": token, "matter_id": matter_id, "applicant_id": citizen_id}
        dossier_id = self._insert(cursor, "applications_application", [{**self.dossier, **new}])
        for table, key in OF_DOSSIER.items():
            found = self._insert(cursor, table, [{**row, key: dossier_id} for row in one[table]])
            if table == "applications_event":
                values = [{**row, "event_id": found} for row in one["applications_eventvalue"]]
                self._insert(cursor, "applications_eventvalue", values)
        messages = one["notifications_message"]
        self._insert(
            cursor,
            "notifications_message",
            [{**row, "dedup_key": f"dossier:{dossier_id}:received::{row['channel']}"} for row in messages],
        )

    def _event(self, cursor: Cursor, ticket_id: int, pattern: Row) -> None:
        self._insert(cursor, "centres_ticketevent", [{**pattern, "ticket_id": ticket_id, "at": datetime.now(UTC)}])

    def _insert(self, cursor: Cursor, table: str, rows: list[Row]) -> int:
        """All rows in one statement; the id of the first."""
        marks = ", ".join(["%s"] * len(rows[0]))
        names = ", ".join(f'"{name}"' for name in rows[0])
        lines = ", ".join([f"({marks})"] * len(rows))
        values = [value for row in rows for value in row.values()]
        cursor.execute(f"INSERT INTO {table} ({names}) VALUES {lines} RETURNING id", values)
        return int(cursor.fetchone()[0])

    # -- the pattern --------------------------------------------------------------------------------------------------

    def _read(self, cursor: Cursor) -> None:
        """The rows of the last real visit, by table, without their ids."""

        def rows(table: str, key: str, value: Any) -> list[Row]:
            cursor.execute(f"SELECT * FROM {table} WHERE {key} = %s ORDER BY id", [value])
            return [{name: _json(value) for name, value in row.items()} for row in cursor.fetchall()]

        cursor.execute("SELECT max(id) AS id FROM centres_ticket WHERE state = 'done'")
        ticket_id = cursor.fetchone()["id"]
        matter = rows("centres_matter", "ticket_id", ticket_id)[0]
        dossier = rows("applications_application", "matter_id", matter["id"])[0]
        event = rows("applications_event", "application_id", dossier["id"])[0]
        pattern = {
            "centres_ticket": rows("centres_ticket", "id", ticket_id),
            "centres_ticketevent": rows("centres_ticketevent", "ticket_id", ticket_id),
            "citizens_citizen": rows("citizens_citizen", "id", dossier["applicant_id"]),
            "centres_matter": [matter],
            "applications_application": [dossier],
            "applications_eventvalue": rows("applications_eventvalue", "event_id", event["id"]),
            "notifications_message": rows("notifications_message", "reference", dossier["code"]),
            **{table: rows(table, key, dossier["id"]) for table, key in OF_DOSSIER.items()},
        }
        self.pattern = {
            table: [{name: value for name, value in row.items() if name != "id"} for row in found]
            for table, found in pattern.items()
        }
        self.ticket = self.pattern["centres_ticket"][0]
        self.drawn = {
            **self.ticket,
            "state": "waiting", "calls": 0, "counter_id": None, "citizen_id": None,
            "called_at": None, "finished_at": None,
        }  # fmt: skip
        self.events = self.pattern["centres_ticketevent"]
        self.dossier = self.pattern["applications_application"][0]

    def _rows(self) -> dict[str, int]:
        """How many rows each table has that the application may write to; numbers given are counted, not added."""
        counted = {}
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
            for (table,) in cursor.fetchall():
                cursor.execute(f'SELECT count(*) FROM "{table}"')
                counted[table] = cursor.fetchone()[0]
        self.connection.commit()
        return counted


def _json(value: Any) -> Any:
    return Json(value) if isinstance(value, dict | list) else value
