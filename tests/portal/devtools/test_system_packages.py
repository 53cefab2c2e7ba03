"""The check for system packages runs before anything is installed, so it must ask nothing of Python but itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from portal.devtools import system_packages
from portal.devtools.system_packages import Package

SCRIPT = Path(__file__).resolve().parents[3] / "portal/devtools/system_packages.py"


@pytest.fixture
def one_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = Package("libpango-1.0-0", lambda: False, "printed documents")
    monkeypatch.setitem(system_packages.PROFILES, "demo", [missing])
    monkeypatch.setattr(sys, "argv", ["system_packages.py", "demo", "--install"])


def test_runs_without_any_installed_package():
    done = subprocess.run([sys.executable, "-I", "-S", str(SCRIPT), "demo", "--help"], capture_output=True)
    assert done.returncode == 0


def test_who_may_not_install_gets_one_clear_line(one_missing, monkeypatch, capsys):
    monkeypatch.setattr(system_packages, "administrator", lambda: None)
    assert system_packages.main() == 1
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert "apt-get install --no-install-recommends libpango-1.0-0" in line


def test_who_may_install_gets_what_is_missing_and_nothing_else(one_missing, monkeypatch):
    asked: list[list[str]] = []
    monkeypatch.setattr(system_packages, "administrator", list)
    monkeypatch.setattr(system_packages, "install", lambda names, prefix: asked.append(names) or True)
    assert system_packages.main() == 1  # still missing afterwards, and that is said
    assert asked == [["libpango-1.0-0"]]


def test_what_is_optional_is_noted_and_stops_nothing(monkeypatch, capsys):
    slower = Package("libharfbuzz-subset0", lambda: False, "small PDF files", optional=True)
    monkeypatch.setitem(system_packages.PROFILES, "demo", [slower])
    monkeypatch.setattr(sys, "argv", ["system_packages.py", "demo"])
    assert system_packages.main() == 0
    assert "libharfbuzz-subset0" in capsys.readouterr().out


def test_a_library_that_is_not_there_is_seen():
    assert not system_packages.library("libno-such-thing.so.9")()
    assert not system_packages.program("no-such-program")()
