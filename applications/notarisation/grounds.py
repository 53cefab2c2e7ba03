"""The rules that forbid certifying something, each with its article and its days, from ``grounds.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from applications.notarisation.enums import RegisterKind
from portal.text import pick

FILE = Path(__file__).with_name("grounds.yaml")
# What an officer answers; a question without one was not answered.
FINE, FORBIDS = "no", "yes"


@dataclass(frozen=True)
class Ground:
    """One rule. ``question`` is put so that a yes forbids; texts in up to three languages."""

    key: str
    kinds: frozenset[str]
    since: date
    until: date | None
    article: str
    question: Mapping[str, str]
    words: Mapping[str, str]

    @property
    def sentence(self) -> str:
        """Why it is refused, in the reader's language."""
        return pick(self.words)

    def holds(self, kind: str, day: date) -> bool:
        return kind in self.kinds and self.since <= day and (self.until is None or day <= self.until)


def grounds_for(kind: str, day: date) -> list[Ground]:
    """What forbids an entry in this kind of register on this day, in the order in which it is asked."""
    return [ground for ground in _grounds() if ground.holds(kind, day)]


def ground_named(key: str) -> Ground | None:
    """The rule that a refusal names, in force or not any more."""
    return next((ground for ground in _grounds() if ground.key == key), None)


def unanswered(checks: Mapping[str, Any], kind: str, day: date) -> list[Ground]:
    """The rules of this day that nobody has answered yet."""
    answers = checks.get("answers", {})
    return [ground for ground in grounds_for(kind, day) if answers.get(ground.key) not in (FINE, FORBIDS)]


def forbidding(checks: Mapping[str, Any], kind: str, day: date) -> list[Ground]:
    """The rules of this day that the answers say are met."""
    answers = checks.get("answers", {})
    return [ground for ground in grounds_for(kind, day) if answers.get(ground.key) == FORBIDS]


def shown_by_vneid(kind_key: str, day: date) -> str:
    """The article by which the original of this paper must not be asked for where VNeID shows it; empty for others."""
    for row in _read()["shown_by_vneid"]:
        if kind_key in row["kinds"] and _in_force(row, day):
            return str(row["article"])
    return ""


def _in_force(row: Mapping[str, Any], day: date) -> bool:
    until = row.get("until")
    return bool(row["from"] <= day and (until is None or day <= until))


@cache
def _grounds() -> tuple[Ground, ...]:
    return tuple(
        Ground(
            key=row["key"],
            kinds=frozenset(RegisterKind(kind) for kind in row["kinds"]),
            since=row["from"],
            until=row.get("until"),
            article=row["article"],
            question=row["question"],
            words=row["sentence"],
        )
        for row in _read()["grounds"]
    )


@cache
def _read() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return content
