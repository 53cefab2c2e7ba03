"""Writing what happens to a request for a helper, and telling the pages that show it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from citizens.models import User
from portal import live
from support.helpers import topic
from support.models import AssistanceEvent, AssistanceRequest


def note(
    *,
    request: AssistanceRequest,
    kind: str,
    at: datetime,
    actor: User | None,
    details: Mapping[str, Any] | None = None,
) -> AssistanceEvent:
    """Add one event, in the caller's transaction."""
    event = AssistanceEvent.objects.create(request=request, kind=kind, at=at, actor=actor, details=dict(details or {}))
    live.bump(topic(request.centre_id), place_topic(request.place_key))
    return event


def place_topic(place_key: str) -> str:
    """What changes with the request at this place."""
    return f"help-at:{place_key}"
