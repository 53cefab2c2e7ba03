"""What a day came to, kept as it goes: counts and times by service and hour, by counter, and for the whole centre.

Made from the tickets by ``centres.actions.summarise`` and never changed by hand: a row can always be made anew.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from centres.models.centre import Centre, Counter, Service


class Summary(models.Model):
    """Counts and times of a part of one day.

    ``grounds`` says how many numbers were drawn by priority ground; ``times`` holds each kind of time as
    ``[how many, seconds together, longest, [how many in each bucket]]`` (``centres.summaries.tally``).
    """

    day = models.DateField()
    drawn = models.PositiveIntegerField(default=0)
    called = models.PositiveIntegerField(default=0)
    served = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)
    no_show = models.PositiveIntegerField(default=0)
    jumped = models.PositiveIntegerField(default=0)
    grounds = models.JSONField(default=dict)
    times = models.JSONField(default=dict)

    class Meta:
        abstract = True


class DaySummary(Summary):
    """One centre's day. ``sealed``: the day is over and was counted once more after its last number was closed."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="day_summaries")
    built_at = models.DateTimeField()
    sealed = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("summary of a day")
        verbose_name_plural = _("summaries of days")
        constraints = [models.UniqueConstraint(fields=["centre", "day"], name="day_summary_once")]
        indexes = [
            models.Index(fields=["day"], name="day_summary_by_day"),
            models.Index(fields=["day"], condition=models.Q(sealed=False), name="day_summary_unsealed"),
        ]

    def __str__(self) -> str:
        return f"{self.centre} {self.day}"


class HourSummary(Summary):
    """One service in one hour in Hanoi. What a job ended after midnight belongs to the hour it was last heard of."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    hour = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("summary of an hour")
        verbose_name_plural = _("summaries of hours")
        constraints = [
            models.UniqueConstraint(fields=["centre", "day", "hour", "service"], name="hour_summary_once"),
            models.CheckConstraint(condition=models.Q(hour__lt=24), name="hour_summary_hour_of_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.hour}:00 {self.service}"


class CounterSummary(Summary):
    """One counter's work for one service on one day: its own calls, and the visits that it finished or had last."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    counter = models.ForeignKey(Counter, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("summary of a counter")
        verbose_name_plural = _("summaries of counters")
        constraints = [
            models.UniqueConstraint(fields=["centre", "day", "counter", "service"], name="counter_summary_once")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.counter} {self.service}"


class CounterHours(models.Model):
    """How long one counter was open, paused and idle on one day, in seconds. Idle: open with nobody called."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="+")
    counter = models.ForeignKey(Counter, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    open_s = models.PositiveIntegerField()
    paused_s = models.PositiveIntegerField()
    idle_s = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("hours of a counter")
        verbose_name_plural = _("hours of counters")
        constraints = [models.UniqueConstraint(fields=["centre", "day", "counter"], name="counter_hours_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.counter}"


class SummaryMark(models.Model):
    """How far the ticket events have been looked through. One row; its lock keeps two jobs apart."""

    event_id = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("mark of the summaries")
        verbose_name_plural = _("marks of the summaries")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="summary_mark_is_one")]

    def __str__(self) -> str:
        return str(self.event_id)
