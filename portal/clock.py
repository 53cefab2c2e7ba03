"""The time as the rules see it: one place to read it, so that a test can set it.

Rules get moments as arguments; only views, tasks and commands call ``now``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
_fixed: ContextVar[datetime | None] = ContextVar("fixed_now", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _fixed.get() or timezone.now()


def today() -> date:
    """The present day in Hanoi, whatever the server's zone is."""
    return local_day(now())


def local(moment: datetime) -> datetime:
    """The same moment on a clock in Hanoi."""
    return moment.astimezone(HANOI)


def local_day(moment: datetime) -> date:
    """The day in Hanoi at this moment (UTC+7: a new day begins at 17:00 UTC)."""
    return local(moment).date()


@contextmanager
def fixed(moment: datetime) -> Iterator[None]:
    """Let ``now`` answer this moment inside the block, in this thread."""
    token = _fixed.set(moment)
    try:
        yield
    finally:
        _fixed.reset(token)
