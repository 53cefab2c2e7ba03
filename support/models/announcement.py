"""What staff are told, and who has read it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Announcement(models.Model):
    """A word to staff (thông báo nội bộ) of a centre or of all, of some roles or of every one; also to citizens if so said."""

    centre = models.ForeignKey(
        "centres.Centre", on_delete=models.PROTECT, null=True, blank=True, related_name="staff_announcements"
    )
    roles = models.JSONField(default=list, blank=True)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), max_length=2000, blank=True)
    must_confirm = models.BooleanField(default=False)
    is_public = models.BooleanField(default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("announcement to staff")
        verbose_name_plural = _("announcements to staff")
        ordering = ["-from_at", "-id"]
        indexes = [models.Index(fields=["until_at"], name="staff_announcement_until")]
        constraints = [
            models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="staff_announcement_ends_later"),
        ]

    def __str__(self) -> str:
        return self.title

    def is_running(self, at: datetime) -> bool:
        return self.withdrawn_at is None and self.from_at <= at < self.until_at


class AnnouncementReader(models.Model):
    """When somebody opened an announcement, and when they confirmed it."""

    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="readers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("reader of an announcement")
        verbose_name_plural = _("readers of announcements")
        constraints = [models.UniqueConstraint(fields=["announcement", "user"], name="announcement_read_once")]

    def __str__(self) -> str:
        return f"{self.user} {self.announcement_id}"
