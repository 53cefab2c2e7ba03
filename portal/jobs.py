"""Waking a worker without depending on the broker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog
from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

from portal.celery import app

log = structlog.get_logger(__name__)
# After that a sweep has done it: wakes that nobody heard must not be worked off one by one.
WAKE_SECONDS = 120
_left_to_sweeps: ContextVar[bool] = ContextVar("left_to_sweeps", default=False)


@contextmanager
def left_to_sweeps() -> Iterator[None]:
    """Wake nobody inside the block: rows by the hundred are done by the sweeps, without a job for each."""
    token = _left_to_sweeps.set(True)
    try:
        yield
    finally:
        _left_to_sweeps.reset(token)


def wake(task: Task | str, *ids: int) -> None:
    """Run ``task(*ids)`` in a worker soon after the commit; if the broker is down, the sweep does it later.

    A task is named by its dotted path where importing it would close a circle.
    """
    if _left_to_sweeps.get():
        return
    name = task if isinstance(task, str) else task.name

    def send() -> None:
        try:
            app.send_task(name, ids, retry=False, expires=WAKE_SECONDS)
        except (OperationalError, OSError) as error:
            log.warning("broker_down", task=name, rows=ids, error=type(error).__name__)

    transaction.on_commit(send)
