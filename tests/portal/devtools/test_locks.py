"""The offline comparison of what we ask for with what is locked."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.devtools import locks

PIN = "django==5.2.19 \\\n    --hash=sha256:00\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for layer, wanted in (("base", "django>=5.2,<5.3\n"), ("test", "-r base.in\n"), ("dev", "-r test.in  # all\n")):
        (tmp_path / f"{layer}.in").write_text(wanted)
        (tmp_path / f"{layer}.lock").write_text(PIN)
    return tmp_path


def test_fresh_locks_raise_nothing(folder: Path):
    assert locks.problems(folder) == []


def test_the_locks_of_this_repository_are_fresh():
    assert locks.problems() == []


@pytest.mark.parametrize(
    ("file", "text", "sentence"),
    [
        ("base.in", "django>=5.2\nredis\n", "base.lock lacks redis"),
        ("base.in", "django>=6\n", "pins a django that base.in does not allow"),
        ("dev.lock", PIN.replace("5.2.19", "5.2.1"), "dev.lock pins django otherwise"),
        ("test.lock", "django==5.2.19\n", "test.lock has no hash for django==5.2.19"),
        ("test.lock", "--index-url https://mirror.example/simple\n" + PIN, "test.lock names an index"),
    ],
)
def test_each_way_to_go_stale_is_named(folder: Path, file: str, text: str, sentence: str):
    (folder / file).write_text(text)
    assert [problem for problem in locks.problems(folder) if sentence in problem]
