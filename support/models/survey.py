"""Whether a centre is ready: questions, surveys with their answers and pictures, gaps, and the day it went live."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.records import AppendOnly
from portal.text import TextField, pick
from support.enums_survey import Answer, Area

KEY_LIMIT = 40
NOTE_LIMIT = 300


class SurveyQuestion(models.Model):
    """One point of the checklist (danh mục khảo sát), from one day to another.

    What was answered keeps its words: other words are a new row with the same key. A must-have is done only by a yes.
    """

    key = models.SlugField(_("key"), max_length=KEY_LIMIT)
    area = models.CharField(_("area"), max_length=8, choices=Area.choices)
    text = TextField(_("question"))
    hint = TextField(_("hint"), null=True, blank=True)
    is_must = models.BooleanField(_("must-have"), default=False)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True, help_text=_("The last day."))

    class Meta:
        verbose_name = _("question of the checklist")
        verbose_name_plural = _("questions of the checklist")
        ordering = ["order", "key", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["key", "valid_from"], name="survey_question_once_a_day"),
            models.UniqueConstraint(
                fields=["key"], condition=Q(valid_to__isnull=True), name="survey_question_once_open"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="survey_question_ends_later",
            ),
        ]

    def __str__(self) -> str:
        return pick(self.text)

    def clean(self) -> None:
        """Two rows with one key never ask on the same day."""
        others = SurveyQuestion.objects.filter(key=self.key).exclude(pk=self.pk)
        others = others.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=self.valid_from or date.min))
        if self.valid_to:
            others = others.filter(valid_from__lte=self.valid_to)
        if others.exists():
            raise ValidationError({"valid_from": _("Another row with this key is valid then. End that one first.")})


class Survey(models.Model):
    """One look at a centre, on the spot (đợt khảo sát). One is open at a time, and several people may fill it together."""

    centre = models.ForeignKey("centres.Centre", on_delete=models.PROTECT, related_name="surveys")
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    finish_key = models.CharField(max_length=KEY_LIMIT, null=True, blank=True, unique=True)
    score = models.PositiveSmallIntegerField(null=True, blank=True, help_text=_("Of a hundred."))

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["centre"], condition=Q(finished_at__isnull=True), name="survey_one_open_a_centre"
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, finished_by__isnull=True, score__isnull=True, finish_key__isnull=True)
                | Q(finished_at__gte=F("started_at"), finished_by__isnull=False, score__lte=100, finish_key__isnull=False),
                name="survey_finished_has_score",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.centre_id} {self.started_at:%d/%m/%Y}"

    @property
    def is_open(self) -> bool:
        return self.finished_at is None


class SurveyAnswer(AppendOnly):
    """What one person answered. A later one stands in the place of those that whoever gave it had ``seen`` (up to that row)
    and of their own; two that stand beside each other and differ are settled by a third."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="answers")
    question = models.ForeignKey(SurveyQuestion, on_delete=models.PROTECT, related_name="answers")
    client_key = models.CharField(max_length=KEY_LIMIT, unique=True)
    value = models.CharField(max_length=6, choices=Answer.choices)
    note = models.CharField(max_length=NOTE_LIMIT, blank=True)
    seen = models.PositiveBigIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("answer of a survey")
        verbose_name_plural = _("answers of surveys")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(received_at__gte=F("given_at")), name="survey_answer_received_after_it_was_given"
            ),
            models.CheckConstraint(condition=Q(value__in=Answer.values), name="survey_answer_is_one_of_four"),
        ]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.value}"


class SurveyPhoto(AppendOnly):
    """A picture taken on the spot. What a camera writes beside the picture, such as where, is not kept."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="photos")
    question = models.ForeignKey(SurveyQuestion, on_delete=models.PROTECT, related_name="photos")
    client_key = models.CharField(max_length=KEY_LIMIT, unique=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("picture of a survey")
        verbose_name_plural = _("pictures of surveys")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.question_id} {self.sha256[:8]}"


class SurveyGap(models.Model):
    """What a survey found missing (việc còn thiếu): whose it is and until when. One is open for each point of a centre."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="gaps")
    centre = models.ForeignKey("centres.Centre", on_delete=models.PROTECT, related_name="survey_gaps")
    question = models.ForeignKey(SurveyQuestion, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=KEY_LIMIT)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="survey_gaps"
    )
    due_on = models.DateField(null=True, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    how = models.CharField(max_length=NOTE_LIMIT, blank=True)

    class Meta:
        verbose_name = _("gap of a centre")
        verbose_name_plural = _("gaps of centres")
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "key"], condition=Q(closed_at__isnull=True), name="survey_gap_once_open"
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=True, due_on__isnull=True) | Q(owner__isnull=False, due_on__isnull=False),
                name="survey_gap_owner_has_date",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="survey_gap_closed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.centre_id} {self.key}"

    def is_late(self, at: datetime | date) -> bool:
        today = at.date() if isinstance(at, datetime) else at
        return self.closed_at is None and self.due_on is not None and self.due_on < today


class GoLive(AppendOnly):
    """That a centre went live, who said so, and the survey that this rests on."""

    centre = models.ForeignKey("centres.Centre", on_delete=models.PROTECT, related_name="went_live")
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("a centre going live")
        verbose_name_plural = _("centres going live")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.centre_id} {self.at:%d/%m/%Y}"
