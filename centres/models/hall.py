"""What a board belongs to and what the manager says on it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centres.enums import HallAnnouncementEventKind
from portal.records import AppendOnly

TEXT_LIMIT = 200
MOST_MINUTES = 240


class Zone(models.Model):
    """A part of the hall (khu vực): some counters, and the boards that hang before them."""

    centre = models.ForeignKey("centres.Centre", on_delete=models.CASCADE, related_name="zones")
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        verbose_name = _("zone")
        verbose_name_plural = _("zones")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["centre", "name"], name="zone_name_once")]

    def __str__(self) -> str:
        return self.name


class HallAnnouncement(models.Model):
    """What the boards show and say between the calls (thông báo tại sảnh), from one moment to another.

    Without ``every_minutes`` it is said once, at its beginning. It is changed by no one: it is stopped, and another made.
    """

    centre = models.ForeignKey("centres.Centre", on_delete=models.PROTECT, related_name="announcements")
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, null=True, blank=True, related_name="announcements")
    text = models.CharField(_("text"), max_length=TEXT_LIMIT)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    every_minutes = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(MOST_MINUTES)])
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("announcement to the hall")
        verbose_name_plural = _("announcements to the hall")
        ordering = ["-from_at", "-id"]
        indexes = [models.Index(fields=["centre", "until_at"], name="hall_announcement_ends")]
        constraints = [
            models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="hall_announcement_ends_later"),
            models.CheckConstraint(condition=~Q(text=""), name="hall_announcement_says_something"),
        ]

    def __str__(self) -> str:
        return self.text

    def is_running(self, at: datetime) -> bool:
        return self.stopped_at is None and self.from_at <= at < self.until_at

    def is_ahead(self, at: datetime) -> bool:
        return self.stopped_at is None and at < self.from_at

    def turn(self, at: datetime) -> int:
        """How often it has been due to be said before the present time; 0 from its beginning to the first repetition."""
        if not self.every_minutes:
            return 0
        return int((at - self.from_at) / timedelta(minutes=self.every_minutes))


class HallAnnouncementEvent(AppendOnly):
    """Who made an announcement and who stopped it; written once."""

    announcement = models.ForeignKey(HallAnnouncement, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=8, choices=HallAnnouncementEventKind.choices)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("event of an announcement")
        verbose_name_plural = _("events of announcements")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.announcement} {self.kind}"
