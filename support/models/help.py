"""Somebody in the hall asks for a person, and a helper goes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from centres.models.ticket import new_token
from portal.fsm import StateModel
from portal.records import AppendOnly
from support.enums_help import HELP_NOT_THERE, HELP_OPEN, HELP_OUT, HelpEventKind, HelpSource, HelpState, Ring, Urgency

BADGE_LIMIT = 60
PLACE_LIMIT = 80
_S = HelpState


class HelperShift(models.Model):
    """A helper who is in the hall today (ca trực hỗ trợ tại sảnh), and what people know them by."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="helper_shifts")
    centre = models.ForeignKey("centres.Centre", on_delete=models.PROTECT, related_name="helper_shifts")
    day = models.DateField()
    badge = models.CharField(_("what people know you by"), max_length=BADGE_LIMIT)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("shift of a helper")
        verbose_name_plural = _("shifts of helpers")
        ordering = ["-began_at", "-id"]
        indexes = [models.Index(fields=["centre", "day"], name="helper_shift_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "day"], condition=Q(ended_at__isnull=True), name="helper_on_duty_once"
            ),
            models.CheckConstraint(condition=~Q(badge=""), name="helper_known_by_something"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.day}"


class HelpPoint(models.Model):
    """A seat or a place in the hall with a code to scan. A code that was taken away opens nothing."""

    centre = models.ForeignKey("centres.Centre", on_delete=models.CASCADE, related_name="help_points")
    name = models.CharField(_("place"), max_length=PLACE_LIMIT)
    token = models.CharField(max_length=32, unique=True, default=new_token)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("place with a help code")
        verbose_name_plural = _("places with a help code")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "name"], condition=Q(retired_at__isnull=True), name="help_point_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AssistanceRequest(StateModel):
    """Somebody asks for a person (yêu cầu hỗ trợ tại sảnh). ``place_key`` has one open request, however often it is pressed.

    The machine: waiting → coming ⇄ waiting, coming → here → done. Before somebody is there it may be taken back; what
    nobody answers lapses. A helper is out for one person at a time.
    """

    centre = models.ForeignKey("centres.Centre", on_delete=models.PROTECT, related_name="assistance")
    source = models.CharField(max_length=6, choices=HelpSource.choices)
    place_key = models.CharField(max_length=40)
    place = models.CharField(max_length=PLACE_LIMIT)
    ticket = models.ForeignKey("centres.Ticket", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=2, default="vi")
    is_old = models.BooleanField(default=False)
    is_alone = models.BooleanField(default=False)
    urgency = models.PositiveSmallIntegerField(choices=Urgency.choices, default=Urgency.ORDINARY)
    state = FSMField(max_length=9, choices=HelpState.choices, default=HelpState.WAITING, protected=True)
    ring = models.PositiveSmallIntegerField(choices=Ring.choices, default=Ring.FREE)
    wider_at = models.DateTimeField(null=True, blank=True, help_text=_("When more people are told."))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    helper = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="helped"
    )
    badge = models.CharField(max_length=BADGE_LIMIT, blank=True)
    asked_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    expected_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("request for a helper")
        verbose_name_plural = _("requests for helpers")
        ordering = ["urgency", "asked_at", "id"]
        indexes = [
            models.Index(fields=["centre", "asked_at"], name="assistance_of_centre"),
            models.Index(fields=["wider_at"], condition=Q(wider_at__isnull=False), name="assistance_wider"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["place_key"], condition=Q(state__in=HELP_OPEN), name="assistance_once_open"
            ),
            models.UniqueConstraint(fields=["helper"], condition=Q(state__in=HELP_OUT), name="helper_out_once"),
            models.CheckConstraint(
                condition=~Q(state__in=[*HELP_OUT, HelpState.DONE, HelpState.NOBODY])
                | Q(helper__isnull=False, accepted_at__isnull=False),
                name="assistance_has_helper",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[HelpState.HERE, HelpState.DONE]) | Q(arrived_at__isnull=False),
                name="assistance_here_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=HELP_OPEN, ended_at__isnull=True)
                | (~Q(state__in=HELP_OPEN) & Q(ended_at__isnull=False)),
                name="assistance_ended_has_time",
            ),
            models.CheckConstraint(
                condition=Q(wider_at__isnull=True) | Q(state=HelpState.WAITING), name="assistance_rings_while_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.asked_at:%H:%M}"

    @transition(state, source=_S.WAITING, target=_S.COMING)
    def accept(self, by: Any, badge: str, at: datetime, expected_at: datetime) -> None:
        self.helper, self.badge = by, badge
        self.accepted_at, self.expected_at, self.wider_at = at, expected_at, None

    @transition(state, source=_S.COMING, target=_S.WAITING)
    def give_back(self) -> None:
        self.helper, self.badge = None, ""
        self.accepted_at = self.expected_at = None

    @transition(state, source=_S.COMING, target=_S.HERE)
    def arrive(self, at: datetime) -> None:
        self.arrived_at = at

    @transition(state, source=_S.HERE, target=_S.DONE)
    def finish(self, at: datetime) -> None:
        self.ended_at = at

    @transition(state, source=_S.COMING, target=_S.NOBODY)
    def find_nobody(self, at: datetime) -> None:
        self.ended_at = at

    @transition(state, source=HELP_NOT_THERE, target=_S.CANCELLED)
    def cancel(self, at: datetime) -> None:
        self.ended_at, self.wider_at = at, None

    @transition(state, source=HELP_NOT_THERE, target=_S.LAPSED)
    def lapse(self, at: datetime) -> None:
        self.ended_at, self.wider_at = at, None

    @property
    def is_waiting(self) -> bool:
        return bool(self.state == HelpState.WAITING)

    @property
    def is_coming(self) -> bool:
        return bool(self.state == HelpState.COMING)

    @property
    def is_here(self) -> bool:
        return bool(self.state == HelpState.HERE)


class AssistanceEvent(AppendOnly):
    """One change of a request: what, when, by whom; written once."""

    request = models.ForeignKey(AssistanceRequest, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=HelpEventKind.choices)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("event of a request for a helper")
        verbose_name_plural = _("events of requests for helpers")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["request", "at"], name="assistance_event_at")]

    def __str__(self) -> str:
        return f"{self.request_id} {self.kind}"
