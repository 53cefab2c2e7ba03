"""What came with a report: its key, so that it is taken in once, and a picture of the page."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.records import AppendOnly

KEY_LIMIT = 40


class ReportReceived(AppendOnly):
    """That the report with this key of a device is in, and as what. ``noticed_at`` where it was kept for want of a line."""

    client_key = models.CharField(max_length=KEY_LIMIT, unique=True)
    incident = models.ForeignKey("support.Incident", on_delete=models.PROTECT, related_name="reports")
    noticed_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("report that was received")
        verbose_name_plural = _("reports that were received")
        ordering = ["received_at", "id"]

    def __str__(self) -> str:
        return f"#{self.incident_id}"


class IncidentPicture(AppendOnly):
    """A picture of the page that somebody reported from: the portal's own sentences, everything else covered by the browser
    before it was drawn."""

    incident = models.ForeignKey("support.Incident", on_delete=models.PROTECT, related_name="pictures")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("picture of an incident")
        verbose_name_plural = _("pictures of incidents")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"#{self.incident_id}"
