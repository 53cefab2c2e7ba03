"""The whole portal as it runs for real, for one test: web, worker and scheduler as the application's role."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import psycopg2
import redis

from tests.schema import as_name, template
from tests.services import free_port

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60
# The law, then the centre with its counters, staff and screens, without a single visitor. One process: starts cost.
HALL = """
from django.core.management import call_command
from applications.demo.centres import set_up
from portal import clock
for command in ("load_units", "load_national_days", "load_catalogue", "load_queue_policies"):
    call_command(command, verbosity=0)
set_up(clock.now(), clock.today())
"""


class House:
    """A database of its own with branch no. 3 in it, and the three processes. ``url`` is its address.

    ``services`` are the servers it lives on, those of the tests' run unless a test has its own.
    """

    def __init__(self, folder: Path, mail_url: str, services: Mapping[str, str] = os.environ) -> None:
        self.services = services
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.name = f"house_{secrets.token_hex(4)}"
        cache_url, broker_url = _own_redis_databases(services["REDIS_URL"])
        self.environment = {
            **os.environ,
            "PORTAL_ENV": "test",
            "DEBUG": "0",
            "DATABASE_URL": as_name(services["DATABASE_APP_URL"], self.name),
            "DATABASE_OWNER_URL": as_name(services["DATABASE_URL"], self.name),
            "CACHE_URL": cache_url,
            "BROKER_URL": broker_url,
            "FILES_ROOT": str(folder / "files"),
            "VAR_DIR": str(folder),
            "EMAIL_URL": mail_url,
            "SMS_URL": f"file://{folder / 'sms'}",
            "PUBLIC_URL": self.url,
            "CERTIFICATION_LEASE_SECONDS": "5",
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            undo.callback(self.stop)
            self._create_database()
            for command in (["grant_roles"], ["shell", "-v0", "-c", HALL]):
                self.manage(*command)
            gunicorn = ["gunicorn", "portal.wsgi", "--workers=1", "--threads=8", f"--bind=127.0.0.1:{self.port}"]
            self.start("web", gunicorn)
            self.start_worker()
            self.start("scheduler", ["celery", "-A", "portal", "beat", "-s", str(self.folder / "beat"), "--pidfile="])
            self._wait()
            undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start_worker(self) -> None:
        self.start("worker", ["celery", "-A", "portal", "worker", "--concurrency=1", "--loglevel=WARNING"])

    def start(self, name: str, command: list[str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """As a power cut would: the whole process group, at once."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for name in list(self.processes):
            self.kill(name)

    def manage(self, *command: str) -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()[-2000:]

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """What the database holds, read as its owner."""
        link = psycopg2.connect(self.environment["DATABASE_OWNER_URL"])
        try:
            with link.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall()
        finally:
            link.close()

    def _wait(self) -> None:
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError((self.folder / "web.log").read_text()[-2000:])

    def _create_database(self) -> None:
        """It is migrated, and goes with the throw-away cluster."""
        migrated = template(self.services["DATABASE_URL"])
        link = psycopg2.connect(self.services["DATABASE_URL"])
        link.autocommit = True
        try:
            with link.cursor() as cursor:
                cursor.execute(f'CREATE DATABASE "{self.name}" TEMPLATE {migrated}')
        finally:
            link.close()


def _own_redis_databases(url: str) -> tuple[str, str]:
    """For the cache and for the broker. Two portals on one cache would show each other's boards: their rows bear the
    same numbers."""
    with redis.Redis.from_url(url) as link:
        taken = 10 + 2 * (int(link.incr("houses")) - 1)  # the tests of the cache itself use the ones before
    return f"{url}/{taken}", f"{url}/{taken + 1}"
