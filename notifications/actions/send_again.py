"""Give messages that were given up another chance."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from notifications.enums import MessageState
from notifications.models import Message
from notifications.tasks import sweep
from portal import jobs


@transaction.atomic
def send_again(*, message_ids: Iterable[int], at: datetime, acting_user: Any) -> int:
    """Queue those of these messages that are dead, with all tries ahead of them; returns how many.

    One whose address was forgotten (``forget``) stays as it is.

    ``acting_user`` is named by the administration's own log.
    """
    dead = Message.objects.filter(pk__in=list(message_ids), state=MessageState.DEAD).exclude(recipient="")
    count = dead.update(state=MessageState.QUEUED, attempts=0, not_before=at)
    jobs.wake(sweep)
    return count
