"""Before anybody waits: the few questions that decide whether the visit can succeed today.

Which papers are worth a question is data of the catalogue (``ask_first``), practice and not law: it may change while a
version is in force. Whether a paper is asked for at all is the version's own rule, under the facts answered so far.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from procedures.conditions import holds
from procedures.enums import CopyForm
from procedures.models import ProcedureVersion, Requirement
from procedures.questions import known_fact

# Somebody in a hurry answers three questions; the fourth would be asked at the counter anyway.
MOST = 3
# Forms that the citizen brings something for; the rest is looked up by the officer.
BROUGHT = frozenset({CopyForm.ORIGINAL, CopyForm.COMPARED_COPY, CopyForm.CERTIFIED_COPY, CopyForm.SHOWN})


@dataclass(frozen=True, slots=True)
class Ask:
    """One yes/no question. ``requirement`` is the paper it is about, None for a fact. ``text`` may be empty for a paper:
    then the page asks for it by its name."""

    key: str
    text: Mapping[str, str]
    requirement: Requirement | None = None


def has_questions(version: ProcedureVersion) -> bool:
    return next(_asks(version, {}), None) is not None


def next_ask(version: ProcedureVersion, answers: Mapping[str, bool]) -> Ask | None:
    """The first question not answered yet, None when all are or ``MOST`` have been. Pure, like ``quote``."""
    for number, ask in enumerate(_asks(version, answers)):
        if number >= MOST:
            return None
        if ask.key not in answers:
            return ask
    return None


def answered(version: ProcedureVersion, answers: Mapping[str, bool]) -> list[str]:
    """The keys of the questions that have been asked and answered, in their order."""
    return [ask.key for ask in _asks(version, answers) if ask.key in answers]


def missing_papers(version: ProcedureVersion, answers: Mapping[str, bool]) -> list[Requirement]:
    """The papers asked for under these answers that the citizen said they have not got, in the order of the questions."""
    return [
        ask.requirement
        for ask in _asks(version, answers)
        if ask.requirement is not None and answers.get(ask.key) is False
    ]


def _asks(version: ProcedureVersion, answers: Mapping[str, bool]) -> Iterator[Ask]:
    """Every question that the answers so far lead to, in order."""
    rows = [row for row in version.requirements.all() if row.form_of_copy in BROUGHT]
    asked: set[str] = set()
    for entry in _entries(version, rows):
        for key in entry.get("facts", ()):
            if key not in asked and (fact := known_fact(key)):
                asked.add(key)
                yield Ask(key, fact.question)
        row = next((row for row in rows if row.kind.key == entry["paper"] and holds(row.condition, answers)), None)
        if row is not None:
            yield Ask(entry["paper"], entry.get("question", {}), row)


def _entries(version: ProcedureVersion, rows: list[Requirement]) -> list[dict[str, Any]]:
    chosen = version.procedure.ask_first
    if chosen is not None:
        return list(chosen)
    return [
        {"paper": row.kind.key}
        for row in rows
        if row.form_of_copy == CopyForm.ORIGINAL and row.condition is None and not row.kind.is_form
    ]
