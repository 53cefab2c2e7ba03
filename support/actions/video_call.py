"""A counter or a citizen asks for a video call with support; somebody answers, both open the link, and it ends."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from centres.enums import ENDED
from citizens.models import User
from notifications.actions.queue import queue_notice
from portal import clock, live
from portal.errors import RuleBroken
from support import on_call
from support.asking import Place
from support.enums_video import VIDEO_RUNNING, VideoEventKind, VideoState
from support.help_history import place_topic
from support.helpers import browsers_of
from support.messages import VideoCallAsked
from support.models import VideoCall, VideoCallEvent
from support.permissions import require_responder
from support.rules import rules_on
from support.video import TOPIC, address_of, may_enter, stale

OCCASION = "video"
_REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9.\-]{3,39}")


@transaction.atomic
def ask(*, place: Place, reference: str = "", language: str, at: datetime, acting_user: User | None) -> VideoCall:
    """Ask the support team for a video call. What runs at this place already is what one gets: the database says so.

    ``reference`` is the code of the dossier it is about; what is none is left out. Raises ``RuleBroken`` where no video
    calls are offered, or the number is not of now.
    """
    ticket = place.ticket
    if not settings.VIDEO_CALLS:
        raise RuleBroken(_("Video calls are not offered here. Please ask for a helper."), code="no_video_calls")
    if acting_user is None and ticket and (ticket.day != clock.local_day(at) or ticket.state in ENDED):
        raise RuleBroken(
            _("This number is not valid any more. Please ask a member of staff, or scan the code beside your seat."),
            code="not_of_now",
        )
    link_until = at + timedelta(minutes=rules_on(clock.local_day(at)).video_link_minutes)
    try:
        with transaction.atomic():
            call = VideoCall.objects.create(
                centre=place.centre,
                place_key=place.key,
                place=place.name,
                ticket=ticket,
                language=language,
                reference=reference if _REFERENCE.fullmatch(reference) else "",
                asked_by=acting_user,
                asked_at=at,
                link_until=link_until,
            )
    except IntegrityError:
        return VideoCall.objects.get(place_key=place.key, state__in=VIDEO_RUNNING)
    _note(call, VideoEventKind.ASKED, at, acting_user)
    _tell(call, at)
    return call


@transaction.atomic
def answer(*, call: VideoCall, at: datetime, acting_user: User) -> VideoCall:
    """I talk with them. Of two at once one does; the link opens for as long from now on. Raises ``NotAllowed``, ``RuleBroken``."""
    row = _locked(call)
    require_responder(acting_user, row.centre_id)
    if not row.is_waiting:
        raise _not_now(row)
    row.answer(acting_user, at)
    row.link_until = at + timedelta(minutes=rules_on(clock.local_day(at)).video_link_minutes)
    row.save(update_fields=["state", "answered_by", "answered_at", "link_until"])
    _note(row, VideoEventKind.ANSWERED, at, acting_user)
    return row


@transaction.atomic
def enter(*, call: VideoCall, at: datetime, acting_user: User | None) -> str:
    """The meeting service's address for whoever asked (``acting_user`` is ``None`` for a citizen) and who answered; that it
    was opened is written down. Raises ``RuleBroken`` before it was answered and after its time.
    """
    row = _locked(call)
    if acting_user is not None and acting_user.pk not in (row.asked_by_id, row.answered_by_id):
        raise RuleBroken(_("Somebody else has answered this call."), code="not_yours")
    if not may_enter(row, at):
        raise RuleBroken(_("This call's link is not open. Please call again."), code="link_closed")
    _note(row, VideoEventKind.ENTERED, at, acting_user)
    return address_of(row)


@transaction.atomic
def end(*, call: VideoCall, at: datetime, acting_user: User | None) -> None:
    """Either side ends it, or takes it back while nobody has answered; a second time does no harm.

    Raises ``NotAllowed`` for staff who are neither.
    """
    row = _locked(call)
    if acting_user is not None and acting_user.pk not in (row.asked_by_id, row.answered_by_id):
        require_responder(acting_user, row.centre_id)
    if row.is_waiting:
        row.cancel(at)
        kind = VideoEventKind.CANCELLED
    elif row.is_open:
        row.end(at)
        kind = VideoEventKind.ENDED
    else:
        return
    row.save(update_fields=["state", "ended_at"])
    _note(row, kind, at, acting_user)


@transaction.atomic
def end_by_itself(*, call_id: int, at: datetime) -> None:
    """Nobody answered, or nobody ended what the link no longer opens."""
    row = VideoCall.objects.select_for_update(of=("self",)).filter(pk__in=stale(at).values("pk"), pk=call_id).first()
    if row is None:
        return
    kind = VideoEventKind.LAPSED if row.is_waiting else VideoEventKind.ENDED
    if row.is_waiting:
        row.lapse(at)
    else:
        row.end(at)
    row.save(update_fields=["state", "ended_at"])
    _note(row, kind, at, None)


def _tell(call: VideoCall, at: datetime) -> None:
    """Everybody on call and everybody of support hears of it in their browsers: somebody is waiting before a screen."""
    people = [person for level in on_call.levels(call.centre_id, at) for person in level]
    reach = browsers_of(people)
    for user_id, recipient in reach.items():
        queue_notice(
            notice=VideoCallAsked(call=call, reference=call.place),
            recipient=recipient,
            dedup_key=f"{OCCASION}:{call.pk}:{user_id}",
            not_after=call.link_until,
            at=at,
        )
    _note(call, VideoEventKind.TOLD, at, None, {"people": len(people), "browsers": len(reach)})


def _note(call: VideoCall, kind: str, at: datetime, actor: User | None, details: dict[str, Any] | None = None) -> None:
    VideoCallEvent.objects.create(call=call, kind=kind, at=at, actor=actor, details=details or {})
    live.bump(TOPIC, place_topic(f"video-{call.place_key}"))


def _locked(call: VideoCall) -> VideoCall:
    return VideoCall.objects.select_for_update(of=("self",)).get(pk=call.pk)


def _not_now(row: VideoCall) -> RuleBroken:
    if row.state == VideoState.OPEN:
        return RuleBroken(_("%(name)s has answered this call.") % {"name": row.answered_by}, code="answered_already")
    return RuleBroken(_("This call has ended."), code="call_ended")
