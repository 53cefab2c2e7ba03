"""Writing the history of incidents: one row a change, chained to the one before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from citizens.models import User
from portal import chain, live
from support.models import Incident, IncidentEvent
from support.models.incident import NOTE_LIMIT

# Whoever shows the list, an incident or a banner looks again.
TOPIC = "incidents"


def record(
    *,
    incident: Incident,
    kind: str,
    at: datetime,
    actor: User | None,
    from_state: str | None = None,
    note: str = "",
    details: Mapping[str, Any] | None = None,
) -> IncidentEvent:
    """Add one event to the incident's chain, in the caller's transaction, which holds the incident's row.

    ``from_state`` is left out where the state did not change.
    """
    last = incident.events.order_by("-sequence").values_list("sequence", "hash").first()
    sequence, head = last or (0, chain.GENESIS)
    event = IncidentEvent(
        incident=incident,
        sequence=sequence + 1,
        kind=kind,
        at=at,
        actor=actor,
        from_state=incident.state if from_state is None else from_state,
        to_state=incident.state,
        note=" ".join(note.split())[:NOTE_LIMIT],
        details=dict(details or {}),
        previous_hash=head,
    )
    event.hash = chain.link(head, event.chained_body(), event.chained_digests())
    event.save()
    live.bump(TOPIC)
    return event
