"""What runs by the clock."""

from __future__ import annotations

from celery import shared_task

from centres.actions.close_day import close_day
from centres.actions.miss_held import miss_held as miss_held_at
from portal import clock


@shared_task
def close_yesterday() -> int:
    """Close what earlier days left open; running it again does nothing more."""
    at = clock.now()
    return close_day(before=clock.local_day(at), at=at)


@shared_task
def miss_held() -> int:
    """Held places whose time is over become no-shows; running it again does nothing more."""
    return miss_held_at(at=clock.now())
