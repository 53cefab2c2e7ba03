"""Jobs that end in an error are written down: their own rows say what is left to do, the watch says that it fails."""

from __future__ import annotations

from typing import Any

import structlog
from celery.signals import task_failure
from django.db import DatabaseError

from portal import clock
from support.models import FailedJob

log = structlog.get_logger(__name__)


def listen() -> None:
    """Hear of every job that fails in this process."""
    task_failure.connect(_write_down, dispatch_uid="support.failed_jobs")


def _write_down(sender: Any = None, exception: BaseException | None = None, **_more: Any) -> None:
    name = str(getattr(sender, "name", sender))[:120]
    try:
        FailedJob.objects.create(task=name, error=type(exception).__name__[:80], at=clock.now())
    except DatabaseError as error:  # it fails for want of a database: the watch sees that, too
        log.warning("failed_job_not_kept", task=name, error=type(error).__name__)
