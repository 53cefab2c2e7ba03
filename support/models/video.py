"""A counter or a citizen sees and hears somebody of the support team."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from portal.fsm import StateModel
from portal.records import AppendOnly
from support.enums_video import VIDEO_RUNNING, VideoEventKind, VideoState

PLACE_LIMIT = 80
REFERENCE_LIMIT = 40
_S = VideoState


def new_room() -> str:
    """The name of a room that nobody guesses, in letters and digits, as meeting services take it."""
    return secrets.token_hex(16)


class VideoCall(StateModel):
    """Somebody asks for a video call (cuộc gọi hỗ trợ từ xa). ``place_key`` has one running call, however often it is pressed.

    The machine: waiting → open → ended; while waiting it may be taken back or lapse. The link opens until ``link_until``.
    ``reference`` names the dossier it is about by its code: who may read that dossier is the dossier's own matter.
    """

    centre = models.ForeignKey("centres.Centre", on_delete=models.PROTECT, related_name="video_calls")
    place_key = models.CharField(max_length=40)
    place = models.CharField(max_length=PLACE_LIMIT)
    ticket = models.ForeignKey("centres.Ticket", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=2, default="vi")
    reference = models.CharField(max_length=REFERENCE_LIMIT, blank=True)
    room = models.CharField(max_length=32, unique=True, default=new_room)
    state = FSMField(max_length=9, choices=VideoState.choices, default=VideoState.WAITING, protected=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    link_until = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("video call with support")
        verbose_name_plural = _("video calls with support")
        ordering = ["asked_at", "id"]
        indexes = [models.Index(fields=["centre", "asked_at"], name="video_call_of_centre")]
        constraints = [
            models.UniqueConstraint(
                fields=["place_key"], condition=Q(state__in=VIDEO_RUNNING), name="video_call_once_running"
            ),
            models.CheckConstraint(
                condition=~Q(state=VideoState.OPEN) | Q(answered_by__isnull=False, answered_at__isnull=False),
                name="video_call_open_is_answered",
            ),
            models.CheckConstraint(
                condition=Q(state__in=VIDEO_RUNNING, ended_at__isnull=True)
                | (~Q(state__in=VIDEO_RUNNING) & Q(ended_at__isnull=False)),
                name="video_call_ended_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.asked_at:%H:%M}"

    @transition(state, source=_S.WAITING, target=_S.OPEN)
    def answer(self, by: Any, at: datetime) -> None:
        self.answered_by, self.answered_at = by, at

    @transition(state, source=_S.OPEN, target=_S.ENDED)
    def end(self, at: datetime) -> None:
        self.ended_at = at

    @transition(state, source=_S.WAITING, target=_S.CANCELLED)
    def cancel(self, at: datetime) -> None:
        self.ended_at = at

    @transition(state, source=_S.WAITING, target=_S.LAPSED)
    def lapse(self, at: datetime) -> None:
        self.ended_at = at

    @property
    def is_waiting(self) -> bool:
        return bool(self.state == VideoState.WAITING)

    @property
    def is_open(self) -> bool:
        return bool(self.state == VideoState.OPEN)


class VideoCallEvent(AppendOnly):
    """One change of a call, or one use of its link: what, when, by whom (nobody named: whoever asked); written once."""

    call = models.ForeignKey(VideoCall, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=VideoEventKind.choices)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("event of a video call")
        verbose_name_plural = _("events of video calls")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["call", "at"], name="video_call_event_at")]

    def __str__(self) -> str:
        return f"{self.call_id} {self.kind}"
