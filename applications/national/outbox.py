"""Rows for the national portal, written by the history: whatever changes a dossier there leaves one in its transaction."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings

from applications.enums import EventKind, SyncState
from applications.enums_national import ItemKind
from applications.models.national import Arrival, SyncItem
from portal import jobs

if TYPE_CHECKING:
    from applications.models import Application, Event

TASK = "applications.tasks.tell_national"
# Steps that change who has the dossier, what it is promised for or what it says, while its national state stays.
_WITHIN_A_STATE = frozenset({
    EventKind.PROPOSED, EventKind.RETURNED_FOR_REWORK, EventKind.CONSULTED, EventKind.ANSWERED, EventKind.HANDED_ON,
    EventKind.FORWARDED, EventKind.EXTENDED, EventKind.DUE_MOVED, EventKind.REISSUED, EventKind.REPLACED,
    EventKind.POSTED, EventKind.CAME_BACK,
})  # fmt: skip


def is_connected() -> bool:
    return bool(settings.NATIONAL_URL)


def is_step(event: Event) -> bool:
    """Whether the national portal is told of this event."""
    within = event.kind in _WITHIN_A_STATE or "part" in event.details
    return event.from_state != event.to_state or within


def note(event: Event, *, first: bool = False) -> None:
    """Write the row of this event, and those of everything before it that was never told, if a national portal is connected.

    The caller holds the dossier's row lock, which is what makes the rows' keys the order of the events. ``first``: it is the
    dossier's first, which saves the look for earlier ones.
    """
    dossier = event.application
    if not is_connected() or not is_step(event) or not known_there(dossier):
        return
    events = [event] if first or dossier.sync_state != SyncState.LOCAL else _untold(dossier)
    queue(dossier, events, event.at)


def known_there(dossier: Application) -> bool:
    """Only what has a code can be named there: a dossier's own, or the one that it was filed under."""
    return bool(dossier.code) or Arrival.objects.filter(application=dossier).exists()


def queue(dossier: Application, events: list[Event], at: datetime) -> None:
    """Rows for these events in their order; the dossier waits to be sent."""
    SyncItem.objects.bulk_create(
        SyncItem(
            application=dossier,
            event=event,
            kind=ItemKind.DOSSIER if event.kind == EventKind.RECEIVED else ItemKind.PROGRESS,
            created_at=at,
            not_before=at,
        )
        for event in events
    )
    now_queued(dossier)


def queue_untold(dossier: Application, at: datetime) -> bool:
    """Rows of everything that happened to a dossier of which the national portal was never told; whether there was anything.
    The caller holds the dossier's row lock."""
    events = _untold(dossier) if dossier.sync_state == SyncState.LOCAL and known_there(dossier) else []
    if events:
        queue(dossier, events, at)
    return bool(events)


def queue_again(dossier: Application, at: datetime) -> SyncItem:
    """One row that sends the dossier as it is, because it is not so there. The caller holds the dossier's row lock."""
    item = SyncItem.objects.create(application=dossier, kind=ItemKind.AGAIN, created_at=at, not_before=at)
    now_queued(dossier)
    return item


def now_queued(dossier: Application) -> None:
    if dossier.sync_state in (SyncState.LOCAL, SyncState.SENT):
        dossier.sync_state = SyncState.QUEUED
        type(dossier).objects.filter(pk=dossier.pk).update(sync_state=SyncState.QUEUED)
    jobs.wake(TASK, dossier.pk)


def _untold(dossier: Application) -> list[Event]:
    rows = dossier.events.filter(sync_item__isnull=True).order_by("sequence")
    return [event for event in rows if is_step(event)]
