"""Who came, moved and left, and who said so: rows that nobody changes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from centres.enums import StaffChangeKind
from centres.models.centre import Centre
from portal.records import AppendOnly

REASON_LENGTH = 200


class StaffChange(AppendOnly):
    """Somebody joined, moved to another centre or left; ``details`` says what was handed over to whom and what ended."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="staff_changes")
    kind = models.CharField(max_length=6, choices=StaffChangeKind.choices)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, null=True, related_name="+")
    day = models.DateField(help_text=_("From which day it holds; the last one for whoever leaves."))
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    details = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("change of staff")
        verbose_name_plural = _("changes of staff")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.person} {self.kind} {self.day}"
