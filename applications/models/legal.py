"""That somebody answers for what the portal takes the law to say."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.records import AppendOnly


class LegalNote(AppendOnly):
    """A setting was confirmed as it stood then, with the text that says so (xác nhận pháp lý), or that was taken back.

    ``about`` names the row ("procedures.feerule:12"), ``said`` is a digest of everything it said: changed later, it waits
    for confirmation again by itself. The last note of a row counts.
    """

    about = models.CharField(max_length=80, db_index=True)
    said = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    source = models.CharField(max_length=200)
    text_of = models.DateField(help_text=_("The day of the text that confirms it."))
    is_taken_back = models.BooleanField(default=False)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("legal confirmation")
        verbose_name_plural = _("legal confirmations")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.title}: {self.source}"
