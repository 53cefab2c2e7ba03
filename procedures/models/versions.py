"""What the law asks for a procedure during a span of days."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.errors import RuleBroken
from portal.text import pick
from procedures import revisions
from procedures.enums import Confidence
from procedures.form_schemas import as_law
from procedures.models.catalogue import Procedure
from procedures.querysets import ProcedureVersionQuerySet


class ProcedureVersion(models.Model):
    """A procedure as it stands from one day to another; a dossier keeps the version it was accepted under.

    Published versions of one procedure never overlap; a draft may be written for days that another one still holds. Once
    published and in force a version cannot be changed or removed, except that its last day may be set when a successor
    becomes known, what only helps to fill in its form may be put right, and its layout confirmed. The JSON fields have the shapes that
    ``catalogue/schema.json`` describes.
    """

    procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, related_name="versions", verbose_name=_("procedure")
    )
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    effective_from = models.DateField(_("in force from"))
    effective_to = models.DateField(_("in force to"), null=True, blank=True, help_text=_("The last day."))
    legal_basis = models.JSONField(_("legal basis"), default=list)
    form_schema = models.JSONField(_("form schema"), default=dict, blank=True)
    steps = models.JSONField(_("handling steps"), default=list, blank=True)
    time_limit = models.JSONField(_("time limit"), default=dict)
    results = models.JSONField(_("results"), default=list, blank=True)
    parts = models.JSONField(
        _("linked services"),
        default=list,
        blank=True,
        help_text=_("Services of several offices that one request asks for, each with its own limit and result."),
    )
    conditions = models.JSONField(_("conditions"), default=list, blank=True)
    notices = models.JSONField(_("what must be said first"), default=list, blank=True)
    confidence = models.CharField(_("confidence"), max_length=8, choices=Confidence.choices)
    layout_confirmed = models.BooleanField(_("layout of the form confirmed"), default=False)
    # Whose last day the publication of this version brought forward, and which it was: for taking it back.
    brought_forward = models.JSONField(null=True, blank=True, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)

    objects = ProcedureVersionQuerySet.as_manager()

    class Meta:
        ordering = ["procedure", "-effective_from"]
        verbose_name = _("version of a procedure")
        verbose_name_plural = _("versions of procedures")
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "number"],
                name="version_number_once",
                violation_error_message=_(
                    "This number is taken by another version of the procedure. Choose a higher one."
                ),
            ),
            models.UniqueConstraint(
                fields=["procedure", "effective_from"],
                condition=Q(published_at__isnull=False),
                name="version_first_day_once",
                violation_error_message=_("Another version that is published begins on that day. Choose another day."),
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="version_number_from_one"),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="version_ends_after_it_begins",
                violation_error_message=_("The last day is before the first."),
            ),
            # That published versions never overlap is an exclusion constraint of the migrations (PostgreSQL only).
        ]

    def __str__(self) -> str:
        return f"{self.procedure.code} v{self.number} {pick(self.procedure.short_name)}"

    def is_in_force(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)

    @property
    def is_fixed(self) -> bool:
        """Whether it may not change any more: published, and its first day has come."""
        return self.published_at is not None and self.effective_from <= clock.today()

    def clean(self) -> None:
        if self.procedure_id and self.effective_from and self.published_at and self._overlaps():
            raise ValidationError(
                _("Another version of this procedure is in force in that time. Set its last day first."),
                code="version_overlaps",
            )

    def _overlaps(self) -> bool:
        others = ProcedureVersion.objects.published().filter(procedure_id=self.procedure_id).exclude(pk=self.pk)
        return others.overlapping(self.effective_from, self.effective_to).exists()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save unless it is fixed or would overlap; raises ``RuleBroken`` (version_in_force, version_overlaps)."""
        stored = ProcedureVersion.objects.filter(pk=self.pk).first() if self.pk else None
        if stored and stored.is_fixed and not self._may_follow(stored):
            raise version_is_fixed(stored)
        if self.published_at and self._overlaps():
            raise version_overlaps()
        super().save(*args, **kwargs)
        revisions.changed(revisions.CATALOGUE)

    def _may_follow(self, stored: ProcedureVersion) -> bool:
        """Whether nothing differs but the last day, set for the first time and not in the past, the form's help, linked
        services written down for the first time, and that legal staff have seen its layout."""
        changed = {
            field.attname
            for field in self._meta.concrete_fields
            if getattr(self, field.attname) != getattr(stored, field.attname)
        }
        changed -= {"layout_confirmed", "brought_forward"}
        if not stored.parts:
            changed.discard("parts")  # of what one request asks for, nothing was known yet
        if as_law(self.form_schema) == as_law(stored.form_schema):
            changed.discard("form_schema")
        if not changed:
            return True
        end = self.effective_to
        return changed == {"effective_to"} and stored.effective_to is None and end is not None and end >= clock.today()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        if self.is_fixed:
            raise version_is_fixed(self)
        deleted = super().delete(*args, **kwargs)
        revisions.changed(revisions.CATALOGUE)
        return deleted


def version_overlaps() -> RuleBroken:
    return RuleBroken(
        _("Another version of this procedure is in force in that time. Set its last day first."),
        code="version_overlaps",
        field="effective_from",
    )


def version_is_fixed(version: ProcedureVersion) -> RuleBroken:
    """The refusal to touch a version in force, or a rule that belongs to it."""
    return RuleBroken(
        _("This version is in force and cannot be changed. Make a new version with a later first day."),
        code="version_in_force",
        details={"procedure": version.procedure.code, "number": version.number},
    )
