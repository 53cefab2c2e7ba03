"""Whatever falls while copies are certified, the registers hold 1..n and each request has one signed file.

Two hundred requests by 16 clients in a portal with servers of its own (``make test-full``), and a short shower in the database
of the tests, where a restart is played: every connection is cut, and no new one let in for a moment.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis as redis_client
from celery import Celery
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection

from applications.notarisation.signing.throwaway import Authority
from tests.applications.notarisation.storm import check, prepare, prepared_in, storm
from tests.browser.house import House
from tests.seeds import a_seed
from tests.services import Postgres, Redis, postgres, redis
from tests.worker import database_url

pytestmark = pytest.mark.postgres
OUTAGE_SECONDS = 1.0


class Shower(House):
    """Web and worker on the database of this test, and on a Redis of its own."""

    def __init__(self, folder: Path, broker: Redis, environment: dict[str, str]) -> None:
        services = {**os.environ, "REDIS_URL": broker.url}
        super().__init__(folder, f"file://{folder / 'mail'}", services)
        self.broker = broker
        connection.ensure_connection()  # this thread's own, which goes on
        self.own_pid = int(connection.connection.info.backend_pid)
        self.environment |= {"DATABASE_URL": database_url(), "DATABASE_OWNER_URL": database_url(), **environment}

    def __enter__(self) -> Shower:
        self.start("web", ["gunicorn", "portal.wsgi", "--workers=1", "--threads=8", f"--bind=127.0.0.1:{self.port}"])
        self.start_worker()
        self._wait()
        return self

    def restart_database(self) -> None:
        name = connection.settings_dict["NAME"]
        link = psycopg2.connect(os.environ["DATABASE_URL"])
        link.autocommit = True
        with link.cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            try:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> %s",
                    (name, self.own_pid),
                )
                time.sleep(OUTAGE_SECONDS)
            finally:
                cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        link.close()

    def flush_redis(self) -> None:
        with redis_client.Redis.from_url(self.broker.url) as link:
            link.flushall()

    def wake(self) -> None:
        with Celery(broker=self.environment["BROKER_URL"], set_as_current=False) as scheduler:
            scheduler.send_task("applications.tasks.sweep_certifications", expires=2, retry=False)


class Storm(House):
    """The whole portal, its scheduler included, on a PostgreSQL and a Redis of its own."""

    def __init__(self, folder: Path, database: Postgres, broker: Redis, environment: dict[str, str]) -> None:
        services = {"DATABASE_URL": database.url, "DATABASE_APP_URL": database.app_url, "REDIS_URL": broker.url}
        super().__init__(folder, f"file://{folder / 'mail'}", services)
        self.database, self.broker = database, broker
        self.environment |= environment

    def restart_database(self) -> None:
        self.database.restart(mode="immediate")

    def flush_redis(self) -> None:
        with redis_client.Redis.from_url(self.broker.url) as link:
            link.flushall()

    def wake(self) -> None:
        """The scheduler does."""


@pytest.fixture
def broker() -> Iterator[Redis]:
    with redis() as running:
        yield running


@pytest.mark.django_db(transaction=True)
def test_a_shower_leaves_no_gap_and_one_signed_file_each(
    broker: Redis, tmp_path: Path, settings: LazySettings, authority: Authority
) -> None:
    seed, clients, wanted = a_seed("STORM_SEED"), 4, 8
    environment = {
        **authority.environment(), "FILES_ROOT": str(settings.FILES_ROOT), "CERTIFICATION_LEASE_SECONDS": "2"
    }  # fmt: skip
    desks = prepare(clients, wanted)
    with Shower(tmp_path, broker, environment) as portal:
        happened = storm(portal, desks, seed, most_kills=3, most_between=1, most_seconds=120)
        assert {"redis", "database", "worker"} <= set(happened)
        check(portal, wanted, Path(settings.FILES_ROOT), authority.roots)
    call_command("verify_registers")


@pytest.mark.full
def test_a_storm_of_two_hundred_requests_leaves_no_gap_and_one_signed_file_each(
    tmp_path: Path, authority: Authority
) -> None:
    seed, clients, wanted = a_seed("STORM_SEED"), 16, int(os.environ.get("STORM_REQUESTS", "200"))
    with (
        # As it runs for real: a database told to be fast loses, in a crash, what it had said was done.
        postgres() as database,
        redis() as broker,
        Storm(tmp_path, database, broker, authority.environment()) as portal,
    ):
        listed = tmp_path / "desks.json"
        script = f"from tests.applications.notarisation.storm import prepare_into as go; go({str(listed)!r}, {clients}, {wanted})"
        portal.manage("shell", "-v0", "-c", script)
        happened = storm(portal, prepared_in(listed), seed, most_kills=1000, most_between=8, most_seconds=900)
        assert happened.count("redis") == happened.count("database") == 1 and happened.count("worker") > 2
        check(portal, wanted, tmp_path / "files", authority.roots)
        portal.manage("verify_registers")
