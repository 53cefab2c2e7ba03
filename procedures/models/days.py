"""Days that the nation has off, or works instead."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from procedures import revisions
from procedures.calendars import SATURDAY
from procedures.enums import Confidence, DayKind, DayType

_NOT_WORKED = _("A swapped Saturday is worked: choose “Working day”, or why this day is off.")
_NOT_OFF = _("This is why a day is off: choose “Day off”, or “Working Saturday swapped for a day off”.")
_WORKED_ANYWAY = _("Monday to Friday are worked anyway: look at the date, or choose why this day is off.")
_OFF_ANYWAY = _("Saturday and Sunday are off anyway: look at the date, or choose another kind.")


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

    def clean(self) -> None:
        """Refuse a kind that says otherwise than the day, or lies on a day of the week where it changes nothing."""
        super().clean()
        if fault := self._fault():
            raise ValidationError({"kind": ValidationError(fault, code="contradiction")})

    def _fault(self) -> Any:
        if not (self.date and self.day and self.kind):
            return None
        is_swapped = self.kind == DayKind.SWAP_WORK
        if is_swapped != (self.day == DayType.WORK):
            return _NOT_WORKED if is_swapped else _NOT_OFF
        is_rest_day = self.date.weekday() >= SATURDAY
        if is_swapped and not is_rest_day:
            return _WORKED_ANYWAY
        if is_rest_day and self.kind in (DayKind.OBSERVED_OFF, DayKind.SWAP_OFF):
            return _OFF_ANYWAY
        return None

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        revisions.changed(revisions.CALENDAR)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        deleted = super().delete(*args, **kwargs)
        revisions.changed(revisions.CALENDAR)
        return deleted

    def __str__(self) -> str:
        return f"{self.date:%d/%m/%Y} {self.name}"


class DayCorrection(models.Model):
    """A day that turned out to be off, or worked, otherwise than it stood here: what was promised over it may move.

    ``before`` and ``after`` are empty where the day was, or is, an ordinary day of the week. ``approved_at``: somebody has
    seen the dossiers concerned and lets their dates move; ``settled_at``: they have. ``approved_by`` is a name.
    """

    date = models.DateField(_("date"))
    before = models.CharField(_("before"), max_length=4, choices=DayType.choices, blank=True)
    after = models.CharField(_("after"), max_length=4, choices=DayType.choices, blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    corrected_at = models.DateTimeField(_("corrected at"))
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    approved_by = models.CharField(_("approved by"), max_length=150, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    class Meta:
        ordering = ["date", "id"]
        verbose_name = _("corrected day")
        verbose_name_plural = _("corrected days")
        constraints = [
            models.CheckConstraint(condition=~models.Q(before=models.F("after")), name="correction_changes_a_day"),
            models.CheckConstraint(
                condition=models.Q(settled_at__isnull=True) | models.Q(approved_at__isnull=False),
                name="correction_settled_was_approved",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date:%d/%m/%Y}: {self.before or '–'} → {self.after or '–'}"
