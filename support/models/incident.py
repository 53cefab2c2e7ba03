"""Something that does not work, and what is done about it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from portal.fsm import StateModel
from portal.records import AppendOnly
from portal.text import TextField
from support.enums import (
    ENDED,
    OPEN,
    SEVERE,
    SEVERITY_KIND,
    UNANSWERED,
    IncidentEventKind,
    IncidentState,
    Kind,
    Severity,
    Source,
)
from support.querysets import IncidentQuerySet

WHAT_LIMIT = 500
NOTE_LIMIT = 500
_S = IncidentState


class Target(models.Model):
    """How soon somebody answers and mends an incident of this severity, from a day on (mục tiêu xử lý).

    Minutes count in the hours of the incident's centre, and by the clock where it has none.
    """

    severity = models.PositiveSmallIntegerField(choices=Severity.choices)
    valid_from = models.DateField()
    response_minutes = models.PositiveIntegerField()
    resolution_minutes = models.PositiveIntegerField()
    calls = models.BooleanField(default=False, help_text=_("People on call are told at once, until one acknowledges."))
    escalate_minutes = models.PositiveSmallIntegerField(
        default=5, help_text=_("After so long without an answer the next ones are told.")
    )

    class Meta:
        verbose_name = _("target of support")
        verbose_name_plural = _("targets of support")
        ordering = ["severity", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["severity", "valid_from"], name="target_once_a_day"),
            models.CheckConstraint(condition=Q(escalate_minutes__gt=0), name="target_escalates"),
        ]

    def __str__(self) -> str:
        return f"{self.get_severity_display()} {self.valid_from:%d/%m/%Y}"


class Incident(StateModel):
    """Something that does not work (sự cố). While it is open, equal reports are counted and make no other.

    The machine: reported or reopened → acknowledged → in progress ⇄ waiting → resolved → closed; each step may be left out
    on the way to resolved. ``fingerprint`` says which reports are equal.
    """

    centre = models.ForeignKey(
        "centres.Centre", on_delete=models.PROTECT, null=True, blank=True, related_name="incidents"
    )
    device = models.ForeignKey(
        "centres.Device", on_delete=models.PROTECT, null=True, blank=True, related_name="incidents"
    )
    equipment = models.ForeignKey(
        "support.Equipment", on_delete=models.PROTECT, null=True, blank=True, related_name="faults"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    severity = models.PositiveSmallIntegerField(choices=Severity.choices)
    source = models.CharField(max_length=8, choices=Source.choices)
    what = models.CharField(_("what does not work"), max_length=WHAT_LIMIT)
    page = models.CharField(max_length=200, blank=True)
    browser = models.CharField(max_length=200, blank=True)
    errors = models.JSONField(default=list, blank=True)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    contact = models.CharField(
        max_length=20, blank=True, help_text=_("A citizen's phone; erased when the incident is closed.")
    )
    fingerprint = models.CharField(max_length=64)
    count = models.PositiveIntegerField(default=1)
    state = FSMField(max_length=12, choices=IncidentState.choices, default=IncidentState.REPORTED, protected=True)
    reported_at = models.DateTimeField()
    last_at = models.DateTimeField()
    respond_by = models.DateTimeField()
    resolve_by = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    call_at = models.DateTimeField(null=True, blank=True, help_text=_("When people on call are told next."))
    calls = models.PositiveIntegerField(default=0)
    public_words = TextField(_("words on the status page"), null=True, blank=True)
    causes = models.TextField(blank=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-reported_at", "-id"]
        indexes = [
            models.Index(
                fields=["severity", "respond_by", "id"], condition=Q(state__in=OPEN), name="incident_open_in_order"
            ),
            models.Index(fields=["call_at"], condition=Q(call_at__isnull=False), name="incident_calls"),
            models.Index(fields=["centre", "reported_at"], name="incident_of_centre"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"], condition=Q(state__in=OPEN), name="incident_once_while_open"
            ),
            models.CheckConstraint(condition=~Q(fingerprint=""), name="incident_has_fingerprint"),
            models.CheckConstraint(condition=Q(count__gte=1), name="incident_counted"),
            models.CheckConstraint(
                condition=~Q(state__in=ENDED) | Q(resolved_at__isnull=False), name="incident_ended_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(state=IncidentState.CLOSED) | Q(closed_at__isnull=False, contact=""),
                name="incident_closed_forgets_contact",
            ),
            models.CheckConstraint(
                condition=Q(call_at__isnull=True) | Q(state__in=UNANSWERED), name="incident_calls_until_answered"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(state=IncidentState.CLOSED), name="incident_merged_is_closed"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @transition(state, source=UNANSWERED, target=_S.ACKNOWLEDGED)
    def acknowledge(self, by: Any, at: datetime) -> None:
        self._answered(by, at)

    @transition(state, source=[*UNANSWERED, _S.ACKNOWLEDGED, _S.WAITING], target=_S.IN_PROGRESS)
    def begin(self, by: Any, at: datetime) -> None:
        self._answered(by, at)

    @transition(state, source=[_S.ACKNOWLEDGED, _S.IN_PROGRESS], target=_S.WAITING)
    def wait(self) -> None:
        """For a supplier, a part, somebody else's decision."""

    @transition(state, source=OPEN, target=_S.RESOLVED)
    def resolve(self, by: Any, at: datetime) -> None:
        """Without anybody where the watch sees that it works again."""
        if by is not None:
            self._answered(by, at)
        self.call_at, self.resolved_at = None, at

    @transition(state, source=_S.RESOLVED, target=_S.CLOSED)
    def close(self, at: datetime) -> None:
        self.closed_at, self.contact = at, ""

    @transition(state, source=ENDED, target=_S.REOPENED)
    def reopen(self, at: datetime) -> None:
        self.acknowledged_at = self.resolved_at = self.closed_at = None
        self.call_at = at

    @transition(state, source=_S.RESOLVED, target=_S.REOPENED)
    def fail_again(self, call_at: datetime | None) -> None:
        """It worked for a moment only, and nobody has answered yet: the calls go on where they were."""
        self.resolved_at, self.call_at = None, call_at

    @transition(state, source=_S.RESOLVED, target=_S.ACKNOWLEDGED)
    def go_on(self) -> None:
        """It worked for a moment only; whoever looks after it still does."""
        self.resolved_at = None

    @transition(state, source=OPEN, target=_S.CLOSED)
    def merge(self, into: Incident, at: datetime) -> None:
        self.merged_into, self.call_at, self.contact = into, None, ""
        self.resolved_at = self.closed_at = at

    def _answered(self, by: Any, at: datetime) -> None:
        self.call_at = None
        self.acknowledged_at = self.acknowledged_at or at
        self.owner = by

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_unanswered(self) -> bool:
        return self.state in UNANSWERED

    @property
    def is_severe(self) -> bool:
        return self.severity in SEVERE

    @property
    def severity_kind(self) -> str:
        """As ``includes/state.html`` shows it."""
        return SEVERITY_KIND[Severity(self.severity)]


class IncidentEvent(AppendOnly):
    """One change of an incident: who, when, from, to, and why in words; chained by hash (``portal.chain``)."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="events")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=IncidentEventKind.choices)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    from_state = models.CharField(max_length=12, choices=IncidentState.choices, blank=True)
    to_state = models.CharField(max_length=12, choices=IncidentState.choices)
    note = models.CharField(max_length=NOTE_LIMIT, blank=True)
    details = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("event of an incident")
        verbose_name_plural = _("events of incidents")
        ordering = ["incident_id", "sequence"]
        constraints = [models.UniqueConstraint(fields=["incident", "sequence"], name="incident_event_once")]

    def __str__(self) -> str:
        return f"{self.incident_id}/{self.sequence} {self.kind}"

    def chained_body(self) -> dict[str, Any]:
        return {
            "incident": self.incident_id,
            "sequence": self.sequence,
            "kind": str(self.kind),
            "at": self.at.timestamp(),
            "actor": self.actor_id,
            "from": str(self.from_state),
            "to": str(self.to_state),
            "note": self.note,
            "details": self.details,
        }

    def chained_digests(self) -> dict[str, str]:
        return {}

    def chained_values(self) -> dict[str, tuple[str | None, str | None]]:
        return {}


class FollowUp(models.Model):
    """What is done so that a severe incident does not come back (việc cần làm sau sự cố), by whom and until when."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="follow_ups")
    what = models.CharField(_("what"), max_length=200)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["due_on", "id"]

    def __str__(self) -> str:
        return self.what

    def is_late(self, today: date) -> bool:
        return self.done_at is None and self.due_on < today
