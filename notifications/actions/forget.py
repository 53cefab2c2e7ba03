"""Forget where people were reached, when that was only for a day."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from notifications.enums import OPEN, MessageState
from notifications.models import Message, PushSubscription
from notifications.querysets import MessageQuerySet


@transaction.atomic
def forget_addresses(*, kind: str, before: datetime) -> int:
    """Blank address and text of this kind's messages from before that moment; what waits is given up. Returns how many.

    That a message was sent, and its dedup key, stay.
    """
    return _blank(Message.objects.filter(kind=kind, created_at__lt=before), "The day ended.")


@transaction.atomic
def forget_occasion(*, occasion: str) -> int:
    """The same for everything written with keys that begin with this occasion, at once. Returns how many."""
    return _blank(Message.objects.of_occasion(occasion), "The person was forgotten.")


def _blank(messages: MessageQuerySet, why: str) -> int:
    known = messages.exclude(recipient="")
    known.filter(state__in=OPEN).update(state=MessageState.DEAD, last_error=why)
    return known.update(recipient="", body="")


@transaction.atomic
def forget_browsers(*, before: datetime) -> int:
    """Drop the browsers that subscribed for a day before that moment. Returns how many."""
    return PushSubscription.objects.filter(created_at__lt=before, lasts=False).delete()[0]
