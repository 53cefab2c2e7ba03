"""Who learnt what: lessons read, tries, certificates, sessions, and what a counter asks for."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from centres.enums import Role
from portal.records import AppendOnly
from support.enums_training import SeatState, Standing
from support.models.course import Course, CourseVersion, Lesson

REASON_LIMIT = 200
# Crockford's letters: none is taken for another. Sixty bits.
CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 12


def new_code() -> str:
    """What is printed on a certificate."""
    return get_random_string(CODE_LENGTH, CODE_LETTERS)


def new_secret() -> str:
    """What the changing code of a session is made from."""
    return secrets.token_hex(16)


class LessonDone(models.Model):
    """Somebody has read a lesson."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="done")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("lesson that was read")
        verbose_name_plural = _("lessons that were read")
        constraints = [models.UniqueConstraint(fields=["user", "lesson"], name="lesson_done_once")]

    def __str__(self) -> str:
        return f"{self.user} {self.lesson_id}"


class Attempt(AppendOnly):
    """One try at the questions of a course; written once. ``answers`` are the places chosen, by question."""

    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="attempts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    day = models.DateField()
    number = models.PositiveSmallIntegerField(help_text=_("Of this day."))
    client_key = models.CharField(max_length=64)
    answers = models.JSONField(default=dict)
    right = models.PositiveSmallIntegerField()
    total = models.PositiveSmallIntegerField()
    passed = models.BooleanField()

    class Meta:
        verbose_name = _("try at a course")
        verbose_name_plural = _("tries at courses")
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "client_key"], name="attempt_sent_once"),
            models.UniqueConstraint(fields=["user", "version", "day", "number"], name="attempt_number_once"),
            models.CheckConstraint(condition=Q(right__lte=F("total"), total__gte=1), name="attempt_counts"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.version_id} {self.right}/{self.total}"


class Certificate(models.Model):
    """Somebody passed a course (giấy chứng nhận hoàn thành tập huấn). Anyone who holds it can check its code."""

    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="certificates")
    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="certificates")
    name = models.CharField(max_length=150, help_text=_("As it is printed."))
    issued_at = models.DateTimeField()
    valid_until = models.DateField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_why = models.CharField(max_length=REASON_LIMIT, blank=True)

    class Meta:
        verbose_name = _("certificate of training")
        verbose_name_plural = _("certificates of training")
        ordering = ["-issued_at", "-id"]
        indexes = [models.Index(fields=["user", "version"], name="certificate_of")]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_why="")),
                name="certificate_withdrawn_with_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    def standing(self, day: date) -> Standing:
        """On this day."""
        if self.withdrawn_at is not None:
            return Standing.WITHDRAWN
        return Standing.ENDED if self.valid_until is not None and self.valid_until < day else Standing.GENUINE


class TrainingSession(models.Model):
    """Some hours together: in a hall, or online at a link."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="sessions")
    centre = models.ForeignKey("centres.Centre", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    trainer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(_("place"), max_length=120, blank=True)
    link = models.URLField(_("link"), max_length=400, blank=True)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    seats = models.PositiveSmallIntegerField(_("seats"), validators=[MinValueValidator(1)])
    secret = models.CharField(max_length=64, default=new_secret, editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_why = models.CharField(max_length=REASON_LIMIT, blank=True)

    class Meta:
        verbose_name = _("session of a course")
        verbose_name_plural = _("sessions of courses")
        ordering = ["from_at", "id"]
        indexes = [models.Index(fields=["until_at"], name="training_session_until")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_at__gt=F("from_at"), seats__gte=1), name="training_session_has_time_and_seats"
            ),
            models.CheckConstraint(condition=~Q(place="", link=""), name="training_session_is_somewhere"),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | ~Q(cancelled_why=""), name="training_session_off_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course} {self.from_at:%Y-%m-%d}"


class SessionSeat(models.Model):
    """Somebody at a session: a seat, a place on the waiting list, and whether they were there."""

    session = models.ForeignKey(TrainingSession, on_delete=models.CASCADE, related_name="taken")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=7, choices=SeatState.choices)
    asked_at = models.DateTimeField()
    attended_at = models.DateTimeField(null=True, blank=True)
    # Whoever scanned the code says it themselves.
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("seat at a session")
        verbose_name_plural = _("seats at sessions")
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["session", "user"], name="session_seat_once"),
            models.CheckConstraint(
                condition=Q(attended_at__isnull=True) | Q(state=SeatState.TAKEN), name="session_there_had_a_seat"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.session_id} {self.state}"


class TrainingRequirement(models.Model):
    """What a role must have done before it opens a counter, from one day with a warning, from another or never with a block.

    Without a course it is the short lessons of new law. A centre's own row stands before the city's for the same.
    """

    centre = models.ForeignKey("centres.Centre", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=16, choices=Role.choices)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, null=True, blank=True, related_name="requirements")
    field = models.ForeignKey("procedures.Field", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Centre, role, course and field in one word, since a database takes one nothing for different from another.
    about = models.CharField(max_length=80, editable=False)
    warns_from = models.DateField()
    blocks_from = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("training that a counter asks for")
        verbose_name_plural = _("training that counters ask for")
        ordering = ["role", "warns_from", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(blocks_from__isnull=True) | Q(blocks_from__gte=F("warns_from")),
                name="training_warns_before_it_blocks",
            ),
            models.UniqueConstraint(fields=["about"], condition=Q(until__isnull=True), name="training_asked_for_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.course_id or '–'} {self.warns_from}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.about = f"{self.centre_id or '-'}:{self.matter}"
        super().save(*args, **kwargs)

    @property
    def matter(self) -> str:
        """The same for a centre's own row and the city's that it stands before."""
        return f"{self.role}:{self.course_id or '-'}:{self.field_id or '-'}"


class TrainingException(AppendOnly):
    """A manager lets somebody open a counter for some days although training is missing; written once, with the reason."""

    centre = models.ForeignKey("centres.Centre", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()
    reason = models.CharField(max_length=REASON_LIMIT)
    lacked = models.JSONField(default=list, help_text=_("What was missing then."))
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("exception from training")
        verbose_name_plural = _("exceptions from training")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["centre", "last_day"], name="training_exception_until")]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")) & ~Q(reason=""), name="training_exception_has_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.last_day}"


class LawLessonRead(models.Model):
    """Somebody has read what a new version of a procedure changes."""

    version = models.ForeignKey("procedures.ProcedureVersion", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("lesson of new law that was read")
        verbose_name_plural = _("lessons of new law that were read")
        constraints = [models.UniqueConstraint(fields=["user", "version"], name="law_lesson_read_once")]

    def __str__(self) -> str:
        return f"{self.user} {self.version_id}"
