"""The questions that the citizen alone can answer, at home: only those that can still change something."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from procedures.conditions import Condition, facts_in, holds
from procedures.declarations import has_declaration
from procedures.facts import AnsweredBy, Fact
from procedures.models import ProcedureVersion
from procedures.quote import conditions_of, facts_asked

# Whoever answers comes to the counter.
_COMES = {"online": False}


def own_questions(version: ProcedureVersion, answers: Mapping[str, bool]) -> list[Fact]:
    """What the citizen is asked under these answers, in order; a question that nothing depends on any more is left out."""
    conditions, known, asked = conditions_of(version), dict(_COMES), []
    for fact in facts_asked(version):
        if fact.by != AnsweredBy.CITIZEN:
            continue
        if any(_turns_on(condition, fact.key, known) for condition in conditions):
            asked.append(fact)
            if fact.key in answers:
                known[fact.key] = answers[fact.key]
        else:
            known[fact.key] = False
    return asked


def can_be_declared(version: ProcedureVersion) -> bool:
    """Whether there is anything to declare at home: a form, or a question that decides what is brought to a desk of ours.

    What is not taken in here has its form at least, to be printed with the answers in it.
    """
    if version.procedure.is_listed_only:
        return has_declaration(version)
    return has_declaration(version) or bool(own_questions(version, {}))


def _turns_on(condition: Condition, key: str, known: Mapping[str, bool]) -> bool:
    """Whether this fact can make the difference, whatever is found out about those nobody has answered."""
    named = dict.fromkeys(facts_in(condition))
    if key not in named:
        return False
    open_ones = [other for other in named if other != key and other not in known]
    return any(
        holds(condition, {**case, key: True}) != holds(condition, {**case, key: False})
        for case in (
            {**known, **dict(zip(open_ones, answer, strict=True))}
            for answer in product((False, True), repeat=len(open_ones))
        )
    )
