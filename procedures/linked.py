"""Linked services (liên thông): one request, several offices, each with a part of its own (Decree 63/2024 as amended by
301/2026).

A version's ``parts`` are JSON, in their order: ``{"key": "residence", "name": …, "office": …, "result": …, "limit": …,
"after": "birth"}``. A part that names another one begins with its result; without a limit of its own it ends with the
version's, and with one it does too, unless it is ``beyond``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from portal.text import LANGUAGES
from procedures.calendars import WorkCalendar
from procedures.conditions import holds
from procedures.limits import ClosingTimes, Due, due
from procedures.models import ProcedureVersion


class Waits:
    """Time that is not the office's, added to a promise; here none."""

    def of_part(self, key: str, promised: Due) -> Due:
        """What a part's own limit becomes."""
        return promised

    def of_whole(self, key: str, promised: Due) -> Due:
        """What the version's limit becomes; for one part (``key``) with what it waited for besides."""
        return promised


NO_WAITS = Waits()


@dataclass(frozen=True)
class PlannedPart:
    """One part with its promise, counted from the promise of the one it waits for."""

    part: Mapping[str, Any]
    due: Due

    @property
    def key(self) -> str:
        return str(self.part["key"])


@dataclass(frozen=True)
class Plan:
    """What is promised for the whole request, and for each part of it in their order."""

    whole: Due
    parts: list[PlannedPart]


def parts_for(version: ProcedureVersion, facts: Mapping[str, bool]) -> list[Mapping[str, Any]]:
    """The parts that this request asks for."""
    return [part for part in version.parts if holds(part.get("when"), facts)]


def plan(
    version: ProcedureVersion,
    facts: Mapping[str, bool],
    received_at: datetime,
    calendar: WorkCalendar,
    closes_at: time | ClosingTimes | None = None,
    waits: Waits = NO_WAITS,
    parts: Sequence[Mapping[str, Any]] | None = None,
) -> Plan:
    """By when the whole and each of its parts is promised; the whole is due with the last of them. Pure.

    ``parts`` are those that a dossier was received with; else what the facts ask for.
    """
    own = due(version.time_limit, received_at, calendar, closes_at, facts)
    found: dict[str, PlannedPart] = {}
    for part in parts_for(version, facts) if parts is None else parts:
        key = part["key"]
        first = found.get(part.get("after", ""))
        start = first.due.at if first else received_at
        latest = waits.of_whole(key, own)
        promised = (
            waits.of_part(key, due(part["limit"], start, calendar, closes_at, facts)) if "limit" in part else latest
        )
        if not part.get("beyond") and latest.at < promised.at:
            promised = latest
        found[key] = PlannedPart(part, promised)
    planned = list(found.values())
    return Plan(_whole(waits.of_whole("", own), planned), planned)


def _whole(own: Due, parts: list[PlannedPart]) -> Due:
    """The version's own promise, or the last part's where that is later, with its name before the sentence."""
    last = max(parts, key=lambda row: row.due.at, default=None)
    if last is None or last.due.at <= own.at:
        return own
    name = last.part["name"]
    return Due(
        last.due.at,
        {
            language: f"{name.get(language) or name['vi']}: {last.due.explanation.get(language, '')}"
            for language in LANGUAGES
        },
    )
