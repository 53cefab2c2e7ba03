"""Telling helpers: the free ones first, then all of them, then the managers."""

from __future__ import annotations

from datetime import datetime, timedelta

from notifications.actions.queue import queue_notice
from portal import clock
from support.enums_help import HelpEventKind, Ring
from support.help_history import note
from support.helpers import browsers_of, people_told
from support.messages import HelpCall
from support.models import AssistanceRequest
from support.rules import rules_on

OCCASION = "help"


def ring(*, request: AssistanceRequest, first: Ring = Ring.FREE, at: datetime) -> None:
    """Tell the first of these from ``first`` on among whom anybody is; the request's row is held by the caller."""
    people = []
    for level in [level for level in Ring if level >= first]:
        request.ring = level
        if people := people_told(request.centre_id, level, at):
            break
    seconds = rules_on(clock.local_day(at)).help_wider_seconds
    request.wider_at = at + timedelta(seconds=seconds) if request.ring < Ring.MANAGERS else None
    request.save(update_fields=["ring", "wider_at"])
    reach = browsers_of(people)
    for user_id, recipient in reach.items():
        queue_notice(
            notice=HelpCall(request=request, reference=request.place),
            recipient=recipient,
            dedup_key=f"{OCCASION}:{request.pk}:{at:%H%M%S}:{request.ring}:{user_id}",
            not_after=at + timedelta(minutes=rules_on(clock.local_day(at)).help_lapse_minutes),
            at=at,
        )
    details = {"ring": int(request.ring), "people": [person.pk for person in people], "browsers": len(reach)}
    note(request=request, kind=HelpEventKind.RUNG, at=at, actor=None, details=details)
