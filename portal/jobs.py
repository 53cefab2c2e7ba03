"""Waking a worker without depending on the broker."""

from __future__ import annotations

import structlog
from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

from portal.celery import app

log = structlog.get_logger(__name__)


def wake(task: Task | str, *ids: int) -> None:
    """Run ``task(*ids)`` in a worker soon after the commit; if the broker is down, the sweep does it later.

    A task is named by its dotted path where importing it would close a circle.
    """
    name = task if isinstance(task, str) else task.name

    def send() -> None:
        try:
            app.send_task(name, ids, retry=False)
        except (OperationalError, OSError) as error:
            log.warning("broker_down", task=name, rows=ids, error=type(error).__name__)

    transaction.on_commit(send)
