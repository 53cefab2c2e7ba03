"""The history of a dossier: written once, chained by hash, with personal values that the law can have erased."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.enums import EventKind
from portal.records import AppendOnly


class Event(AppendOnly):
    """One change of a dossier: who, where, when, from, to, why. ``digests`` seal the personal values beside it."""

    application = models.ForeignKey("applications.Application", on_delete=models.PROTECT, related_name="events")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=EventKind.choices)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    centre = models.ForeignKey("centres.Centre", on_delete=models.PROTECT, null=True, related_name="+")
    from_state = models.PositiveSmallIntegerField()
    to_state = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=500, blank=True)
    details = models.JSONField(default=dict)
    digests = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["application_id", "sequence"]
        constraints = [models.UniqueConstraint(fields=["application", "sequence"], name="event_sequence_once")]
        indexes = [models.Index(fields=["at"], name="events_of_a_day")]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.sequence} {self.kind}"

    def chained_body(self) -> dict[str, Any]:
        return {
            "application": self.application_id,
            "sequence": self.sequence,
            "kind": str(self.kind),
            "at": self.at.timestamp(),
            "actor": self.actor_id,
            "centre": self.centre_id,
            "from": int(self.from_state),
            "to": int(self.to_state),
            "reason": self.reason,
            "details": self.details,
        }

    def chained_digests(self) -> dict[str, str]:
        return dict(self.digests)

    def chained_values(self) -> dict[str, tuple[str | None, str | None]]:
        return {row.name: (row.value, row.salt) for row in self.values.all()}


class EventValue(AppendOnly):
    """A personal value of an event with its salt; erasing both leaves the chain whole (Law 91/2025 art. 14)."""

    ERASABLE = ("value", "salt", "erased_at")

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="values")
    name = models.CharField(max_length=60)
    value = models.TextField(null=True)  # noqa: DJ001 - null is "erased", empty is a value
    salt = models.CharField(max_length=32, null=True)  # noqa: DJ001
    erased_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("personal value")
        verbose_name_plural = _("personal values")
        constraints = [
            models.UniqueConstraint(fields=["event", "name"], name="event_value_once"),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, value__isnull=False, salt__isnull=False)
                | Q(erased_at__isnull=False, value__isnull=True, salt__isnull=True),
                name="event_value_erased_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.name}"
