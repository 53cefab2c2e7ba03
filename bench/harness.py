"""Everything a benchmark stands on: throw-away services, the law loaded, and the portal as it really runs.

with House() as house:
    house.use_django()          # this process works as the application role, on the same data
    with house.web() as web:    # gunicorn, with one worker unless more are asked for
        web.port
"""

from __future__ import annotations

import http.client
import io
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.services import Postgres, Redis, ServiceError, free_port

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30
THREADS = 4


@dataclass(frozen=True)
class Web:
    """A running server of ours."""

    port: int
    log: Path
    pid: int = 0


class House:
    """PostgreSQL with its durability on, Redis as cache and broker, tables made by their owner; all gone afterwards."""

    def __init__(self, settings: dict[str, str] | None = None) -> None:
        """``settings`` are PostgreSQL's, beside those of the throw-away server."""
        self._open, self._settings = ExitStack(), settings

    def __enter__(self) -> Self:
        # A closed terminal or a time limit must not leave servers behind.
        signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
        try:
            self.folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
            self._open.callback(shutil.rmtree, self.folder, ignore_errors=True)
            self.database = self._open.enter_context(Postgres(settings=self._settings))
            self.redis = self._open.enter_context(Redis())
            self.environment = self._environment()
            Path(self.environment["STATIC_ROOT"]).mkdir()
            self._manage("migrate", "--noinput", "-v0")
            self._manage("grant_roles")
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def use_django(self, kind: str = "test") -> None:
        """Set Django up in this process, as the application role. ``test`` finds static files without collecting."""
        os.environ |= {**self.environment, "PORTAL_ENV": kind}
        import django

        django.setup()
        from django.core.management import call_command

        for command in ("load_units", "load_national_days", "load_catalogue", "load_queue_policies"):
            call_command(command, verbosity=0, stdout=io.StringIO())

    def collect_static(self) -> None:
        """What pages for people need, which programs never ask for."""
        self._manage("collectstatic", "--noinput", "-v0")

    @contextmanager
    def web(self, application: str = "portal.wsgi", *, workers: int = 1) -> Iterator[Web]:
        """gunicorn with so many workers of four threads, ready to answer."""
        port = free_port()
        command = [
            "gunicorn", application, "--bind", f"127.0.0.1:{port}", "--workers", str(workers),
            "--threads", str(THREADS), "--worker-class", "gthread", "--graceful-timeout", "10", "--keep-alive", "30",
            "--no-control-socket", "--log-level", "warning",
        ]  # fmt: skip
        with self._running("web", command, port, "/readyz") as web:
            yield web

    @contextmanager
    def stream(self) -> Iterator[Web]:
        """The process that tells pages of changes; ``environment["LIVE_URL"]`` must be set before the web server starts."""
        port = free_port()
        with self._running("stream", ["portal.stream", "--port", str(port)], port, "/live/healthz") as stream:
            yield stream

    @contextmanager
    def worker(self) -> Iterator[Web]:
        """One process that works on jobs, beside the one that looks after it. What is asked for meanwhile is waiting."""
        command = ["celery", "-A", "portal", "worker", "--concurrency", "1", "--loglevel", "warning"]
        with self._started("worker", command, 0) as (worker, _process):
            yield worker

    @contextmanager
    def _running(self, name: str, module: list[str], port: int, ready: str) -> Iterator[Web]:
        with self._started(name, module, port) as (web, process):
            self._wait(web, process, ready)
            yield web

    @contextmanager
    def _started(self, name: str, module: list[str], port: int) -> Iterator[tuple[Web, subprocess.Popen[bytes]]]:
        path = self.folder / f"{name}.log"
        with path.open("ab") as log:
            environment = {**os.environ, **self.environment}
            command = [sys.executable, "-m", *module]
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            yield Web(port, path, process.pid), process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _environment(self) -> dict[str, str]:
        """What a real installation sets, but for https."""
        return {
            "PORTAL_ENV": "production",
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "DEBUG": "0",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "ALLOWED_HOSTS": "*",
            "PUBLIC_URL": "http://127.0.0.1",
            "DATABASE_URL": self.database.app_url,
            "DATABASE_OWNER_URL": self.database.url,
            "CACHE_URL": f"{self.redis.url}/1",
            "BROKER_URL": f"{self.redis.url}/0",
            "VAR_DIR": str(self.folder),
            "FILES_ROOT": str(self.folder / "files"),
            "STATIC_ROOT": str(self.folder / "static"),
            "EMAIL_URL": f"file://{self.folder}/mail",
            "SMS_URL": f"file://{self.folder}/sms",
        }

    def _manage(self, *arguments: str) -> None:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **self.environment}, capture_output=True, text=True)
        if done.returncode:
            raise ServiceError(f"{' '.join(arguments)} failed:\n{done.stderr[-2000:]}")

    def _wait(self, web: Web, process: subprocess.Popen[bytes], path: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=5)
                connection.request("GET", path)
                if connection.getresponse().status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise ServiceError(f"{web.log.stem} did not start.\n{web.log.read_text(errors='replace')[-2000:]}")
