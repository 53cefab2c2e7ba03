"""Times when the systems stand still as announced: written by support, read by the clock of dossiers."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.text import TextField


class Outage(models.Model):
    """An announced outage (tạm dừng hệ thống đã thông báo) of one centre, or of the whole city where none is named.

    ``until_at`` is what was announced; over sooner, it has ``ended_at``. The clock of dossiers notes when it has stopped
    for this outage and when it has counted its real end.
    """

    centre = models.ForeignKey(
        "centres.Centre", on_delete=models.PROTECT, null=True, blank=True, related_name="outages"
    )
    what = TextField(_("what stands still"))
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    announced_at = models.DateTimeField()
    announced_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    clocks_stopped_at = models.DateTimeField(null=True, blank=True)
    clocks_settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("announced outage")
        verbose_name_plural = _("announced outages")
        ordering = ["-from_at", "-id"]
        indexes = [models.Index(fields=["until_at"], name="outage_until")]
        constraints = [
            models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="outage_ends_later"),
            models.CheckConstraint(condition=Q(announced_at__lt=F("from_at")), name="outage_announced_before"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gt=F("from_at"), ended_at__lte=F("until_at")),
                name="outage_ended_within",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | Q(cancelled_at__lte=F("from_at")),
                name="outage_cancelled_before_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_at:%d/%m/%Y %H:%M}"

    @property
    def over_at(self) -> datetime:
        """When it is over: as announced, or sooner."""
        return self.ended_at or self.until_at

    def is_running(self, at: datetime) -> bool:
        return self.cancelled_at is None and self.from_at <= at < self.over_at

    def is_ahead(self, at: datetime) -> bool:
        return self.cancelled_at is None and at < self.from_at
