"""What holds where a procedure says nothing else: practice, not law."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from procedures.enums import Confidence
from procedures.models.catalogue import InCatalogue


class Usual(InCatalogue):
    """What is usual for one part: the promise and the signers of a form on paper, the steps a new draft begins with.

    ``value`` has the shape of ``usual_declaration`` or ``usual_steps`` in ``catalogue/schema.json``, without its source.
    """

    class Part(models.TextChoices):
        DECLARATION = "declaration", _("The form on paper")
        STEPS = "steps", _("Handling steps")

    key = models.CharField(_("part"), max_length=20, unique=True, choices=Part.choices)
    value = models.JSONField(_("content"), default=dict)
    source = models.CharField(_("source"), max_length=200)
    confidence = models.CharField(_("confidence"), max_length=8, choices=Confidence.choices)

    class Meta:
        ordering = ["key"]
        verbose_name = _("usual practice")
        verbose_name_plural = _("usual practice")

    def __str__(self) -> str:
        return self.get_key_display()
