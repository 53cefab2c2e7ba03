"""Administrative units of Hanoi before and after 1/7/2025 (Resolution 1656/NQ-UBTVQH15)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procedures import revisions
from procedures.enums import Confidence, UnitKind, UnitPart
from procedures.querysets import UnitQuerySet
from procedures.unit_names import split_district_kind, split_unit_kind


class Unit(models.Model):
    """A ward, commune or township (đơn vị hành chính cấp xã), current or former.

    Current units have a unique code (Decision 19/2025/QĐ-TTg). Former ones are known by name and district, since one
    name stood in several districts; the oldest of them have no code on record.
    """

    code = models.CharField(_("code"), max_length=5, blank=True)
    name = models.CharField(_("name"), max_length=80, help_text=_("With its kind, as officially written."))
    kind = models.CharField(_("kind"), max_length=10, choices=UnitKind.choices)
    is_current = models.BooleanField(_("current"))
    district = models.CharField(_("former district"), max_length=80, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True, help_text=_("The last day."))
    folded = models.CharField(_("search name"), max_length=80, db_index=True, editable=False)
    district_folded = models.CharField(max_length=80, blank=True, editable=False)
    centre_address = models.CharField(_("address of its centre"), max_length=200, blank=True)
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True, help_text=_("Of its centre, in degrees."))
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    place_id = models.CharField(
        _("place identifier"), max_length=12, null=True, blank=True, unique=True, help_text=_("Decree 326/2026.")
    )

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["-is_current", "folded", "district_folded"]
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=Q(is_current=True), name="unit_current_code_once"),
            models.UniqueConstraint(
                fields=["name", "district"], condition=Q(is_current=False), name="unit_old_name_and_district_once"
            ),
            models.CheckConstraint(
                condition=Q(is_current=False) | (~Q(code="") & Q(district="")), name="unit_current_has_code_no_district"
            ),
            models.CheckConstraint(
                condition=Q(is_current=True) | (~Q(district="") & Q(valid_to__isnull=False)),
                name="unit_old_has_district_and_end",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fill_search_names()
        super().save(*args, **kwargs)
        revisions.changed(revisions.UNITS)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        deleted = super().delete(*args, **kwargs)
        revisions.changed(revisions.UNITS)
        return deleted

    def fill_search_names(self) -> None:
        """Set what searches read; for rows that are written in bulk."""
        self.folded = split_unit_kind(self.name)[1]
        self.district_folded = split_district_kind(self.district)[1]

    @property
    def full_name(self) -> str:
        """The name as an address ends with it: "Phường Đống Đa, Hà Nội"."""
        return ", ".join(part for part in (self.name, self.district, "Hà Nội") if part)


class UnitChange(models.Model):
    """That a former unit, or a part of it, now belongs to a current one. Several rows: it was split, so ask."""

    old = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="became", verbose_name=_("old unit"))
    new = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="made_from", verbose_name=_("new unit"))
    part = models.CharField(_("part"), max_length=10, choices=UnitPart.choices)
    is_suggested = models.BooleanField(_("suggested first"), default=False)
    confidence = models.CharField(_("confidence"), max_length=8, choices=Confidence.choices)
    via = models.CharField(_("by way of"), max_length=80, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=120)

    class Meta:
        ordering = ["old", "-is_suggested", "new__folded"]
        verbose_name = _("unit change")
        verbose_name_plural = _("unit changes")
        constraints = [models.UniqueConstraint(fields=["old", "new"], name="unit_change_once")]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"
