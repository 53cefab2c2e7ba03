"""A condition as a field of the administration's forms: chosen, not typed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from django import forms
from django.utils.translation import gettext_lazy as _

from portal.text import pick
from procedures.condition_words import ALL, ALWAYS, ANY, NONE, Plain, in_words, plain
from procedures.conditions import BadCondition, Condition, check_condition
from procedures.facts import AnsweredBy
from procedures.questions import known_fact, known_facts

AS_TEXT = "text"
MODES = [
    (ALWAYS, _("always")),
    (ALL, _("when all of these are so")),
    (ANY, _("when at least one of these is so")),
    (NONE, _("when none of these is so")),
    (AS_TEXT, _("as written under “Advanced”")),
]
ANSWERS = [("yes", _("yes:")), ("no", _("no:"))]
FEWEST_LINES, MOST_LINES = 3, 12


@dataclass(frozen=True, slots=True)
class Typed:
    """What a page sent: the way the lines go together, the lines that name a fact, and the text."""

    mode: str
    terms: tuple[tuple[str, bool], ...]
    text: str


def facts_offered(*by: AnsweredBy) -> list[tuple[Any, Any]]:
    """The facts in groups of who answers them; only those of ``by`` where somebody is named."""
    facts = known_facts().items()
    return [
        (who.label, [(key, pick(fact.question)) for key, fact in facts if fact.by == who]) for who in by or AnsweredBy
    ]


class ConditionWidget(forms.Widget):
    """How the lines go together, a line for each fact, and everything else as text."""

    template_name = "procedures/widgets/condition.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.stored: Condition = None

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = value if isinstance(value, Typed) else as_typed(value)
        base = context["widget"]["attrs"].get("id", name)
        terms = [*shown.terms, *[("", True)] * max(1, FEWEST_LINES - len(shown.terms))][:MOST_LINES]
        facts, answers = forms.Select(choices=[("", "—"), *facts_offered()]), forms.Select(choices=ANSWERS)
        context["mode"] = forms.Select(choices=MODES).render(f"{name}-mode", shown.mode, {"id": base})
        context["lines"] = [
            (
                answers.render(f"{name}-answer-{number}", "yes" if yes else "no", {"aria-label": _("Answer")}),
                facts.render(f"{name}-fact-{number}", key, {"aria-label": _("Question")}),
            )
            for number, (key, yes) in enumerate(terms)
        ]
        text = forms.Textarea({"rows": 2, "cols": 60, "aria-label": _("The condition as text")})
        context["text"] = text.render(f"{name}-text", shown.text)
        context["is_text"] = shown.mode == AS_TEXT
        context["sentence"] = in_words(self.stored)
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Typed:
        lines = [(data.get(f"{name}-fact-{n}", ""), data.get(f"{name}-answer-{n}") != "no") for n in range(MOST_LINES)]
        terms = tuple((key, yes) for key, yes in lines if key)
        return Typed(data.get(f"{name}-mode", ALWAYS), terms, data.get(f"{name}-text", "").strip())

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return f"{name}-mode" not in data


def as_typed(condition: Condition) -> Typed:
    """What the page shows of a condition; one that cannot be chosen stands in it as text."""
    if (chosen := plain(condition)) is None:
        return Typed(AS_TEXT, (), json.dumps(condition, ensure_ascii=False))
    return Typed(chosen.mode, chosen.terms, "")


class ConditionField(forms.Field):
    """When a rule applies. What is stored stays as it is written unless something else is chosen."""

    widget = ConditionWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})

    def start(self, condition: Condition) -> None:
        """The condition that is stored now."""
        self.initial = self.widget.stored = condition

    def clean(self, value: Typed) -> Condition:
        was = as_typed(self.initial)
        if value.text not in ("", was.text) and value.mode != AS_TEXT:
            raise forms.ValidationError(
                _("You wrote something under “Advanced”. Choose “as written under Advanced”, or empty the text."),
                code="two_ways",
            )
        condition = self._of_text(value.text) if value.mode == AS_TEXT else self._of_lines(value)
        if self.required and condition is None:
            raise forms.ValidationError(_("Choose when it counts."), code="required")
        # As it was written, where another way of writing it says the same.
        return self.initial if plain(condition) == plain(self.initial) is not None else condition

    @staticmethod
    def _of_lines(value: Typed) -> Condition:
        if value.mode == ALWAYS:
            return None
        if value.mode not in (ALL, ANY, NONE):
            raise forms.ValidationError(_("Choose how the questions go together."), code="invalid")
        if not value.terms:
            raise forms.ValidationError(_("Choose at least one question, or “always”."), code="no_terms")
        if unknown := [key for key, _yes in value.terms if not known_fact(key)]:
            raise forms.ValidationError(
                _("The portal knows no question “%(key)s”. Choose one of the list."),
                params={"key": unknown[0]},
                code="unknown_fact",
            )
        if len({key for key, _yes in value.terms}) < len(value.terms):
            raise forms.ValidationError(_("The same question stands in two lines. Keep one of them."), code="double")
        return Plain(value.mode, value.terms).condition()

    @staticmethod
    def _of_text(text: str) -> Condition:
        try:
            condition = yaml.safe_load(text)
        except yaml.YAMLError:
            raise forms.ValidationError(
                _("The text under “Advanced” cannot be read: look for a bracket or a comma that is missing."),
                code="unreadable",
            ) from None
        if condition is None:
            raise forms.ValidationError(_("Write the condition under “Advanced”, or choose “always”."), code="no_text")
        try:
            check_condition(condition, known_facts())
        except BadCondition as fault:
            raise forms.ValidationError(fault.plain, code="bad_condition") from None
        return condition

    def has_changed(self, initial: Any, data: Any) -> bool:
        return as_typed(initial) != data


class ConditionsStart:
    """For forms: each condition begins as it is stored."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            if isinstance(field, ConditionField):
                field.start(self.get_initial_for_field(field, name))  # type: ignore[attr-defined]
