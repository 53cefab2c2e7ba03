"""The hall as it stands at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from centres.order import Place


@dataclass(frozen=True)
class Desk:
    """A counter. ``services`` are ids."""

    counter_id: int
    services: frozenset[int]
    is_open: bool
    since: datetime | None = None
    """When it became as it is: open, or paused or closed."""
    who: int = 0
    """Whose pace it has: the officer, or the counter where none is known."""
    serving: int | None = None
    """The service of whoever is at it now."""
    called_at: datetime | None = None
    freed_at: datetime | None = None
    """When the last person left it, where nobody is at it."""
    calm: int | None = None
    """Running calls that have overtaken nobody; none where none has overtaken today."""


@dataclass(frozen=True)
class Hall:
    """``hours``: the opening hours of today, of which closing for lunch is seen where no habit is known yet."""

    at: datetime
    waiting: tuple[Place, ...]
    desks: tuple[Desk, ...]
    cap: int | None
    hours: tuple[tuple[datetime, datetime], ...] = ()
