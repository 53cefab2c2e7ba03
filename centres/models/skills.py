"""Which services a counter could give, and who changed it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from centres.models.centre import Counter
from portal.records import AppendOnly


class SkillChange(AppendOnly):
    """A manager gave a counter other services; written once. ``before`` and ``after`` are letters: ``A, C``."""

    counter = models.ForeignKey(Counter, on_delete=models.PROTECT, related_name="skill_changes")
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=120)
    before = models.CharField(max_length=80, blank=True)
    after = models.CharField(max_length=80)

    class Meta:
        verbose_name = _("change of a counter's services")
        verbose_name_plural = _("changes of counters' services")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.counter} {self.before} → {self.after}"
