"""The linked services of a dossier, with what the law says of each: where it stands, and what is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from applications.catalogue import version_of
from applications.enums import PartState
from applications.models import Application, Part
from applications.pauses import parts_of
from portal.text import pick


def law_of(dossier: Application, key: str) -> Mapping[str, Any]:
    """What the dossier's version says of this part."""
    return next(part for part in version_of(dossier).parts if part["key"] == key)


def name_of(dossier: Application, key: str) -> str:
    return pick(law_of(dossier, key)["name"])


def keys_of(dossier: Application, *states: str) -> list[str]:
    """Keys of its parts in one of these states, from its prefetched rows."""
    return [row.key for row in parts_of(dossier) if row.state in states]


def choices_of(dossier: Application, *states: str) -> list[tuple[str, str]]:
    """The same with their names, as (key, name)."""
    return [(key, name_of(dossier, key)) for key in keys_of(dossier, *states)]


def to_collect(dossier: Application) -> list[tuple[str, str]]:
    """Results that wait to be handed over, as (key, what it is)."""
    return [(row.key, pick(law_of(dossier, row.key)["result"])) for row in parts_of(dossier) if row.is_to_collect]


_KIND: dict[str, str] = {
    PartState.WAITING: "",
    PartState.WITH_OFFICE: "info",
    PartState.SUPPLEMENT: "warn",
    PartState.DONE: "ok",
    PartState.REFUSED: "act",
    PartState.ENDED: "act",
}


@dataclass(frozen=True)
class ShownPart:
    """One part as it is read: by those who work on it, and by the citizen."""

    dossier: Application
    row: Part
    at: datetime

    @property
    def name(self) -> str:
        return name_of(self.dossier, self.row.key)

    @property
    def office(self) -> str:
        return pick(law_of(self.dossier, self.row.key)["office"])

    @property
    def result(self) -> str:
        return pick(law_of(self.dossier, self.row.key)["result"])

    @property
    def waits_for(self) -> str:
        after = law_of(self.dossier, self.row.key).get("after", "")
        return name_of(self.dossier, after) if after and self.row.state == PartState.WAITING else ""

    @property
    def is_late(self) -> bool:
        return self.row.is_overdue(self.at)

    @property
    def kind(self) -> str:
        return "act" if self.is_late else _KIND[self.row.state]

    @property
    def may_be_asked(self) -> bool:
        return self.row.state == PartState.WITH_OFFICE


def shown_parts(dossier: Application, at: datetime) -> list[ShownPart]:
    return [ShownPart(dossier, row, at) for row in parts_of(dossier)]
