"""How the exchange with the national portal stands, in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from django.utils.translation import get_language

from applications.enums import State
from applications.enums_national import OPEN, Difference, ItemState, Trouble
from applications.models import SyncDifference, SyncItem
from applications.national.shape import read
from portal.vn.dates import format_moment

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
        oldest=Min(
            "created_at", filter=Q(state__in=[ItemState.WAITING, ItemState.SENDING], application__sync_state="queued")
        ),
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


@dataclass(frozen=True)
class Differing:
    """One line of a comparison, in words."""

    row: SyncDifference

    @property
    def ours(self) -> str:
        return self._words(self.row.ours)

    @property
    def theirs(self) -> str:
        return self._words(self.row.theirs)

    def _words(self, value: str) -> str:
        """A state by its name, a moment as one reads it; as it came where it is neither."""
        if self.row.kind == Difference.DUE:
            try:
                return format_moment(read(value), get_language() or "vi")
            except ValueError:
                return value or "–"
        return str(State(int(value)).label) if value in map(str, State.values) else value or "–"
