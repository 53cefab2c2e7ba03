"""Conditions of rules, as data: which facts must hold.

``None`` always holds. Otherwise ``"fact"``, ``{"not": condition}``, ``{"all": [conditions]}`` or ``{"any": [conditions]}``.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from itertools import product
from typing import Any

from django.utils.translation import gettext_lazy as _

Condition = Any  # JSON: None, a fact's key, or one of the three shapes above

# Of more questions not every way to answer them is tried.
MOST_TRIED = 12


class BadCondition(ValueError):
    """A condition of no known shape, or one that names an unknown fact. ``plain`` says so to who reads no files."""

    def __init__(self, reason: str, plain: Any) -> None:
        super().__init__(reason)
        self.plain = plain


def holds(condition: Condition, facts: Mapping[str, bool]) -> bool:
    """Whether the condition holds. A fact nobody has answered counts as no."""
    if condition is None:
        return True
    if isinstance(condition, str):
        return facts.get(condition, False)
    (operator, operand), *_ = condition.items()
    if operator == "not":
        return not holds(operand, facts)
    if operator == "all":
        return all(holds(part, facts) for part in operand)
    return any(holds(part, facts) for part in operand)


def facts_in(condition: Condition) -> Iterator[str]:
    """The facts a condition names, known or not, in order, possibly more than once. Raises ``BadCondition``."""
    if condition is None:
        return
    if isinstance(condition, str):
        yield condition
        return
    if not isinstance(condition, Mapping) or len(condition) != 1:
        raise BadCondition(
            f'a condition is a fact, {{"not": …}}, {{"all": […]}} or {{"any": […]}}, not {condition!r}',
            _(
                "“%(part)s” is no condition. Write a question's key, or one of “not”, “all” and “any” with what it is about."
            )
            % {"part": condition},
        )
    ((operator, operand),) = condition.items()
    if operator == "not":
        yield from facts_in(operand)
    elif operator in ("all", "any") and isinstance(operand, list) and operand:
        for part in operand:
            yield from facts_in(part)
    else:
        raise BadCondition(
            f"unknown operator {operator!r}",
            _("After “%(word)s” nothing can be read. Write “not”, “all” or “any”, and what it is about.")
            % {"word": operator},
        )


def check_condition(condition: Condition, known: Container[str]) -> None:
    """Raise ``BadCondition`` unless it has a known shape, names known facts only, and depends on their answers."""
    facts = list(dict.fromkeys(facts_in(condition)))
    for key in facts:
        if key not in known:
            raise BadCondition(
                f"unknown fact {key!r}",
                _("The portal knows no question “%(key)s”. Choose one of the list.") % {"key": key},
            )
    if not facts or len(facts) > MOST_TRIED:
        return
    answers = (dict(zip(facts, given, strict=True)) for given in product((False, True), repeat=len(facts)))
    outcomes = {holds(condition, answered) for answered in answers}
    if outcomes == {True}:
        raise BadCondition(
            "always holds, whatever is answered",
            _("This holds whatever is answered. Choose “always”, or take one of the questions out."),
        )
    if outcomes == {False}:
        raise BadCondition(
            "never holds, whatever is answered",
            _(
                "This never holds, whatever is answered: it asks for an answer and for its opposite. Take one of them out."
            ),
        )
