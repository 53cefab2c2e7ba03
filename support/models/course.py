"""What staff learn: courses, their versions, lessons and questions."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

TITLE_LIMIT = 120
SUMMARY_LIMIT = 400
TEXT_LIMIT = 8000
OPTION_LIMIT = 300
EXPLANATION_LIMIT = 600


class Course(models.Model):
    """A course (khóa tập huấn) for staff of one centre or of all, of some roles or of every one."""

    centre = models.ForeignKey(
        "centres.Centre", on_delete=models.PROTECT, null=True, blank=True, related_name="courses"
    )
    title = models.CharField(_("title"), max_length=TITLE_LIMIT)
    summary = models.CharField(_("what one can do afterwards"), max_length=SUMMARY_LIMIT, blank=True)
    roles = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ["title", "id"]
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="course_has_title")]

    def __str__(self) -> str:
        return self.title


class CourseVersion(models.Model):
    """A course as it is taught from its publication to the next one's. Published, it does not change any more."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    news = models.CharField(_("what is new in it"), max_length=SUMMARY_LIMIT, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes that it takes"), default=30)
    pass_mark = models.PositiveSmallIntegerField(
        _("right answers that pass, in percent"),
        default=80,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    tries = models.PositiveSmallIntegerField(_("tries a day"), default=3, validators=[MinValueValidator(1)])
    valid_months = models.PositiveSmallIntegerField(
        _("months for which the certificate is valid"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    needs_session = models.BooleanField(_("being there at a session is part of it"), default=False)
    earlier_until = models.DateField(
        _("certificates of earlier versions count until"),
        null=True,
        blank=True,
        help_text=_("The last day. Empty: they count as long as they are valid."),
    )
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("version of a course")
        verbose_name_plural = _("versions of courses")
        ordering = ["course_id", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["course", "number"], name="course_version_once"),
            models.UniqueConstraint(fields=["course"], condition=Q(published_at__isnull=True), name="course_one_draft"),
            models.CheckConstraint(
                condition=Q(pass_mark__gte=1, pass_mark__lte=100, tries__gte=1), name="course_can_be_passed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course} v{self.number}"

    @property
    def is_draft(self) -> bool:
        return self.published_at is None


class Lesson(models.Model):
    """A page to read: plain paragraphs, one picture, one link to a film."""

    version = models.ForeignKey(CourseVersion, on_delete=models.CASCADE, related_name="lessons")
    order = models.PositiveSmallIntegerField()
    title = models.CharField(_("title"), max_length=TITLE_LIMIT)
    text = models.TextField(_("text"), max_length=TEXT_LIMIT, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    media_type = models.CharField(max_length=40, blank=True)
    picture_says = models.CharField(_("what the picture shows"), max_length=200, blank=True)
    video = models.URLField(_("link to a film"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        ordering = ["order", "id"]
        indexes = [models.Index(fields=["sha256"], condition=~Q(sha256=""), name="lesson_picture")]
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256="") | (~Q(media_type="") & ~Q(picture_says="")),
                name="lesson_picture_is_described",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Question(models.Model):
    """A question with its options; ``right`` are the places (from 0) of those that are right, all of them to be chosen."""

    version = models.ForeignKey(CourseVersion, on_delete=models.CASCADE, related_name="questions")
    order = models.PositiveSmallIntegerField()
    text = models.CharField(_("question"), max_length=SUMMARY_LIMIT)
    options = models.JSONField(default=list)
    right = models.JSONField(default=list)
    explanation = models.CharField(_("why"), max_length=EXPLANATION_LIMIT)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["order", "id"]
        constraints = [models.CheckConstraint(condition=~Q(explanation=""), name="question_is_explained")]

    def __str__(self) -> str:
        return self.text
