"""The migrated schema, made once and copied: a hundred migrations take a processor half a minute, a copy takes none.

On PostgreSQL a database of the cluster is the template of every other one of the run; on SQLite a file in ``var/check``
is kept from run to run, until a migration or a model changes.
"""

# ruff: noqa: PLC0415 - the settings are known once a test runs, not when this file is read

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "var" / "check"
_OURS = re.compile(r"^(?:from|import) ((?:applications|centres|citizens|notifications|portal|procedures|support)[\w.]*)", re.M)  # fmt: skip
# Made of the models after every migration, and after every emptying again.
_OF_THE_MODELS = {"django_content_type", "auth_permission"}
_ONE_AT_A_TIME = 7_202_611


def as_name(url: str, name: str) -> str:
    """The address of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def template(owner_url: str, environment: Mapping[str, str] = os.environ) -> str:
    """The name of the migrated database of this cluster; the first who asks makes it, the others wait."""
    import psycopg2

    name = f"portal_schema_{_state()}"
    with closing(psycopg2.connect(owner_url)) as link:
        link.autocommit = True
        with link.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_ONE_AT_A_TIME])  # goes with the connection
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not cursor.fetchone():
                # Under another name until it is whole.
                cursor.execute(f"DROP DATABASE IF EXISTS {name}_begun")
                cursor.execute(f"CREATE DATABASE {name}_begun")
                _migrate(as_name(owner_url, f"{name}_begun"), environment)
                cursor.execute(f"ALTER DATABASE {name}_begun RENAME TO {name}")
    return name


def _migrate(url: str, environment: Mapping[str, str]) -> None:
    with tempfile.TemporaryDirectory(prefix="portal-schema-") as folder:
        done = subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"],
            cwd=ROOT,
            env={
                **environment,
                "PORTAL_ENV": "test",
                "DATABASE_URL": url,
                "DATABASE_OWNER_URL": url,
                "VAR_DIR": folder,
            },
            capture_output=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr.decode()[-2000:]


@contextmanager
def copied(connection: Any) -> Iterator[None]:
    """A test database made inside is a copy; Django's own ``migrate`` then finds nothing to do."""
    if connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = template(os.environ["DATABASE_URL"])
        with patch.object(connection.ops, "sql_flush", _emptying(connection)):
            yield
        return
    from django.conf import settings
    from django.core.management.commands.migrate import Command

    migrate = Command.handle

    def handle(self: Command, *arguments: Any, **options: Any) -> None:
        kept = KEPT / f"schema-{_state()}.sqlite3"
        # ``--nomigrations`` puts something in the place of the migrations: what it makes is another schema.
        is_whole = not settings.MIGRATION_MODULES
        is_new = is_whole and options["database"] == connection.alias and not connection.introspection.table_names()
        if is_new and kept.exists():
            with closing(sqlite3.connect(f"file:{kept}?mode=ro", uri=True)) as source:
                source.backup(connection.connection)
        migrate(self, *arguments, **options)
        if is_new and not options["app_label"] and not kept.exists():
            _keep(connection, kept)

    with patch.object(Command, "handle", handle):
        yield


def _emptying(connection: Any) -> Callable[..., list[str]]:
    """Statements for what a test of its own transactions leaves behind. TRUNCATE makes every one of the tables and of
    their indexes a new file, ten times the work of deleting the rows of the few that have any.
    """
    truncate = connection.ops.sql_flush

    def sql_flush(
        style: Any, tables: list[str], *, reset_sequences: bool = False, allow_cascade: bool = False
    ) -> list[str]:
        if reset_sequences or not tables:
            return truncate(style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade)
        quoted = [connection.ops.quote_name(table) for table in tables if table not in _OF_THE_MODELS]
        # As TRUNCATE does, it waits for whoever still writes.
        return [
            f"LOCK TABLE {', '.join(quoted)} IN SHARE ROW EXCLUSIVE MODE",
            "DO $$ BEGIN "
            + " ".join(f"IF EXISTS (SELECT FROM {name}) THEN DELETE FROM {name}; END IF;" for name in quoted)
            + " END $$",
        ]

    return sql_flush


def _keep(connection: Any, kept: Path) -> None:
    """One process of a run writes it, in one piece; those of other states go."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "schema.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if kept.exists():
            return
        begun = kept.with_suffix(".begun")
        begun.unlink(missing_ok=True)
        with closing(sqlite3.connect(begun)) as target:
            connection.connection.backup(target)
        for old in KEPT.glob("schema-*.sqlite3"):
            old.unlink()
        begun.rename(kept)


def _state() -> str:
    """What the schema is made of: the migrations and what they import, the models, the packages, SQLite."""
    migrations = sorted(ROOT.glob("*/migrations/*.py"))
    imported = {name for path in migrations for name in _OURS.findall(path.read_text())}
    modules = [ROOT / f"{name.replace('.', '/')}.py" for name in imported]
    models = [*ROOT.glob("*/models.py"), *ROOT.glob("*/models/*.py")]
    paths = sorted({*migrations, *models, *modules, ROOT / "requirements" / "base.lock"})
    parts = [path.as_posix().encode() + path.read_bytes() for path in paths if path.is_file()]
    return sha256(b"\0".join([sqlite3.sqlite_version.encode(), *parts])).hexdigest()[:16]
