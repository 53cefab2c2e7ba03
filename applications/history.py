"""Writing the history: one row a change, chained to the one before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from applications.models import Application, Event, EventValue
from applications.national import outbox
from centres.models import Centre
from citizens.models import User
from portal import chain


def record(
    *,
    application: Application,
    kind: str,
    at: datetime,
    actor: User | None,
    centre: Centre | None = None,
    from_state: int | None = None,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
    personal: Mapping[str, str] | None = None,
    first: bool = False,
) -> Event:
    """Add one event to the dossier's chain, and the row that tells the national portal, in the caller's transaction.

    The caller holds the dossier's row lock. ``from_state`` is left out where the state did not change. Personal
    values go into ``personal``, never into ``reason`` or ``details``: they can be erased without breaking the chain.
    ``first`` saves the look for an earlier event of what was made in the same transaction.
    """
    previous = None if first else application.events.order_by("-sequence").values_list("sequence", "hash").first()
    sequence, head = previous or (0, chain.GENESIS)
    sealed = chain.seal({name: value for name, value in (personal or {}).items() if value})
    event = Event(
        application=application,
        sequence=sequence + 1,
        kind=kind,
        at=at,
        actor=actor,
        centre=centre,
        from_state=application.state if from_state is None else from_state,
        to_state=application.state,
        reason=reason,
        details=dict(details or {}),
        digests={name: value.digest for name, value in sealed.items()},
        previous_hash=head,
    )
    event.hash = chain.link(head, event.chained_body(), event.chained_digests())
    event.save()
    EventValue.objects.bulk_create(
        EventValue(event=event, name=name, value=value.value, salt=value.salt) for name, value in sealed.items()
    )
    outbox.note(event, first=previous is None)
    return event


def erase(application: Application, at: datetime) -> int:
    """Blank every personal value of the dossier's changes so far and their salts; the chain stays whole (Law 91/2025 art. 14).
    The caller then records ``ERASED`` of everything at the same moment, or ``verify_history`` finds it."""
    rows = EventValue.objects.filter(event__in=Event.objects.filter(application=application), erased_at=None)
    return rows.update(value=None, salt=None, erased_at=at)
