"""What runs by the clock; the watch does the first of them, too, when no worker is left to do it."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task

from portal import clock
from support.actions.call import call, due_calls
from support.models import FailedJob, Heartbeat

WORKER, COURIER = "worker", "courier"
# Only a bound on the table: the watch looks back ten minutes.
KEEP_FAILURES = timedelta(days=30)


@shared_task
def call_on_call() -> None:
    """Tell the people on call of what nobody has answered."""
    at = clock.now()
    for incident_id in due_calls(at):
        call(incident_id=incident_id, at=at)


@shared_task
def beat(name: str = WORKER) -> None:
    """Say that scheduler, broker, the worker of this queue and the database work together."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": clock.now()})


@shared_task
def forget_failures() -> None:
    FailedJob.objects.filter(at__lt=clock.now() - KEEP_FAILURES).delete()
