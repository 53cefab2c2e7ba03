"""What runs by the clock; the watch does the first of them, too, when no worker is left to do it."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task

from portal import clock
from support import video
from support.actions import video_call
from support.actions.call import call, due_calls
from support.actions.go_to_help import end_by_itself, to_widen, widen
from support.helpers import stale
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


@shared_task
def mind_help() -> None:
    """Requests for helpers that nobody answers go to more people; what nobody ended ends, video calls too."""
    at = clock.now()
    for request_id in to_widen(at):
        widen(request_id=request_id, at=at)
    for request_id in list(stale(at).values_list("pk", flat=True)):
        end_by_itself(request_id=request_id, at=at)
    for call_id in list(video.stale(at).values_list("pk", flat=True)):
        video_call.end_by_itself(call_id=call_id, at=at)
