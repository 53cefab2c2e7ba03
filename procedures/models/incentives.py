"""Reductions that the law grants for a time, across procedures."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.errors import RuleBroken
from portal.text import TextField, pick
from procedures.conditions import facts_in
from procedures.enums import Confidence
from procedures.models.catalogue import InCatalogue, Procedure


class Incentive(InCatalogue):
    """A waiver or discount (miễn, giảm phí, lệ phí) of some procedures' fees, in its days and under its condition.

    A draft until it is published. Once it is and its first day has come, only its last day may change, and how sure we are.
    Of several that apply to a fee the highest counts (Resolution 66.22/2026). ``fee_keys`` names the fees it is about; none
    named: all of these procedures. Who is entitled is found out by the portal, not said by the citizen: see its facts.
    """

    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = TextField(_("name"))
    percent = models.PositiveSmallIntegerField(
        _("percent off"),
        help_text=_("100: the fee is waived."),
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    procedures = models.ManyToManyField(Procedure, related_name="incentives", verbose_name=_("procedures"))
    fee_keys = models.JSONField(_("fees"), default=list, blank=True)
    condition = models.JSONField(_("condition"), null=True, blank=True)
    article = models.CharField(_("article of law"), max_length=90)
    effective_from = models.DateField(_("in force from"))
    effective_to = models.DateField(_("in force to"), null=True, blank=True, help_text=_("The last day."))
    confidence = models.CharField(_("confidence"), max_length=8, choices=Confidence.choices)
    follows = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="followed_by",
        verbose_name=_("takes the place of"),
    )
    # The last day that ``follows`` had before this one was published: for taking it back.
    brought_forward = models.JSONField(null=True, blank=True, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)

    class Meta:
        ordering = ["key"]
        verbose_name = _("incentive")
        verbose_name_plural = _("incentives")
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__gte=1, percent__lte=100),
                name="incentive_is_a_share",
                violation_error_message=_("Write from 1 to 100 percent."),
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="incentive_ends_after_it_begins",
                violation_error_message=_("The last day is before the first."),
            ),
        ]

    def __str__(self) -> str:
        return pick(self.name)

    @property
    def is_online(self) -> bool:
        """Whether it is about what is filed on the national portal; nobody at a counter is granted it."""
        return "online" in facts_in(self.condition)

    @property
    def is_fixed(self) -> bool:
        """Whether fees have been counted by it: published, and its first day has come."""
        return self.published_at is not None and self.effective_from <= clock.today()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save unless it is fixed; raises ``RuleBroken`` (incentive_in_force)."""
        stored = Incentive.objects.filter(pk=self.pk).first() if self.pk else None
        if stored and stored.is_fixed and not self._may_follow(stored):
            raise incentive_is_fixed(stored)
        super().save(*args, **kwargs)

    def _may_follow(self, stored: Incentive) -> bool:
        changed = {
            field.attname
            for field in self._meta.concrete_fields
            if getattr(self, field.attname) != getattr(stored, field.attname)
        }
        ends = [day for day in (self.effective_to, stored.effective_to) if "effective_to" in changed and day]
        return changed <= _MAY_FOLLOW and all(day >= clock.today() for day in ends)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        if self.is_fixed:
            raise incentive_is_fixed(self)
        return super().delete(*args, **kwargs)


_MAY_FOLLOW = {"effective_to", "confidence", "edited_at"}


def incentive_is_fixed(incentive: Incentive) -> RuleBroken:
    return RuleBroken(
        _("Fees are counted by this already. End it, or begin a new one like it with a later first day."),
        code="incentive_in_force",
        details={"key": incentive.key},
    )
