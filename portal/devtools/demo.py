"""The portal on this machine, with a day's worth of visitors: `make demo`.

Web, worker, courier, scheduler, the watch, a throw-away signing authority, a sandbox of the national portal and one of VNeID are real
processes over SQLite and the filesystem broker. Safe to run again; everything it makes is under ``var/``. Runs by its path, because importing
``portal`` reads the settings and those are made here.

Environment: ``PORT`` (8000), ``HOST`` (127.0.0.1), ``RESET=1`` to start afresh.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import io
import json
import os
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"
DEMO = VAR / "demo"
AUTHORITY = DEMO / "authority"
AUTHORITY_HOST = "127.0.0.1"
NATIONAL = DEMO / "national"
VNEID = DEMO / "vneid"
BANK = DEMO / "bank"
READY_SECONDS = 60
STOP_SECONDS = 20
# In this order: the catalogue names units, the seed uses all three.
LOADERS = (
    "load_units",
    "load_national_days",
    "load_catalogue",
    "load_queue_policies",
    "load_checklist",
    "load_retention_rules",
    "seed_demo",
)
TO_TRY = (
    ("/kiosk/", "draw a number, as a visitor does"),
    ("/board/", "the numbers called, on the wall"),
    ("/desk/", "the counter: next, papers, receive"),
    ("/dossiers/", "the specialist's and the leader's desk"),
    ("/signing/", "the signer's queue (lanhdao); the page shows the code that a phone would"),
    ("/day/", "the manager's day"),
    ("/procedures/1.001193/", "a form filled in at home, one thing a page"),
    ("/declare/demo-to-khai-nha/", "one that is finished; scan or type its code at the desk"),
    ("/track/", "where a dossier stands"),
    ("/me/", "all of a citizen's dossiers, signed in with VNeID (made-up people) or a phone"),
    ("/support/", "incidents, outages, who is on call (hotro1)"),
    ("/support/equipment/", "what each counter works with (hotro1)"),
    ("/support/training/", "what staff learn (quaymoi, who may not open a counter yet)"),
    ("/support/status/", "does everything work?"),
    ("/verify/", "is this certified copy genuine?"),
    ("/desk/filed/", "filed online, for an officer to open"),
    ("/national/", "what goes to the national portal (the city administrator's)"),
    ("/bank/day/", "transfers, and the bank's statements (quanly); pay at the link under a code"),
    ("/api/v1/schema/", "the API, as OpenAPI"),
)


class DemoError(Exception):
    """Why the demo cannot start, in one sentence."""


class Progress:
    """Lines with the seconds since the start."""

    def __init__(self) -> None:
        self.started = time.monotonic()

    def say(self, text: str) -> None:
        print(f"[{time.monotonic() - self.started:5.1f} s] {text}", flush=True)


@contextmanager
def only_one() -> Iterator[None]:
    """Two demos would share one database and one broker; the second is refused."""
    VAR.mkdir(exist_ok=True)
    with (VAR / "demo.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise DemoError(f"The demo is already running ({lock.read().strip()}). End it with Ctrl-C first.") from None
        lock.truncate(0)
        lock.write(address())
        lock.flush()
        yield


def host() -> str:
    return os.environ.get("HOST") or "127.0.0.1"


def port() -> int:
    written = os.environ.get("PORT") or "8000"
    if not written.isascii() or not written.isdigit() or not 0 < int(written) < 65536:
        raise DemoError(f"PORT={written} is not a port number. Give one from 1024 to 65535.")
    return int(written)


def address() -> str:
    return f"http://{'127.0.0.1' if host() == '0.0.0.0' else host()}:{port()}"  # noqa: S104  compares, binds nothing


def check_port() -> None:
    """Raise DemoError when the port cannot be had."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host(), port()))
        except OSError as error:
            raise DemoError(
                f"Port {port()} cannot be used ({error.strerror}). Try another:  make demo PORT={port() + 1}"
            ) from None


def prepare_environment() -> None:
    """The settings of the demo, for this process and those it starts."""
    if os.environ.get("RESET") == "1":
        shutil.rmtree(DEMO, ignore_errors=True)
    for folder in ("broker/queue", "broker/processed", "broker/control", "cache", "files", "mail", "sms"):
        (DEMO / folder).mkdir(parents=True, exist_ok=True)
    secret = DEMO / "secret-key"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(48))
    keys = DEMO / "documents.keys"
    if not keys.exists():
        keys.touch(mode=0o600)
        keys.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
    # What belongs to another place must not leak in: a DATABASE_URL in the shell would be migrated and seeded.
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "CACHE_URL", "BROKER_URL", "BROKER_DIR", "FILES_ROOT",
                 "EMAIL_URL", "SMS_URL", "STATIC_ROOT", "VAR_DIR", "ALLOWED_HOSTS", "SIGNING_SIGNER_KEY",
                 "SIGNING_SIGNER_PASSWORD", "SIGNING_UNIT_KEY", "SIGNING_UNIT_PASSWORD", "SIGNING_TSA_URL",
                 "SIGNING_ROOTS", "SIGNING_SHARED_KEY", "SIGNING_FOLDER", "SIGNING_TOKEN_MODULES", "NATIONAL_URL",
                 "NATIONAL_ACCOUNT", "NATIONAL_PASSWORD", "NATIONAL_CA", "NATIONAL_INBOX_KEY", "BANK_NOTICE_KEYS",
                 "BANK_SANDBOX_URL", "FILES_KEY_FILE",
                 "FILES_URL", "FILES_S3_ENDPOINT", "FILES_S3_REGION", "FILES_S3_KEY", "FILES_S3_SECRET", "CLAMD_URL", "VNEID_ISSUER",
                 "VNEID_CLIENT_ID", "VNEID_SECRET", "VNEID_SCOPES", "VNEID_NUMBER", "VNEID_NAME", "VNEID_BIRTH",
                 "VNEID_LEVEL", "VNEID_LEVEL_NEEDED"):  # fmt: skip
        os.environ.pop(name, None)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="portal.settings",
        PORTAL_ENV="demo",
        DEBUG="0",
        SECRET_KEY=secret.read_text(),
        FILES_KEY_FILE=str(keys),
        PUBLIC_URL=address(),
        # A host means nothing here, but without one every process warns about it.
        BROKER_URL="filesystem://localhost",
        PYTHONUNBUFFERED="1",
        PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    )
    # Run by path, the folder of this file stands first; the project's modules are meant.
    sys.path[0] = str(ROOT)


def kept_port(folder: Path, what: str) -> int:
    """Where this helper of the demo answers: as before if it can, since its certificates or what waits name the place."""
    kept = folder / "port"
    before = int(kept.read_text()) if kept.exists() else 0
    for wanted in (before, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((AUTHORITY_HOST, wanted))
            found = int(probe.getsockname()[1])
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            kept.write_text(str(found))
            return found
    raise DemoError(f"No port is free for {what}.")


def authority_command(port: int) -> list[str]:
    program = "applications.notarisation.signing.responder"
    return [sys.executable, "-m", program, AUTHORITY_HOST, str(port), str(AUTHORITY)]


@contextmanager
def signing_authority(progress: Progress) -> Iterator[int]:
    """The throw-away authority, made at first and served beside the block, which signs the demo's copies; its port."""
    port, said = kept_port(AUTHORITY, "the signing authority"), AUTHORITY / "settings.json"
    said.unlink(missing_ok=True)
    progress.say("Starting the throw-away signing authority")
    process = subprocess.Popen(authority_command(port), cwd=ROOT)
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not said.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise DemoError("The signing authority does not start; its reason stands above.")
            time.sleep(0.05)
        os.environ.update(json.loads(said.read_text()))
        yield port
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def kept_secret(folder: Path) -> str:
    secret = folder / "key"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(24))
    return secret.read_text()


def lead_to_sandbox() -> int:
    """Settings that lead to the sandbox of the national portal; its port."""
    port = kept_port(NATIONAL, "the sandbox of the national portal")
    secret = kept_secret(NATIONAL)
    os.environ.update(
        NATIONAL_URL=f"http://{AUTHORITY_HOST}:{port}",
        NATIONAL_ACCOUNT="mot-cua-demo",
        NATIONAL_PASSWORD=secret,
        NATIONAL_INBOX_KEY=secret,
    )
    return port


def lead_to_vneid() -> None:
    """Settings that lead to the sandbox of VNeID, where people are sent by their browsers."""
    port = kept_port(VNEID, "the sandbox of VNeID")
    os.environ.update(
        VNEID_ISSUER=f"http://{AUTHORITY_HOST}:{port}", VNEID_CLIENT_ID="mot-cua-demo", VNEID_SECRET=kept_secret(VNEID)
    )


def sandbox_command(port: int) -> list[str]:
    inbox = f"http://127.0.0.1:{os.environ.get('PORT') or '8000'}/national/inbox/"
    given = ["--port", str(port), "--file", str(NATIONAL / "told.sqlite3"), "--inbox", inbox]
    return [sys.executable, "manage.py", "national_sandbox", *given]


def lead_to_bank() -> int:
    """Settings that lead to the made-up bank, and let its notices in; its port."""
    port, secret = kept_port(BANK, "the made-up bank"), BANK / "key"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(24))
    os.environ.update(BANK_NOTICE_KEYS=secret.read_text(), BANK_SANDBOX_URL=f"http://{AUTHORITY_HOST}:{port}")
    return port


def bank_command(port: int) -> list[str]:
    notices = f"http://127.0.0.1:{os.environ.get('PORT') or '8000'}/bank/notices/"
    given = ["--port", str(port), "--file", str(BANK / "paid.sqlite3"), "--notices", notices]
    return [sys.executable, "manage.py", "bank_sandbox", *given]


def static_fingerprint() -> str:
    """Changes with any static file of any app."""
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            state = Path(storage.path(path)).stat()
            digest.update(f"{path}|{state.st_size}|{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_static(progress: Progress) -> None:
    """Collect the static files when one has changed."""
    from django.conf import settings
    from django.core.management import call_command
    from django.test import override_settings

    fingerprint, stamp = static_fingerprint(), VAR / "static.stamp"
    complete = (Path(settings.STATIC_ROOT) / "staticfiles.json").exists()
    if complete and stamp.exists() and stamp.read_text() == fingerprint:
        return
    progress.say("Collecting static files")
    # With the names of production but uncompressed: compressing takes half a minute, and on one machine gains nothing.
    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}}
    with override_settings(STORAGES=settings.STORAGES | plain):
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(fingerprint)


def prepare_data(progress: Progress) -> str:
    """Migrate, load and seed; returns the sign-ins to show."""
    import django
    from django.core.management import CommandError, call_command

    from portal.devtools.translations import compile_stale

    if languages := compile_stale():
        progress.say(f"Compiled translations: {', '.join(languages)}")
    django.setup()
    collect_static(progress)
    progress.say("Migrating the database")
    call_command("migrate", interactive=False, verbosity=0)
    for command in LOADERS:
        progress.say(f"Running {command}")
        try:
            call_command(command, stdout=io.StringIO())
        except CommandError as error:
            raise DemoError(
                f"{error}\nThe demo's data may be older than this portal. Start afresh: make demo RESET=1"
            ) from error
    sign_ins = io.StringIO()
    call_command("seed_demo", sign_ins=True, stdout=sign_ins)
    return sign_ins.getvalue()


def announce_when_ready(progress: Progress, sign_ins: str) -> None:
    """Wait for the first answer, then print where to go; runs beside the processes."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address()}/healthz", timeout=2):  # noqa: S310  our own address
                break
        except OSError:
            time.sleep(0.1)
    else:
        return
    rule = "-" * 72
    lines = [rule, f"  The portal is ready:  {address()}/", "", "  To try:"]
    lines += [f"    {address() + path:48} {what}" for path, what in TO_TRY]
    lines += ["", *(f"  {line}" for line in sign_ins.strip().splitlines())]
    lines += ["", "  Mail and SMS are written to var/demo/mail and var/demo/sms.", "  Ctrl-C ends everything.", rule]
    progress.say("Ready\n" + "\n".join(lines))


def end_with_the_terminal() -> None:
    """A closed terminal ends the demo like Ctrl-C. The processes, in sessions of their own, would live on otherwise."""
    manager = os.getpid()

    def hung_up(_number: int, _frame: FrameType | None) -> None:
        # honcho's own children inherit this and wait for the processes they watch.
        if os.getpid() == manager:
            os.kill(manager, signal.SIGTERM)

    signal.signal(signal.SIGHUP, hung_up)


def ask_to_end(pid: int) -> None:
    """Let this process end what it has started itself. Asked as a group, the worker's own child would die before the worker
    ended it, which the worker reports as an error and waits for."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)


def serve(progress: Progress, sign_ins: str, authority_port: int, sandbox_port: int, bank_port: int) -> int:
    """Run web, worker, courier, scheduler, watch, authority, sandboxes and bank until Ctrl-C or until one of them ends; returns
    the exit code."""
    from honcho import manager as honcho_manager
    from honcho.printer import Printer

    # A worker takes five seconds to end in order, which is when honcho would kill it.
    honcho_manager.KILL_WAIT = STOP_SECONDS

    python, schedule = shlex.quote(sys.executable), shlex.quote(str(DEMO / "beat-schedule"))
    output: IO[str] = sys.stdout
    manager = honcho_manager.Manager(Printer(output, width=9))
    manager._procmgr.terminate = ask_to_end
    environment = dict(os.environ)
    # Quiet, as the sweeps of every ten seconds would push what to try off the screen.
    worker = f"{python} -m celery --quiet -A portal worker --concurrency 1 --loglevel warning --without-gossip --without-mingle"
    commands = {
        "web": f"{python} -m gunicorn portal.wsgi --bind {host()}:{port()} --worker-class gthread --workers 1 "
        "--threads 8 --graceful-timeout 5 --no-control-socket --log-level warning",
        "worker": f"{worker} --queues celery",
        # A sandbox that was ordered to be slow keeps nothing else waiting.
        "courier": f"{worker} --queues national --hostname courier@%h",
        "watch": f"{python} manage.py watch",
        "authority": shlex.join(authority_command(authority_port)),
        "national": shlex.join(sandbox_command(sandbox_port)),
        "vneid": shlex.join([sys.executable, "manage.py", "vneid_sandbox", "--folder", str(VNEID)]),
        "bank": shlex.join(bank_command(bank_port)),
        # Without a pid file: one left by a power cut would keep the next scheduler from starting.
        "scheduler": f"{python} -m celery --quiet -A portal beat --schedule {schedule} --pidfile= --loglevel warning",
    }
    for name, command in commands.items():
        manager.add_process(name, f"exec {command}", env=environment, cwd=str(ROOT))
    end_with_the_terminal()
    progress.say("Starting web, worker, courier, scheduler, watch, authority, sandboxes and bank")
    threading.Thread(target=announce_when_ready, args=(progress, sign_ins), daemon=True).start()
    manager.loop()
    # 130 is Ctrl-C, the way the demo is meant to end.
    return 0 if manager.returncode in (None, 0, 130) else int(manager.returncode)


def main() -> int:
    progress = Progress()
    try:
        with only_one():
            check_port()
            prepare_environment()
            sandbox, bank = lead_to_sandbox(), lead_to_bank()
            lead_to_vneid()
            with signing_authority(progress) as authority:
                sign_ins = prepare_data(progress)
            return serve(progress, sign_ins, authority, sandbox, bank)
    except DemoError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run it again to go on; nothing is half done.")
        return 0


if __name__ == "__main__":
    sys.exit(main())
