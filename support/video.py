"""Video calls: whose are open, where they lead, and who is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from centres.permissions import centres_of
from portal import clock
from support.asking import Place
from support.enums_video import VIDEO_RUNNING, VideoState
from support.models import VideoCall
from support.permissions import RESPONDERS
from support.rules import rules_on

# What changes with every call of any centre: one list for all of support.
TOPIC = "video-calls"


def running_at(place: Place) -> VideoCall | None:
    """What was asked for at this place and has not ended."""
    found = VideoCall.objects.filter(place_key=place.key, state__in=VIDEO_RUNNING)
    return found.select_related("centre", "answered_by").first()


def answered_by(user: Any) -> QuerySet[VideoCall]:
    """The calls that this person of support may answer, or has: those of the centres they support."""
    allowed = centres_of(user, RESPONDERS)
    rows = VideoCall.objects.select_related("centre", "answered_by", "ticket__service", "asked_by")
    return rows if allowed is None else rows.filter(centre__in=allowed)


def waiting(user: Any) -> QuerySet[VideoCall]:
    return answered_by(user).filter(state=VideoState.WAITING)


def address_of(call: VideoCall) -> str:
    """Where the meeting service has this call's room; nobody else's is guessed from it."""
    template = settings.VIDEO_CALL_URL if "{room}" in settings.VIDEO_CALL_URL else f"{settings.VIDEO_CALL_URL}/{{room}}"
    return template.replace("{room}", call.room)


def may_enter(call: VideoCall, at: datetime) -> bool:
    """Answered, not ended, and within the minutes that a link opens."""
    return call.is_open and at < call.link_until


def stale(at: datetime) -> QuerySet[VideoCall]:
    """Calls that end by themselves: nobody answered, or the link's time is over."""
    limit = at - timedelta(minutes=rules_on(clock.local_day(at)).video_lapse_minutes)
    unanswered = VideoCall.objects.filter(state=VideoState.WAITING, asked_at__lt=limit)
    return unanswered | VideoCall.objects.filter(state=VideoState.OPEN, link_until__lte=at)
