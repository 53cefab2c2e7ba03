"""Yes/no questions written as data, so that a rule may depend on something new without a release."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.errors import RuleBroken
from portal.text import TextField, pick
from procedures.conditions import Condition, facts_in
from procedures.enums import Confidence
from procedures.facts import FACTS, RESERVED, AnsweredBy, Fact
from procedures.models.catalogue import DocumentKind, InCatalogue, Procedure
from procedures.models.incentives import Incentive
from procedures.models.rules import FeeRule, Requirement
from procedures.models.versions import ProcedureVersion

ANSWERERS = [(who.value, who.label) for who in AnsweredBy if who is not AnsweredBy.PORTAL]
# What a rule relies on. The words in which it is asked may be corrected.
_MEANING = ("key", "by", "doc")


class Question(InCatalogue):
    """A fact beside those that come with the portal (``procedures.facts``), answered by the citizen or the officer.

    Once something that counts names it, its meaning stays; while anything names it, it is neither renamed nor deleted.
    """

    key = models.SlugField(_("key"), max_length=60, unique=True)
    question = TextField(
        _("question"), help_text=_("One that is answered with yes or no, as it is asked at the counter.")
    )
    by = models.CharField(_("who answers it"), max_length=8, choices=ANSWERERS)
    doc = models.TextField(
        _("what it means"), help_text=_("For those who write rules: when the answer is yes, and what follows from it.")
    )
    source = models.CharField(_("source"), max_length=200, blank=True)
    confidence = models.CharField(_("confidence"), max_length=8, choices=Confidence.choices)

    class Meta:
        ordering = ["key"]
        verbose_name = _("yes/no question")
        verbose_name_plural = _("yes/no questions")
        constraints = [
            models.CheckConstraint(
                condition=Q(by__in=[value for value, _label in ANSWERERS]),
                name="question_is_answered_by_somebody",
                violation_error_message=_("Choose the citizen or the officer."),
            )
        ]

    def __str__(self) -> str:
        return pick(self.question)

    def as_fact(self) -> Fact:
        return Fact(self.key, AnsweredBy(self.by), self.question, self.doc)

    def clean(self) -> None:
        try:
            self.refuse_change()
        except RuleBroken as problem:
            raise ValidationError({str(problem.field): problem.message}) from None
        if self.key in FACTS or self.key in RESERVED or DocumentKind.objects.filter(key=self.key).exists():
            raise ValidationError({"key": _("This key is taken. Choose another one, or empty it.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save unless rules rely on what would change; raises ``RuleBroken`` (question_in_use)."""
        self.refuse_change()
        super().save(*args, **kwargs)

    def refuse_change(self) -> None:
        """Raises ``RuleBroken`` with ``field`` where something relies on what is changed."""
        stored = Question.objects.filter(pk=self.pk).first() if self.pk else None
        changed = [name for name in _MEANING if stored and getattr(stored, name) != getattr(self, name)]
        if stored is None or not changed:
            return
        uses = question_uses().get(stored.key, [])
        found = uses if "key" in changed else [use for use in uses if use.counts]
        if found:
            raise RuleBroken(
                _(
                    "Rules rely on this: %(uses)s. Only its wording may be corrected; for another meaning add a question."
                )
                % {"uses": _named(found)},
                code="question_in_use",
                field=changed[0],
            )

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self.refuse_deletion()
        return super().delete(*args, **kwargs)

    def refuse_deletion(self) -> None:
        """Raises ``RuleBroken`` (question_in_use)."""
        if uses := question_uses().get(self.key):
            raise RuleBroken(
                _("This question is named by: %(uses)s. Take it out there first; what is in force keeps it.")
                % {"uses": _named(uses)},
                code="question_in_use",
            )


@dataclass(frozen=True)
class Use:
    """Something that names a question. ``counts``: it is published, or else in use now."""

    row: ProcedureVersion | Incentive | Procedure
    counts: bool


def question_uses() -> dict[str, list[Use]]:
    """What names each fact: versions and incentives, drafts among them, and what is asked before the wait."""
    found: dict[str, dict[Use, None]] = defaultdict(dict)
    for use, condition in _conditions():
        for key in facts_in(condition):
            found[key][use] = None
    for procedure in Procedure.objects.filter(ask_first__isnull=False):
        for key in (key for entry in procedure.ask_first or () for key in entry.get("facts", ())):
            found[key][Use(procedure, True)] = None
    return {key: list(uses) for key, uses in found.items()}


def _conditions() -> Iterator[tuple[Use, Condition]]:
    for model in (Requirement, FeeRule):
        rules = model.objects.filter(condition__isnull=False).select_related("version__procedure")
        for rule in rules.order_by("version__procedure__code", "version__number"):
            yield _of(rule.version), rule.condition
    for incentive in Incentive.objects.filter(condition__isnull=False):
        yield _of(incentive), incentive.condition
    versions = ProcedureVersion.objects.filter(Q(time_limit__has_key="alternatives") | ~Q(notices=[]) | ~Q(parts=[]))
    for version in versions.select_related("procedure").order_by("procedure__code", "number"):
        limits = [version.time_limit, *(part.get("limit", {}) for part in version.parts)]
        alternatives = [one for limit in limits for one in limit.get("alternatives", ())]
        for row in (*alternatives, *version.notices, *version.parts):
            yield _of(version), row.get("when")


def _of(row: ProcedureVersion | Incentive) -> Use:
    return Use(row, row.published_at is not None)


def _named(uses: list[Use]) -> str:
    return "; ".join(str(use.row) for use in uses)
