"""What a centre has learned of its days, and the waits it has told people to expect."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centres.models.centre import Centre
from centres.models.ticket import Ticket


class LearnedDay(models.Model):
    """A past day as the estimator reads it (một ngày đã học): one row, so that a month is read in thirty.

    ``record`` is that of ``centres.estimate.records``; ``scores`` are [hour, score, held] of the day's first estimates (``centres.estimate.calibrate``).
    """

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    record = models.JSONField()
    scores = models.JSONField(default=list)
    built_at = models.DateTimeField()

    class Meta:
        verbose_name = _("learned day")
        verbose_name_plural = _("learned days")
        constraints = [models.UniqueConstraint(fields=["centre", "day"], name="learned_day_once")]

    def __str__(self) -> str:
        return f"{self.centre} {self.day}"


class Estimate(models.Model):
    """A wait that somebody was told to expect (thời gian chờ dự kiến), and what came.

    Seconds from ``at``: ``low_s`` to ``high_s`` as they were shown; the ``played_`` ones before calibration, from which
    the next ones learn. ``came_s`` and ``is_inside`` are known once the number is called. ``is_first``: told at the
    drawing, which is what the published accuracy counts.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="estimates")
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    at = models.DateTimeField()
    is_first = models.BooleanField()
    ahead = models.PositiveSmallIntegerField()
    low_s = models.PositiveIntegerField()
    high_s = models.PositiveIntegerField()
    played_low_s = models.FloatField()
    played_middle_s = models.FloatField()
    played_high_s = models.FloatField()
    came_s = models.PositiveIntegerField(null=True, blank=True)
    is_inside = models.BooleanField(null=True, blank=True)

    class Meta:
        verbose_name = _("estimate")
        verbose_name_plural = _("estimates")
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["centre", "day"], name="estimate_of_day"),
            models.Index(fields=["day"], condition=Q(came_s__isnull=True), name="estimate_open"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["ticket"], condition=Q(is_first=True), name="estimate_first_once"),
            models.CheckConstraint(condition=Q(low_s__lte=F("high_s")), name="estimate_low_below_high"),
            models.CheckConstraint(
                condition=Q(came_s__isnull=True, is_inside__isnull=True)
                | Q(came_s__isnull=False, is_inside__isnull=False),
                name="estimate_came_is_judged",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket} {self.low_s}–{self.high_s} s"
