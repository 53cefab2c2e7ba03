"""A real Celery worker in a process group of its own, so that it can be killed as a power cut would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Self
from urllib.parse import quote

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


def database_url() -> str:
    """The address of the database that this test runs in."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    user, password = quote(at["USER"], safe=""), quote(at["PASSWORD"], safe="")
    return f"postgres://{user}:{password}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


class Worker:
    """``environment`` is added to this process's; the database is the test's own."""

    def __init__(self, log: Path, **environment: str) -> None:
        self.log = log
        self.environment = {**os.environ, "DATABASE_URL": database_url(), "DATABASE_OWNER_URL": "", **environment}
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "portal", "worker", "--concurrency=1", "--loglevel=WARNING",
                 "--without-mingle", "--without-gossip", "--without-heartbeat"],
                cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """SIGKILL to the worker and its children: nothing is finished, nothing is given back."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process = None
