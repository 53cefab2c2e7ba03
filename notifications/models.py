"""The outbox: what must be told to whom, kept until it is told."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from notifications.enums import OPEN, Channel, MessageState
from notifications.leaving import leaves_the_machine
from notifications.querysets import MessageQuerySet

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Message(models.Model):
    """One message (tin nhắn) by one channel, written in the transaction of the change it tells about.

    ``dedup_key`` makes it one message however often it is asked for.
    """

    channel = models.CharField(max_length=8, choices=Channel.choices)
    recipient = models.CharField(max_length=254, help_text=_("E-mail address, phone in E.164, or a browser's row."))
    language = models.CharField(max_length=2, default="vi")
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    kind = models.CharField(max_length=60)
    reference = models.CharField(max_length=60, blank=True, help_text=_("Code of the dossier or ticket it is about."))
    dedup_key = models.CharField(max_length=160, unique=True)
    state = models.CharField(max_length=8, choices=MessageState.choices, default=MessageState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    not_after = models.DateTimeField(
        null=True, blank=True, help_text=_("Afterwards it has lost its meaning and is not sent any more.")
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["not_before"], condition=Q(state__in=OPEN), name="message_due"),
            models.Index(fields=["created_at"], condition=Q(state=MessageState.DEAD), name="message_dead"),
            models.Index(fields=["reference", "created_at"], condition=~Q(reference=""), name="message_about"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=MessageState.SENT) | Q(sent_at__isnull=False), name="message_sent_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(state=MessageState.SENDING) | Q(claimed_at__isnull=False), name="message_sending_claimed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"

    @property
    def state_words(self) -> StrOrPromise:
        """Its state for people: what lies in a folder of a real installation was not sent to anybody."""
        if self.state == MessageState.SENT and not leaves_the_machine(self.channel):
            return _("kept here, not sent: no gateway is connected")
        return MessageState(self.state).label


class PushSubscription(models.Model):
    """A browser that asked for notices (RFC 8030): where its push service takes them, and its keys (RFC 8291)."""

    endpoint = models.TextField()
    endpoint_hash = models.CharField(max_length=64, unique=True)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    lasts = models.BooleanField(default=False, help_text=_("Of a member of staff: kept beyond the day."))

    class Meta:
        verbose_name = _("browser for notices")
        verbose_name_plural = _("browsers for notices")

    def __str__(self) -> str:
        return self.endpoint_hash[:8]

    @staticmethod
    def hash_of(endpoint: str) -> str:
        return hashlib.sha256(endpoint.encode()).hexdigest()
