"""A number drawn in the hall, and what becomes of it."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from centres.enums import (
    AT_COUNTER,
    ENDED,
    IN_HALL,
    Priority,
    PriorityGround,
    Score,
    TicketEventKind,
    TicketState,
)
from centres.models.centre import Centre, Counter, Device, Service
from centres.querysets import TicketQuerySet
from citizens.models import Citizen
from portal.fsm import StateModel
from portal.records import AppendOnly
from procedures.models import Procedure


def new_token() -> str:
    """The public token of a slip, a draft and the dossier it becomes: 128 random bits, safe in a URL."""
    return secrets.token_urlsafe(16)


class DailyNumber(models.Model):
    """The last number given for a letter at a centre on one local day."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE)
    day = models.DateField()
    letter = models.CharField(max_length=1)
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["centre", "day", "letter"], name="daily_number_once")]

    def __str__(self) -> str:
        return f"{self.letter}{self.last:03}"


class Ticket(StateModel):
    """A number in the queue (số thứ tự).

    Waiting time runs from ``issued_at`` to ``called_at``, walking from there to ``arrived_at``, service from there
    to ``finished_at``. ``queue_at`` is its place in time, which a transfer or a return keeps.
    """

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="tickets")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="tickets")
    day = models.DateField()
    letter = models.CharField(max_length=1)
    number = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    client_key = models.CharField(max_length=64, unique=True)
    token = models.CharField(max_length=32, unique=True, default=new_token)
    language = models.CharField(max_length=2, default="vi")
    priority = models.SmallIntegerField(choices=Priority.choices, default=Priority.ORDINARY)
    priority_ground = models.CharField(max_length=12, choices=PriorityGround.choices, blank=True)
    state = FSMField(max_length=8, choices=TicketState.choices, default=TicketState.WAITING, protected=True)
    queue_at = models.DateTimeField()
    counter = models.ForeignKey(Counter, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets")
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    issued_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True, blank=True)
    calls = models.PositiveSmallIntegerField(default=0)
    arrived_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    park_reason = models.CharField(max_length=120, blank=True)
    reprints = models.PositiveSmallIntegerField(default=0)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        indexes = [
            models.Index(
                fields=["centre", "day", "service", "priority", "queue_at", "id"],
                condition=Q(state=TicketState.WAITING),
                name="ticket_waiting",
            ),
            models.Index(fields=["centre", "day", "-called_at"], name="ticket_recent_calls"),
            models.Index(fields=["day"], condition=Q(state__in=IN_HALL), name="ticket_in_hall"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["centre", "day", "letter", "number"], name="ticket_number_once_a_day"),
            models.UniqueConstraint(
                fields=["counter"], condition=Q(state__in=AT_COUNTER), name="ticket_one_at_a_counter"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=AT_COUNTER) | Q(counter__isnull=False, called_at__isnull=False),
                name="ticket_called_has_counter",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=ENDED) | Q(finished_at__isnull=False), name="ticket_ended_has_time"
            ),
            models.CheckConstraint(
                condition=Q(called_at__isnull=True) | Q(called_at__gte=F("issued_at")), name="ticket_called_after_issue"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The number as people read it: ``A012``."""
        return f"{self.letter}{self.number:03}"

    @transition(field=state, source=TicketState.WAITING, target=TicketState.CALLED)
    def call(self, counter: Counter, at: datetime) -> None:
        self.counter, self.called_at, self.calls = counter, at, self.calls + 1

    @transition(field=state, source=TicketState.CALLED, target=TicketState.CALLED)
    def recall(self, at: datetime) -> None:
        self.called_at, self.calls = at, self.calls + 1

    @transition(field=state, source=TicketState.CALLED, target=TicketState.SERVING)
    def arrive(self, at: datetime) -> None:
        self.arrived_at = at

    @transition(field=state, source=AT_COUNTER, target=TicketState.PARKED)
    def park(self, reason: str) -> None:
        self.park_reason = reason

    @transition(field=state, source=TicketState.PARKED, target=TicketState.WAITING)
    def unpark(self) -> None:
        self.park_reason = ""

    @transition(field=state, source=AT_COUNTER, target=TicketState.WAITING)
    def transfer(self, service: Service) -> None:
        self.service, self.counter = service, None

    @transition(field=state, source=TicketState.CALLED, target=TicketState.NO_SHOW)
    def miss(self, at: datetime) -> None:
        self.finished_at = at

    @transition(field=state, source=AT_COUNTER, target=TicketState.DONE)
    def finish(self, at: datetime) -> None:
        self.finished_at = at

    @transition(field=state, source=IN_HALL, target=TicketState.LEFT)
    def leave(self, at: datetime) -> None:
        self.finished_at = at


class Matter(models.Model):
    """One thing a visit is about (một việc); becomes one dossier. A ticket is done with its last matter."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="matters")
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("matter")
        verbose_name_plural = _("matters")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.ticket} · {self.procedure}"


class TicketEvent(AppendOnly):
    """What happened to a ticket; written once."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=TicketEventKind.choices)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    counter = models.ForeignKey(Counter, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("ticket event")
        verbose_name_plural = _("ticket events")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.ticket} {self.kind}"


class Rating(models.Model):
    """What the citizen thought of the visit, once per visit."""

    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, related_name="rating")
    score = models.PositiveSmallIntegerField(choices=Score.choices)
    comment = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")

    def __str__(self) -> str:
        return self.get_score_display()
