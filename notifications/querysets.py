"""What can be asked of the outbox."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from notifications.enums import MessageState


class MessageQuerySet(models.QuerySet):
    def of_occasion(self, occasion: str) -> Self:
        """What was written with a key that is, or begins with, this one and a colon. By the index of the keys."""
        return self.filter(dedup_key__startswith=f"{occasion}:")

    def due(self, at: datetime) -> Self:
        """What waits to be sent, and what a worker took longer than a lease ago and never finished."""
        lease = timedelta(seconds=settings.NOTICE_LEASE_SECONDS)
        waiting = Q(state=MessageState.QUEUED)
        abandoned = Q(state=MessageState.SENDING, claimed_at__lte=at - lease)
        # The first condition holds for both, and is what the index of open messages is sorted by.
        return self.filter(waiting | abandoned, not_before__lte=at)
