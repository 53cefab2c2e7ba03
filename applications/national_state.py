"""How the exchange with the national portal stands, in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from applications.models import SyncItem
from applications.national.enums import OPEN, ItemState, Trouble

# Decree 301/2026: at most ten minutes after each procedure.
PROMISED = timedelta(minutes=10)


@dataclass(frozen=True)
class Overview:
    """Rows that wait and that were given up, since when the oldest waits, and what keeps it."""

    waiting: int
    dead: int
    oldest: datetime | None
    is_late: bool
    trouble: str


def overview(at: datetime) -> Overview:
    """Two statements, both over open rows alone."""
    found = SyncItem.objects.filter(state__in=OPEN).aggregate(
        waiting=Count("pk", filter=~Q(state=ItemState.DEAD)),
        dead=Count("pk", filter=Q(state=ItemState.DEAD)),
        # What waits behind a row that was given up is not late by itself.
        oldest=Min("created_at", filter=Q(state__in=[ItemState.WAITING, ItemState.SENDING], application__sync_state="queued")),
    )
    oldest = found["oldest"]
    troubled = SyncItem.objects.filter(state=ItemState.WAITING).exclude(trouble=Trouble.NONE).order_by("pk")
    trouble = troubled.values_list("trouble", flat=True).first()
    return Overview(
        waiting=found["waiting"],
        dead=found["dead"],
        oldest=oldest,
        is_late=oldest is not None and oldest < at - PROMISED,
        trouble=str(Trouble(trouble).label) if trouble else "",
    )
