"""Jobs of the house itself."""

from __future__ import annotations

from celery import shared_task

from portal import clock, files


@shared_task
def tidy_files() -> None:
    """Remove unfinished files from the store; they are small in number and large in size."""
    files.remove_stale(clock.now().timestamp())
