"""A throw-away PostgreSQL and a throw-away Redis, for tests, benchmarks and anyone at a prompt.

    python -m tests.services run --postgres --redis [--fast] -- CMD...

runs CMD with ``DATABASE_URL`` (the role that owns the tables), ``DATABASE_APP_URL`` (the role the portal works as)
and ``REDIS_URL`` in its environment, then stops everything and returns CMD's exit code.

From Python::

    with postgres() as database, redis() as broker:
        database.url, database.app_url, broker.url
        broker.restart()
"""

from __future__ import annotations

import argparse
import glob
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType
from typing import Self

OWNER = "portal_owner"
APPLICATION = "portal_app"
DATABASE = "portal"
START_SECONDS = 30
STOP_SECONDS = 20
# Enough for each portal that a test starts to have its own.
REDIS_DATABASES = 256

# Not for data anyone wants to keep: a power cut may leave the cluster unreadable.
# Without autovacuum: it would note that a table a test emptied has no rows, and the next test is planned for none.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class ServiceError(RuntimeError):
    """A service could not be started; the message carries what it said itself."""


def free_port() -> int:
    """A TCP port on 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Service:
    """A server process with a private directory; stopping it removes both."""

    def __init__(self, prefix: str) -> None:
        # Directly under the temporary folder: the path of a Unix socket may have 107 characters only.
        self.directory = Path(tempfile.mkdtemp(prefix=prefix))
        self.port = free_port()
        self.stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop the server and remove its directory. Calling it again does nothing."""
        if self.stopped:
            return
        self.stopped = True
        try:
            self._halt()
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)

    def _halt(self) -> None:
        raise NotImplementedError


class Postgres(Service):
    """A cluster with the database, the owner role (CREATEDB, CREATEROLE) and the plain application role."""

    def __init__(self, *, fast: bool = False, settings: dict[str, str] | None = None) -> None:
        super().__init__("portal-pg-")
        self.data = self.directory / "data"
        self.log = self.directory / "server.log"
        self.settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.directory),
            "max_connections": "200",
            "timezone": "UTC",
            **(FAST if fast else {}),
            **(settings or {}),
        }
        self._passwords = {OWNER: secrets.token_hex(16), APPLICATION: secrets.token_hex(16)}
        # initdb and pg_ctl refuse root, so as root the account of the Debian package runs them.
        self._as: list[str] = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as:
            shutil.chown(self.directory, "postgres")
        try:
            self._run("initdb", "-D", str(self.data), "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8",
                      "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync", "--no-instructions")  # fmt: skip
            self._start()
            self._create_roles()
        except BaseException:
            self.stop()
            raise

    @property
    def url(self) -> str:
        """The owner's address: may create tables, databases (for tests) and grant rights."""
        return self._url(OWNER)

    @property
    def app_url(self) -> str:
        """The application's address: whatever the owner granted it, nothing else."""
        return self._url(APPLICATION)

    @property
    def pid(self) -> int:
        """The server's own process; the others are its children."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def restart(self, *, mode: str = "fast") -> None:
        """Stop and start on the same port; ``mode="immediate"`` is a crash, with recovery at the next start."""
        self._run("pg_ctl", "-D", str(self.data), "-m", mode, "-t", str(STOP_SECONDS), "-w", "stop")
        self._start()

    def _url(self, role: str) -> str:
        return f"postgres://{role}:{self._passwords[role]}@127.0.0.1:{self.port}/{DATABASE}"

    def _start(self) -> None:
        options = " ".join(f"-c {name}='{value}'" for name, value in {**self.settings, "port": self.port}.items())
        try:
            self._run("pg_ctl", "-D", str(self.data), "-l", str(self.log), "-o", options, "-w",
                      "-t", str(START_SECONDS), "start")  # fmt: skip
        except ServiceError as error:
            said = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
            raise ServiceError(f"{error}\n{said}") from None

    def _halt(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-t", str(STOP_SECONDS), "-w", "stop")

    def _create_roles(self) -> None:
        # In template1, so that the databases that tests create have the extension without being superuser.
        self._sql("template1", "CREATE EXTENSION btree_gist;")
        self._sql(
            "postgres",
            f"CREATE ROLE {OWNER} LOGIN CREATEDB CREATEROLE PASSWORD '{self._passwords[OWNER]}';"
            f"CREATE ROLE {APPLICATION} LOGIN PASSWORD '{self._passwords[APPLICATION]}';",
        )
        self._sql("postgres", f"CREATE DATABASE {DATABASE} OWNER {OWNER};")

    def _sql(self, database: str, statements: str) -> None:
        # By standard input: an argument, and with it a password, could be read in the list of processes.
        self._run("psql", "-h", str(self.directory), "-p", str(self.port), "-U", "postgres", "-d", database,
                  "-qX", "-v", "ON_ERROR_STOP=1", stdin=statements)  # fmt: skip

    def _run(self, binary: str, *arguments: str, stdin: str = "") -> None:
        # Into a file: the server that pg_ctl leaves behind would keep a pipe open, and reading it would never end.
        with tempfile.TemporaryFile() as errors:
            done = subprocess.run(
                [*self._as, postgres_binary(binary), *arguments],
                cwd=self.directory,
                input=stdin,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                text=True,
                env={**os.environ, "LC_ALL": "C.UTF-8"},
            )
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip()
        if done.returncode:
            raise ServiceError(f"{binary} failed: {said}")


class Redis(Service):
    """A server that keeps nothing on disk: after a restart it is empty, as after the worst day."""

    def __init__(self) -> None:
        super().__init__("portal-redis-")
        self.log = self.directory / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    @property
    def url(self) -> str:
        """The address without a database number: add ``/0``, ``/1`` for separate ones."""
        return f"redis://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def restart(self) -> None:
        """Stop and start on the same port, empty."""
        self._halt()
        self._start()

    def _start(self) -> None:
        binary = shutil.which("redis-server") or shutil.which("valkey-server")
        if binary is None:
            raise ServiceError("redis-server is not installed. Run: python3 portal/devtools/system_packages.py test")
        self._process = subprocess.Popen(
            [binary, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.directory),
             "--databases", str(REDIS_DATABASES), "--save", "", "--appendonly", "no", "--logfile", str(self.log)],
            stdin=subprocess.DEVNULL,
            # Ctrl-C at the terminal is for the command that uses the server; it goes last.
            start_new_session=True,
        )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                said = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
                raise ServiceError(f"redis-server did not start.\n{said}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def _halt(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def postgres(*, fast: bool = False, settings: dict[str, str] | None = None) -> Postgres:
    """A running cluster. ``fast`` gives up durability; ``settings`` are added to its configuration."""
    return Postgres(fast=fast, settings=settings)


def redis() -> Redis:
    """A running Redis."""
    return Redis()


def postgres_binary(name: str) -> str:
    """The path of a PostgreSQL program, of the newest version installed."""
    installed = glob.glob(f"/usr/lib/postgresql/*/bin/{name}")
    newest = max(installed, key=lambda path: float(path.split("/")[4]), default=None)
    found = newest or shutil.which(name)
    if found is None:
        raise ServiceError(f"{name} is not installed. Run: python3 portal/devtools/system_packages.py test")
    return found


def run(command: list[str], *, with_postgres: bool, with_redis: bool, fast: bool) -> int:
    """Run the command beside the services it asks for; returns its exit code."""
    services: list[Service] = []
    environment = dict(os.environ)
    signal.signal(signal.SIGTERM, _terminate)
    try:
        if with_postgres:
            database = postgres(fast=fast)
            services.append(database)
            environment |= {"DATABASE_URL": database.url, "DATABASE_APP_URL": database.app_url}
        if with_redis:
            broker = redis()
            services.append(broker)
            environment["REDIS_URL"] = broker.url
        return _attend(subprocess.Popen(command, env=environment))
    finally:
        # From here on nothing may keep the servers from being stopped.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for service in reversed(services):
            service.stop()


def _attend(process: subprocess.Popen[bytes]) -> int:
    """Wait for the command, passing on SIGINT and SIGTERM; it gets time to end in order."""

    def pass_on(number: int, _frame: FrameType | None) -> None:
        # At a terminal Ctrl-C reaches the command by itself, and a second one means "now".
        if number == signal.SIGTERM or not sys.stdin.isatty():
            process.send_signal(number)

    signal.signal(signal.SIGINT, pass_on)
    signal.signal(signal.SIGTERM, pass_on)
    code = process.wait()
    return 128 - code if code < 0 else code


def _terminate(_number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + signal.SIGTERM)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.services", description="Throw-away servers for a command.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    runner = verbs.add_parser("run", help="run a command beside the servers it needs")
    runner.add_argument("--postgres", action="store_true", help="set DATABASE_URL and DATABASE_APP_URL")
    runner.add_argument("--redis", action="store_true", help="set REDIS_URL")
    runner.add_argument("--fast", action="store_true", help="a PostgreSQL that may lose data in a crash")
    runner.add_argument("command", nargs=argparse.REMAINDER, metavar="-- CMD...")
    arguments = parser.parse_args()
    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if not command:
        parser.error("name the command to run after --")
    try:
        return run(command, with_postgres=arguments.postgres, with_redis=arguments.redis, fast=arguments.fast)
    except (ServiceError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
