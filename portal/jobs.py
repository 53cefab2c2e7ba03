"""Waking a worker without depending on the broker."""

from __future__ import annotations

import structlog
from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def wake(task: Task, row_id: int) -> None:
    """Run ``task(row_id)`` in a worker soon after the commit; if the broker is down, the sweep does it later."""

    def send() -> None:
        try:
            task.apply_async((row_id,), retry=False)
        except (OperationalError, OSError) as error:
            log.warning("broker_down", task=task.name, row=row_id, error=type(error).__name__)

    transaction.on_commit(send)
