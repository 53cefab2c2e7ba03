"""Forget where people were reached, when that was only for a day."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from notifications.enums import OPEN, MessageState
from notifications.models import Message, PushSubscription


@transaction.atomic
def forget_addresses(*, kind: str, before: datetime) -> int:
    """Blank address and text of this kind's messages from before that moment; what waits is given up. Returns how many.

    That a message was sent, and its dedup key, stay.
    """
    old = Message.objects.filter(kind=kind, created_at__lt=before).exclude(recipient="")
    old.filter(state__in=OPEN).update(state=MessageState.DEAD, last_error="The day ended.")
    return old.update(recipient="", body="")


@transaction.atomic
def forget_browsers(*, before: datetime) -> int:
    """Drop the browsers that subscribed before that moment. Returns how many."""
    return PushSubscription.objects.filter(created_at__lt=before).delete()[0]
