"""Spans of support that an installation, or a law, sets: rows from one day on, replaced by a later one."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SupportRules(models.Model):
    """How support tells of what stands still, from a day on (quy định hỗ trợ)."""

    valid_from = models.DateField(_("in force from"), unique=True)
    source = models.CharField(_("source"), max_length=200)
    outage_notice_days = models.PositiveSmallIntegerField(
        _("working days ahead at which an outage is announced"),
        default=7,
        help_text=_("Decree 224/2026 art. 13. Shorter notice is none: then it is an incident, and the clocks run on."),
    )
    outage_most_hours = models.PositiveSmallIntegerField(
        _("hours that an announced outage lasts at most"), default=168, validators=[MinValueValidator(1)]
    )
    told_again_minutes = models.PositiveSmallIntegerField(
        _("minutes for which the status page says that something works again"), default=120
    )
    flap_minutes = models.PositiveSmallIntegerField(
        _("minutes within which what worked again by itself and fails once more is the same incident"), default=15
    )
    announcement_most_days = models.PositiveSmallIntegerField(
        _("days that an announcement runs at most"), default=92, validators=[MinValueValidator(1)]
    )
    shift_most_days = models.PositiveSmallIntegerField(
        _("days that a shift on call lasts at most"), default=31, validators=[MinValueValidator(1)]
    )

    help_wider_seconds = models.PositiveSmallIntegerField(
        _("seconds after which a request for a helper that nobody answers goes to more people"),
        default=40,
        validators=[MinValueValidator(5)],
    )
    help_walk_seconds = models.PositiveSmallIntegerField(
        _("seconds that a helper is on the way, as long as none has been measured"), default=60
    )
    help_lapse_minutes = models.PositiveSmallIntegerField(
        _("minutes after which a request for a helper ends by itself"), default=60, validators=[MinValueValidator(5)]
    )

    video_link_minutes = models.PositiveSmallIntegerField(
        _("minutes for which the link of a video call opens"), default=30, validators=[MinValueValidator(5)]
    )
    video_lapse_minutes = models.PositiveSmallIntegerField(
        _("minutes after which a video call that nobody answers ends by itself"),
        default=10,
        validators=[MinValueValidator(1)],
    )

    warranty_soon_days = models.PositiveSmallIntegerField(
        _("days before its end at which a warranty is pointed out"), default=60
    )

    certificate_soon_days = models.PositiveSmallIntegerField(
        _("days before its end at which a certificate of training is pointed out, and may be renewed"), default=30
    )
    law_lesson_days = models.PositiveSmallIntegerField(
        _("days after its first day for which a new version of a procedure is a lesson"), default=90
    )
    law_ahead_days = models.PositiveSmallIntegerField(
        _("days before its first day from which a new version of a procedure is pointed out"), default=30
    )
    exception_most_days = models.PositiveSmallIntegerField(
        _("days for which somebody may open a counter without the training asked for, at most"),
        default=3,
        validators=[MinValueValidator(1)],
    )

    class Meta:
        verbose_name = _("rules of support")
        verbose_name_plural = _("rules of support")
        ordering = ["valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outage_most_hours__gte=1, announcement_most_days__gte=1, shift_most_days__gte=1),
                name="support_rules_give_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.valid_from}"
