"""What is known to go wrong, and what helps."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from support.enums import Kind


class KnownProblem(models.Model):
    """A known problem (lỗi thường gặp): how it shows itself and what helps. ``folded`` is what is searched."""

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=120)
    symptoms = models.TextField(_("how it shows itself"), max_length=1000)
    remedy = models.TextField(_("what helps"), max_length=2000)
    folded = models.TextField(editable=False)
    changed_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("known problem")
        verbose_name_plural = _("known problems")
        ordering = ["title", "id"]

    def __str__(self) -> str:
        return self.title
