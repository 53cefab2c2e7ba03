"""Times of handling that no law fixes once and for all: rows from one day to another, replaced by a later one."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class HandlingRules(models.Model):
    """The city's own times of handling, in working days where nothing else is said."""

    valid_from = models.DateField(_("in force from"), unique=True)
    source = models.CharField(_("source"), max_length=200)
    supplement_days = models.PositiveSmallIntegerField(
        _("days the citizen has for a supplement"), default=15, validators=[MinValueValidator(1)]
    )
    intake_days = models.PositiveSmallIntegerField(
        _("calendar days for which a request at the counter counts for the same matter of the same person"), default=90
    )
    remind_days = models.PositiveSmallIntegerField(
        _("days before its end at which a supplement is reminded of"), default=2
    )
    forecast_days = models.PositiveSmallIntegerField(
        _("days before the due date at which an apology is drafted"), default=1, validators=[MinValueValidator(1)]
    )
    forecast_hours = models.PositiveSmallIntegerField(
        _("hours before the due time at which an apology is drafted, for limits in hours"), default=4
    )
    extension_days = models.PositiveSmallIntegerField(
        _("days that a drafted apology asks for"), default=3, validators=[MinValueValidator(1)]
    )
    consult_days = models.PositiveSmallIntegerField(
        _("days that another office has for an answer"), default=3, validators=[MinValueValidator(1)]
    )
    way_days = models.PositiveSmallIntegerField(
        _("days that an original may be on the way"), default=2, validators=[MinValueValidator(1)]
    )
    most_days = models.PositiveSmallIntegerField(
        _("days (of the calendar) ahead at which a day that somebody chooses may lie at most"),
        default=180,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text=_("Of an apology, a supplement, and the answer of another office."),
    )
    collect_days = models.PositiveSmallIntegerField(
        _("days after which a result that nobody has collected is reminded of"),
        default=5,
        validators=[MinValueValidator(1)],
    )
    duplicate_days = models.PositiveSmallIntegerField(
        _("days (of the calendar) back in which the same matter is pointed out as a duplicate"), default=30
    )

    class Meta:
        verbose_name = _("times of handling")
        verbose_name_plural = _("times of handling")
        ordering = ["valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    supplement_days__gte=1,
                    forecast_days__gte=1,
                    extension_days__gte=1,
                    consult_days__gte=1,
                    way_days__gte=1,
                    collect_days__gte=1,
                ),
                name="handling_rules_give_a_day",
            ),
            models.CheckConstraint(
                condition=Q(most_days__gte=1, most_days__lte=3650), name="handling_rules_have_an_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from}"


class AnswerLimit(models.Model):
    """How long a supplement may be outstanding for one procedure before the law ends the dossier (Decree 63/2024, as
    amended by 301/2026: the linked services). A procedure without a row never ends by itself."""

    procedure_code = models.CharField(_("code of the procedure"), max_length=12)
    valid_from = models.DateField(_("in force from"))
    working_days = models.PositiveSmallIntegerField(_("working days"), validators=[MinValueValidator(1)])
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("end of unanswered requests")
        verbose_name_plural = _("ends of unanswered requests")
        ordering = ["procedure_code", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["procedure_code", "valid_from"], name="answer_limit_once"),
            models.CheckConstraint(condition=Q(working_days__gte=1), name="answer_limit_gives_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_code} {self.valid_from}"
