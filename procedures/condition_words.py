"""A condition in words, and its two everyday shapes: all of these, at least one of these, none of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from portal.text import pick
from procedures.conditions import Condition
from procedures.questions import known_fact

ALWAYS, ALL, ANY, NONE = "", "all", "any", "none"


@dataclass(frozen=True, slots=True)
class Plain:
    """A condition as it can be chosen: how the terms go together, and each term as a fact and whether it must hold."""

    mode: str = ALWAYS
    terms: tuple[tuple[str, bool], ...] = ()

    def condition(self) -> Condition:
        """As it is stored. One term stands by itself."""
        if not self.terms:
            return None
        if self.mode == NONE and len(self.terms) > 1:
            return {"not": Plain(ANY, self.terms).condition()}
        terms = [_term(key, yes is not (self.mode == NONE)) for key, yes in self.terms]
        return terms[0] if len(terms) == 1 else {self.mode: terms}


def _term(key: str, yes: bool) -> Condition:
    return key if yes else {"not": key}


def plain(condition: Condition) -> Plain | None:
    """The condition as it can be chosen; None where it is nested deeper or no condition at all."""
    if condition is None:
        return Plain()
    if (term := _as_term(condition)) is not None:
        return Plain(ALL, (term,))
    if not isinstance(condition, dict) or len(condition) != 1:
        return None
    ((operator, operand),) = condition.items()
    if operator == "not":
        inner = plain(operand)
        return Plain(NONE, inner.terms) if inner and inner.mode == ANY else None
    if operator not in (ALL, ANY) or not isinstance(operand, list) or not operand:
        return None
    terms = [_as_term(part) for part in operand]
    return None if None in terms else Plain(operator, tuple(term for term in terms if term))


def _as_term(condition: Condition) -> tuple[str, bool] | None:
    if isinstance(condition, str):
        return (condition, True) if known_fact(condition) else None
    if isinstance(condition, dict) and list(condition) == ["not"] and isinstance(condition["not"], str):
        return (condition["not"], False) if known_fact(condition["not"]) else None
    return None


def in_words(condition: Condition) -> str:
    """The condition as a reader says it, in their language; what cannot be read is shown as it is stored."""
    if condition is None:
        return _("always")
    return _("when %(condition)s") % {"condition": _words(condition)}


def _words(condition: Any) -> str:
    if isinstance(condition, str):
        return _("“%(question)s” is answered yes") % {"question": _question(condition)}
    if not isinstance(condition, dict) or len(condition) != 1:
        return str(condition)
    ((operator, operand),) = condition.items()
    if operator == "not" and isinstance(operand, str):
        return _("“%(question)s” is answered no") % {"question": _question(operand)}
    if operator == "not":
        return _("it is not so that %(condition)s") % {"condition": _in_brackets(operand)}
    if operator not in (ALL, ANY) or not isinstance(operand, list):
        return str(condition)
    between = _(" and ") if operator == ALL else _(" or ")
    return between.join(_in_brackets(part) for part in operand)


def _in_brackets(condition: Any) -> str:
    is_group = isinstance(condition, dict) and ("all" in condition or "any" in condition)
    return f"({_words(condition)})" if is_group else _words(condition)


def _question(key: str) -> str:
    return pick(fact.question).rstrip("?") if (fact := known_fact(key)) else key
