"""What the demo refuses, and how it says so. That it runs is seen by running it: make demo."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from portal.devtools import demo


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(demo, "VAR", tmp_path / "var")
    monkeypatch.setattr(demo, "DEMO", tmp_path / "var" / "demo")
    monkeypatch.setattr(demo, "AUTHORITY", tmp_path / "var" / "demo" / "authority")
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.delenv("HOST", raising=False)


@pytest.mark.parametrize("written", ["0", "65536", "http", "-1", "８０００"])
def test_what_is_not_a_port_is_named(monkeypatch: pytest.MonkeyPatch, written: str):
    monkeypatch.setenv("PORT", written)
    with pytest.raises(demo.DemoError, match=f"PORT={written} is not a port"):
        demo.port()


def test_an_address_for_all_is_shown_as_one_that_a_browser_opens(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOST", "0.0.0.0")
    monkeypatch.setenv("PORT", "8080")
    assert demo.address() == "http://127.0.0.1:8080"


def test_a_port_in_use_is_named_with_another_to_try(monkeypatch: pytest.MonkeyPatch):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        monkeypatch.setenv("PORT", str(taken))
        with pytest.raises(demo.DemoError, match=f"Port {taken} cannot be used.*PORT={taken + 1}"):
            demo.check_port()


def test_a_second_demo_is_told_where_the_first_one_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PORT", "8001")
    with demo.only_one():
        monkeypatch.setenv("PORT", "8002")
        with pytest.raises(demo.DemoError, match=r"already running \(http://127\.0\.0\.1:8001\)"), demo.only_one():
            pass
    with demo.only_one():
        assert (demo.VAR / "demo.lock").read_text() == "http://127.0.0.1:8002"


def test_the_shell_s_database_is_never_the_demo_s(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        os, "environ", {**os.environ, "DATABASE_URL": "postgres://real/data", "EMAIL_URL": "smtp://real"}
    )
    monkeypatch.setattr("sys.path", ["here"])
    demo.prepare_environment()
    assert not {"DATABASE_URL", "EMAIL_URL"} & set(os.environ)
    assert os.environ["PORTAL_ENV"] == "demo"


def test_starting_afresh_removes_the_demo_and_nothing_beside_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "environ", {**os.environ, "RESET": "1"})
    monkeypatch.setattr("sys.path", ["here"])
    demo.DEMO.mkdir(parents=True)
    (demo.DEMO / "db.sqlite3").touch()
    (demo.VAR / "mine").touch()
    demo.prepare_environment()
    assert not (demo.DEMO / "db.sqlite3").exists()
    assert (demo.VAR / "mine").exists()
    assert (demo.DEMO / "secret-key").stat().st_mode & 0o777 == 0o600


def test_what_ends_in_order_ends_its_own_children():
    """The child says how it was ended: by its parent, not by whoever asked the parent to end."""
    parent = (
        "import signal, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)\n"
        "def end(*_):\n"
        "    child.stdin.write(b'done\\n'); child.stdin.close()\n"
        "    sys.exit(child.wait())\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "print('ready', flush=True)\n"
        "signal.pause()\n"
    )
    command = [sys.executable, "-c", parent]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        demo.ask_to_end(process.pid)
        assert process.wait(10) == 0
    demo.ask_to_end(process.pid)


def test_the_signing_authority_stays_where_its_certificates_say_unless_somebody_else_is_there() -> None:
    first = demo.kept_port(demo.AUTHORITY, "the authority")
    assert demo.kept_port(demo.AUTHORITY, "the authority") == first
    with socket.socket() as other:
        other.bind((demo.AUTHORITY_HOST, first))
        other.listen()
        assert demo.kept_port(demo.AUTHORITY, "the authority") != first
