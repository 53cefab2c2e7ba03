"""Days that the nation has off, or works instead."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from procedures import revisions
from procedures.enums import Confidence, DayKind, DayType


class NationalDay(models.Model):
    """A day off or a swapped working day (Labour Code art. 112; resolutions and notices of each year)."""

    date = models.DateField(_("date"), unique=True)
    day = models.CharField(_("day"), max_length=4, choices=DayType.choices)
    kind = models.CharField(_("kind"), max_length=20, choices=DayKind.choices)
    name = models.CharField(_("name"), max_length=120)
    source = models.CharField(_("source"), max_length=200, blank=True)
    confidence = models.CharField(_("confidence"), max_length=8, choices=Confidence.choices)

    class Meta:
        ordering = ["date"]
        verbose_name = _("national day")
        verbose_name_plural = _("national days")

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        revisions.changed(revisions.CALENDAR)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        deleted = super().delete(*args, **kwargs)
        revisions.changed(revisions.CALENDAR)
        return deleted

    def __str__(self) -> str:
        return f"{self.date:%d/%m/%Y} {self.name}"
