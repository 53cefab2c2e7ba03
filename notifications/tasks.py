"""Jobs of the outbox. A lost job costs time, never a message: the next sweep finds every row."""

from __future__ import annotations

import time

from celery import shared_task

from notifications.actions.deliver import deliver
from notifications.channels.outcome import Unreachable
from notifications.models import Message
from portal import clock

# A worker has other jobs too.
SWEEP_SECONDS = 60
SWEEP_ROWS = 500


@shared_task
def sweep() -> None:
    """Send what is due, the longest waiting first. Any number of sweeps may run at once."""
    ends = time.monotonic() + SWEEP_SECONDS
    due = Message.objects.due(clock.now()).order_by("not_before", "pk").values_list("pk", "channel")
    silent: set[str] = set()
    for message_id, channel in list(due[:SWEEP_ROWS]):
        if time.monotonic() > ends:
            return
        if channel in silent:
            continue
        try:
            deliver(message_id=message_id, at=clock.now())
        except Unreachable:
            # One message has waited for a connection in vain; the others need not.
            silent.add(channel)
