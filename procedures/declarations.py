"""A version's form as the paper that is signed: prefilled, or with room to write by hand.

The fields are those of the form's schema, under its headings. How the paper is called, who signs and what they promise is
practice of the catalogue (``Procedure.declaration``, else what is ``Usual``), not part of a version: it may be put right while one is in force.
Official papers are Vietnamese whatever the reader's language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.text import pick
from portal.vn.dates import InvalidPartialDate, PartialDate
from portal.vn.phones import display_phone
from procedures.catalogue_cache import units_of_today, usual
from procedures.models import ProcedureVersion, Requirement, Usual

VIETNAMESE = "vi"
# "(Mẫu số 18)" at the end of a paper's name is the number of the form, not its title.
_MODEL = re.compile(r"\s*\((Mẫu[^)]*)\)\s*$")


@dataclass(frozen=True, slots=True)
class Line:
    """One answer. ``value`` is empty where nothing is known; ``is_long`` asks for room of several lines."""

    label: str
    value: str
    is_long: bool


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, and their name where it is known."""

    words: str
    name: str


@dataclass(frozen=True, slots=True)
class Declaration:
    """A form to print. ``model`` is the official number of the form, ``source`` the article that asks for it."""

    title: str
    model: str
    source: str
    addressed_to: str
    parts: list[Part]
    promise: str
    signers: list[Signer]
    enclosed: list[str] = field(default_factory=list)


def has_declaration(version: ProcedureVersion) -> bool:
    return bool(version.form_schema)


def declaration(
    version: ProcedureVersion, data: Mapping[str, Any] | None = None, enclosed: Sequence[str] = ()
) -> Declaration:
    """The paper of a version that has a form, with these values in it; none of them: all of it to be written by hand.

    ``data`` is as the schema stores it. ``enclosed`` names the papers handed in with it, for forms that list them.
    """
    known = data or {}
    practice = usual(Usual.Part.DECLARATION) | version.procedure.declaration
    asked = next(_form_papers(version), None)
    name = pick(asked.kind.name, VIETNAMESE) if asked else ""
    model = _MODEL.search(name)
    return Declaration(
        title=practice.get("title") or _MODEL.sub("", name) or pick(version.procedure.name, VIETNAMESE),
        model=model[1] if model else "",
        source=asked.source if asked else version.legal_basis[0],
        addressed_to=pick(version.procedure.handler, VIETNAMESE),
        parts=list(_parts(version.form_schema, known)),
        promise=practice.get("promise", ""),
        signers=[Signer(row["words"], str(known.get(row.get("name"), ""))) for row in practice.get("signers", ())],
        enclosed=list(enclosed) if practice.get("lists_papers") else [],
    )


def _form_papers(version: ProcedureVersion) -> Iterator[Requirement]:
    """The forms among the papers, those always asked for first."""
    forms = [row for row in version.requirements.all() if row.kind.is_form]
    yield from sorted(forms, key=lambda row: row.condition is not None)


def _parts(schema: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[Part]:
    properties = schema["properties"]
    for group in schema["x-groups"]:
        lines = [
            Line(
                pick(properties[key]["x-label"], VIETNAMESE),
                in_words(properties[key], known.get(key)),
                properties[key]["x-kind"] == "long_text",
            )
            for key in group["fields"]
        ]
        yield Part(pick(group["title"], VIETNAMESE), lines)


def in_words(rule: Mapping[str, Any], value: Any) -> str:
    """A stored value as an official paper writes it; empty for nothing. A value the schema does not know stays as it is."""
    if value in (None, ""):
        return ""
    match rule["x-kind"]:
        case "date" | "partial_date":
            try:
                return PartialDate.parse(str(value)).format()
            except InvalidPartialDate:
                return str(value)
        case "choice":
            labels = {choice["value"]: pick(choice["label"], VIETNAMESE) for choice in rule["x-choices"]}
            return labels.get(value, str(value))
        case "yes_no":
            return "Có" if value in (True, "yes") else "Không"
        case "unit":
            return next((unit.full_name for unit in units_of_today() if unit.code == value), str(value))
        case "phone":
            return display_phone(str(value))
    return str(value)
