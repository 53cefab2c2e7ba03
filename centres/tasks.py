"""What runs by the clock."""

from __future__ import annotations

from celery import shared_task

from centres.actions.close_day import close_day
from centres.actions.summarise import summarise
from portal import clock


@shared_task
def close_yesterday() -> int:
    """Close what earlier days left open; running it again does nothing more."""
    at = clock.now()
    return close_day(before=clock.local_day(at), at=at)


@shared_task
def keep_summaries() -> int:
    """Count the days that something happened on since the last run; running it again does nothing more."""
    return summarise(at=clock.now())
