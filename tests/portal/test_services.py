"""The throw-away servers themselves: what they promise, and that nothing of them stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
import redis as redis_client

from tests.services import postgres, redis

pytestmark = pytest.mark.postgres
ROOT = Path(__file__).resolve().parents[2]


def test_the_owner_makes_databases_and_the_application_may_not_make_tables():
    with postgres(fast=True) as server:
        owner = psycopg2.connect(server.url)
        owner.autocommit = True
        with owner.cursor() as cursor:
            cursor.execute("CREATE DATABASE fresh")
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            assert cursor.fetchone() == (False,)
        owner.close()
        fresh = psycopg2.connect(server.url.removesuffix("portal") + "fresh")
        with fresh.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_extension WHERE extname = 'btree_gist'")
            assert cursor.fetchone() == (1,)
        fresh.close()
        application = psycopg2.connect(server.app_url)
        with application.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("CREATE TABLE mine (a int)")
        application.close()


def test_a_durable_cluster_keeps_what_was_committed_through_a_crash():
    with postgres() as server:
        with psycopg2.connect(server.url) as connection, connection.cursor() as cursor:
            cursor.execute("SHOW fsync")
            assert cursor.fetchone() == ("on",)
            cursor.execute("CREATE TABLE kept AS SELECT 7 AS number")
        connection.close()
        server.restart(mode="immediate")
        again = psycopg2.connect(server.url)
        with again.cursor() as cursor:
            cursor.execute("SELECT number FROM kept")
            assert cursor.fetchone() == (7,)
        again.close()
    assert not server.directory.exists()


def test_redis_restarts_empty_at_the_same_address():
    with redis() as server:
        client = redis_client.Redis.from_url(f"{server.url}/1")
        client.set("a", "b")
        server.restart()
        assert client.get("a") is None
        client.close()
    assert not server.directory.exists()


def test_the_command_gets_the_addresses_and_its_exit_code_comes_back():
    done = subprocess.run(
        [sys.executable, "-m", "tests.services", "run", "--redis", "--", sys.executable, "-c",
         "import os, sys; print(os.environ['REDIS_URL']); sys.exit(7)"],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 7
    assert done.stdout.startswith("redis://127.0.0.1:")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_command_and_removes_the_server(number: signal.Signals):
    runner = subprocess.Popen(
        [sys.executable, "-m", "tests.services", "run", "--redis", "--", sys.executable, "-uc",
         "import os, time; print(os.environ['REDIS_URL'], flush=True); time.sleep(60)"],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        # Where the tests themselves run in a script's background, SIGINT is ignored, and ignored it would be inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert runner.stdout is not None
    address = runner.stdout.readline().strip()
    runner.send_signal(number)
    assert runner.wait(30) != 0
    with pytest.raises(redis_client.ConnectionError):
        redis_client.Redis.from_url(address).ping()
    runner.stdout.close()


def test_a_command_that_does_not_exist_is_named():
    done = subprocess.run(
        [sys.executable, "-m", "tests.services", "run", "--redis", "--", "no-such-program"],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "no-such-program" in done.stderr
