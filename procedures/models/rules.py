"""The papers and the fees of one version."""

from __future__ import annotations

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.text import TextField, pick
from procedures import revisions
from procedures.enums import Confidence, CopyForm, FeeBasis
from procedures.models.catalogue import DocumentKind
from procedures.models.versions import ProcedureVersion, version_is_fixed


class PartOfVersion(models.Model):
    """A row that is part of a version, and as fixed as it."""

    class Meta:
        abstract = True

    version: ProcedureVersion

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.version.is_fixed:
            raise version_is_fixed(self.version)
        super().save(*args, **kwargs)
        revisions.changed(revisions.CATALOGUE)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        if self.version.is_fixed:
            raise version_is_fixed(self.version)
        deleted = super().delete(*args, **kwargs)
        revisions.changed(revisions.CATALOGUE)
        return deleted


class RuleOfVersion(PartOfVersion):
    """What a version asks for. ``condition`` is None when it always applies."""

    condition = models.JSONField(_("condition"), null=True, blank=True)
    confidence = models.CharField(_("confidence"), max_length=8, choices=Confidence.choices)

    class Meta:
        abstract = True


class Requirement(RuleOfVersion):
    """A paper that a version asks for (thành phần hồ sơ)."""

    version = models.ForeignKey(
        ProcedureVersion, on_delete=models.CASCADE, related_name="requirements", verbose_name=_("version")
    )
    kind = models.ForeignKey(
        DocumentKind, on_delete=models.PROTECT, related_name="requirements", verbose_name=_("kind")
    )
    order = models.PositiveSmallIntegerField(_("order"))
    form_of_copy = models.CharField(_("form"), max_length=20, choices=CopyForm.choices)
    copies = models.PositiveSmallIntegerField(_("copies"), default=1, validators=[MinValueValidator(1)])
    is_kept = models.BooleanField(
        _("original is kept"), default=False, help_text=_("The original stays at the office until the result.")
    )
    note = TextField(_("note"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        ordering = ["version", "order"]
        verbose_name = _("required paper")
        verbose_name_plural = _("required papers")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "order"],
                name="requirement_order_once",
                violation_error_message=_("Another paper has this place in the order. Choose another number."),
            ),
            models.CheckConstraint(
                condition=Q(copies__gte=1),
                name="requirement_has_copies",
                violation_error_message=_("Write at least one copy."),
            ),
        ]

    def __str__(self) -> str:
        return pick(self.kind.name)


class FeeRule(RuleOfVersion):
    """A fee (phí, lệ phí) in whole đồng.

    Per case and per copy use ``amount``. Per page uses ``steps``, a list of [last page, đồng a page] whose last page
    is null at the end: [[2, 2000], [null, 1000]], capped per copy by ``cap_per_copy``.
    """

    version = models.ForeignKey(
        ProcedureVersion, on_delete=models.CASCADE, related_name="fee_rules", verbose_name=_("version")
    )
    key = models.SlugField(_("key"), max_length=60)
    name = TextField(_("name"))
    basis = models.CharField(_("basis"), max_length=10, choices=FeeBasis.choices)
    amount = models.PositiveIntegerField(_("amount"), default=0, help_text=_("In đồng."))
    steps = models.JSONField(_("steps per page"), default=list, blank=True)
    cap_per_copy = models.PositiveIntegerField(_("most per copy"), null=True, blank=True)
    article = models.CharField(_("article of law"), max_length=200)
    effective_from = models.DateField(_("in force from"))
    effective_to = models.DateField(_("in force to"), null=True, blank=True, help_text=_("The last day."))

    class Meta:
        ordering = ["version", "pk"]
        verbose_name = _("fee")
        verbose_name_plural = _("fees")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "key", "effective_from"],
                name="fee_key_and_first_day_once",
                violation_error_message=_("This fee stands twice with the same first day. Change one of the days."),
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="fee_ends_after_it_begins",
                violation_error_message=_("The last day is before the first."),
            ),
        ]

    def __str__(self) -> str:
        return pick(self.name)
