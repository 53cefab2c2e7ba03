"""What runs by the clock."""

from __future__ import annotations

from celery import shared_task

from centres.actions.close_day import close_day
from centres.actions.sweep_appointments import close_missed, erase, remind
from portal import clock


@shared_task
def close_yesterday() -> int:
    """Close what earlier days left open; running it again does nothing more."""
    at = clock.now()
    return close_day(before=clock.local_day(at), at=at)


@shared_task
def sweep_appointments() -> None:
    """End missed appointments, remind of tomorrow's, erase who is long served; running it again does nothing more."""
    at = clock.now()
    close_missed(at=at)
    remind(at=at)
    erase(at=at)
