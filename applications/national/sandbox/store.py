"""What the sandbox was told: a file of SQLite, or memory."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS dossier (code TEXT PRIMARY KEY, body TEXT NOT NULL, state INTEGER NOT NULL, last_step TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS step (
    id INTEGER PRIMARY KEY, code TEXT NOT NULL, at TEXT NOT NULL, state TEXT NOT NULL, what TEXT NOT NULL, body TEXT NOT NULL,
    times INTEGER NOT NULL DEFAULT 1, UNIQUE (code, at, state, what));
CREATE TABLE IF NOT EXISTS heard (id INTEGER PRIMARY KEY, service TEXT, code TEXT, answer TEXT, why TEXT);
"""


class Store:
    """``None`` for the path keeps everything in memory. One lock: a sandbox has no load to share."""

    def __init__(self, path: Path | None = None):
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False)
        self._db.executescript(_TABLES)

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        with self._lock, self._db:
            yield

    def close(self) -> None:
        self._db.close()

    def dossier(self, code: str) -> tuple[dict[str, Any], int, str] | None:
        """What is known of it, its state and the moment of its last step."""
        row = self._one("SELECT body, state, last_step FROM dossier WHERE code = ?", code)
        return (json.loads(row[0]), row[1], row[2]) if row else None

    # What changes something is called inside ``all_or_nothing``.

    def keep_dossier(self, code: str, body: dict[str, Any], state: int) -> None:
        self._do(
            "INSERT INTO dossier VALUES (?, ?, ?, '') ON CONFLICT (code) DO UPDATE SET body = excluded.body, "
            "state = excluded.state",
            *(code, json.dumps(body, ensure_ascii=False), state),
        )

    def knows_step(self, code: str, at: str, state: str, what: str) -> bool:
        return (
            self._one("SELECT 1 FROM step WHERE (code, at, state, what) = (?, ?, ?, ?)", code, at, state, what)
            is not None
        )

    def keep_step(self, code: str, at: str, state: str, what: str, body: dict[str, Any]) -> None:
        self._do(
            "INSERT INTO step (code, at, state, what, body) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET times = times + 1",
            *(code, at, state, what, json.dumps(body, ensure_ascii=False)),
        )
        self._do("UPDATE dossier SET state = ?, last_step = max(last_step, ?) WHERE code = ?", int(state), at, code)

    def steps(self, code: str) -> list[dict[str, Any]]:
        with self._lock:
            rows = self._db.execute("SELECT body FROM step WHERE code = ? ORDER BY id", (code,)).fetchall()
        return [json.loads(body) for (body,) in rows]

    def codes(self) -> set[str]:
        with self._lock:
            return {code for (code,) in self._db.execute("SELECT code FROM dossier")}

    def counts(self) -> dict[str, int]:
        names = {"dossiers": "dossier", "steps": "step", "requests": "heard"}
        return {name: self._one(f"SELECT count(*) FROM {table}")[0] for name, table in names.items()}  # noqa: S608 - names above

    def hear(self, service: str, code: str, answer: str, why: str) -> None:
        with self.all_or_nothing():
            self._do("INSERT INTO heard (service, code, answer, why) VALUES (?, ?, ?, ?)", service, code, answer, why)

    def heard(self) -> list[tuple[str, str, str, str]]:
        """Every request in its order: service, dossier, answer and why."""
        with self._lock:
            return self._db.execute("SELECT service, code, answer, why FROM heard ORDER BY id").fetchall()

    def forget(self, code: str) -> None:
        """As if it had never been sent: what a comparison has to find."""
        with self.all_or_nothing():
            self._do("DELETE FROM dossier WHERE code = ?", code)
            self._do("DELETE FROM step WHERE code = ?", code)

    def _one(self, statement: str, *values: Any) -> Any:
        with self._lock:
            return self._db.execute(statement, values).fetchone()

    def _do(self, statement: str, *values: Any) -> None:
        self._db.execute(statement, values)
