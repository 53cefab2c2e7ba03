"""What the citizen's screen at a counter shows now."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from centres.models import Counter, Ticket


class Showing(models.Model):
    """A draft that its citizen checks on the screen of the counter (màn hình đối chiếu), and what they touched.

    It holds no value of the form: the screen reads the draft itself. What was touched is kept with a digest of what stood
    there, so that an answer about other words counts no more. One for a counter; over with the visit.
    """

    counter = models.OneToOneField(Counter, on_delete=models.CASCADE, related_name="showing")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="showing")
    shown_at = models.DateTimeField()
    shown_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    wrong: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    right = models.CharField(max_length=32, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("what a citizen's screen shows")
        verbose_name_plural = _("what citizens' screens show")

    def __str__(self) -> str:
        return f"{self.counter_id} {self.application_id}"
