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
    ParkKind,
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

# Sixteen bytes in base64 without the padding.
TOKEN_LENGTH = 22


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
        verbose_name = _("last number of a day")
        verbose_name_plural = _("last numbers of each day")
        constraints = [models.UniqueConstraint(fields=["centre", "day", "letter"], name="daily_number_once")]

    def __str__(self) -> str:
        return f"{self.letter}{self.last:03}"


class Ticket(StateModel):
    """A number in the queue (số thứ tự).

    The times are kept apart. Waiting ends at the first call (``waited_s``: without the time away on a held place),
    walking runs from the last call before each arrival (``walked_s``), service from there until the counter is free
    (``served_s``), ``parked_s`` is the time set aside. Each is in seconds and empty until it is known; those of a visit
    with several turns are added up. ``queue_at`` is the place in time, which a transfer or a return keeps.
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
    first_called_at = models.DateTimeField(null=True, blank=True)
    called_at = models.DateTimeField(null=True, blank=True)
    jumped = models.BooleanField(default=False, help_text=_("The last call overtook somebody of a lower class."))
    calls = models.PositiveSmallIntegerField(default=0)
    recalls = models.PositiveSmallIntegerField(default=0, help_text=_("Times called again since the last call."))
    arrived_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    park_kind = models.CharField(max_length=8, choices=ParkKind.choices, blank=True)
    park_reason = models.CharField(max_length=120, blank=True)
    parked_at = models.DateTimeField(null=True, blank=True)
    back_by = models.DateTimeField(null=True, blank=True, help_text=_("Until when a held place is kept."))
    waited_s = models.PositiveIntegerField(null=True, blank=True)
    walked_s = models.PositiveIntegerField(null=True, blank=True)
    served_s = models.PositiveIntegerField(null=True, blank=True)
    parked_s = models.PositiveIntegerField(null=True, blank=True)
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
            # The first by class and the first in time of a centre, whatever services a counter has (``centres.reach``).
            models.Index(
                fields=["centre", "day", "priority", "queue_at", "id"],
                condition=Q(state=TicketState.WAITING),
                name="ticket_waiting_by_class",
            ),
            models.Index(
                fields=["centre", "day", "queue_at", "id"],
                condition=Q(state=TicketState.WAITING),
                name="ticket_waiting_in_time",
            ),
            models.Index(fields=["centre", "day", "-called_at"], name="ticket_recent_calls"),
            models.Index(fields=["day"], condition=Q(state__in=IN_HALL), name="ticket_in_hall"),
            models.Index(fields=["back_by"], condition=Q(back_by__isnull=False), name="ticket_held"),
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
            models.CheckConstraint(
                condition=Q(state=TicketState.PARKED, parked_at__isnull=False) & ~Q(park_kind="")
                | ~Q(state=TicketState.PARKED) & Q(parked_at__isnull=True, park_kind=""),
                name="ticket_parked_says_why",
            ),
            models.CheckConstraint(
                condition=Q(park_kind=ParkKind.HELD, back_by__isnull=False)
                | ~Q(park_kind=ParkKind.HELD) & Q(back_by__isnull=True),
                name="ticket_held_until",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The number as people read it: ``A012``."""
        return f"{self.letter}{self.number:03}"

    @property
    def is_held(self) -> bool:
        """Away with a place kept until ``back_by``."""
        return self.park_kind == ParkKind.HELD

    @transition(field=state, source=TicketState.WAITING, target=TicketState.CALLED)
    def call(self, counter: Counter, at: datetime, jumped: bool = False) -> None:
        if self.first_called_at is None:
            self.first_called_at = at
            self.waited_s = max(0, _seconds(self.issued_at, at) - (self.parked_s or 0))
        self.counter, self.called_at, self.jumped = counter, at, jumped
        self.calls, self.recalls = self.calls + 1, 0

    @transition(field=state, source=TicketState.CALLED, target=TicketState.CALLED)
    def recall(self, at: datetime) -> None:
        self.called_at, self.calls, self.recalls = at, self.calls + 1, self.recalls + 1

    @transition(field=state, source=TicketState.CALLED, target=TicketState.SERVING)
    def arrive(self, at: datetime) -> None:
        self.walked_s = (self.walked_s or 0) + _seconds(self.called_at or at, at)
        self.arrived_at = at

    @transition(field=state, source=AT_COUNTER, target=TicketState.PARKED)
    def park(self, kind: str, reason: str, at: datetime, back_by: datetime | None = None) -> None:
        """Whoever was at a counter comes back to its front."""
        self._leave_counter(at)
        self._set_aside(kind, reason, at, back_by)
        self.priority = Priority.RETURNING

    @transition(field=state, source=TicketState.WAITING, target=TicketState.PARKED)
    def hold(self, reason: str, at: datetime, back_by: datetime) -> None:
        """Class and place in time stay as they are."""
        self._set_aside(ParkKind.HELD, reason, at, back_by)

    @transition(field=state, source=TicketState.PARKED, target=TicketState.WAITING)
    def unpark(self, at: datetime) -> None:
        self._end_aside(at)

    @transition(field=state, source=AT_COUNTER, target=TicketState.WAITING)
    def transfer(self, service: Service, counter: Counter | None, priority: int, at: datetime) -> None:
        self._leave_counter(at)
        self.service, self.counter, self.priority = service, counter, priority

    @transition(field=state, source=[TicketState.CALLED, TicketState.PARKED], target=TicketState.NO_SHOW)
    def miss(self, at: datetime) -> None:
        self._end_aside(at)
        self.finished_at = at

    @transition(field=state, source=TicketState.NO_SHOW, target=TicketState.WAITING)
    def come_again(self, queue_at: datetime) -> None:
        self.finished_at, self.queue_at = None, queue_at

    @transition(field=state, source=AT_COUNTER, target=TicketState.DONE)
    def finish(self, at: datetime) -> None:
        self._leave_counter(at)
        self.finished_at = at

    @transition(field=state, source=IN_HALL, target=TicketState.LEFT)
    def leave(self, at: datetime) -> None:
        self._leave_counter(at)
        self._end_aside(at)
        self.finished_at = at

    def _leave_counter(self, at: datetime) -> None:
        if self.state == TicketState.SERVING and self.arrived_at is not None:
            self.served_s = (self.served_s or 0) + _seconds(self.arrived_at, at)

    def _set_aside(self, kind: str, reason: str, at: datetime | None, back_by: datetime | None) -> None:
        self.park_kind, self.park_reason, self.parked_at, self.back_by = kind, reason, at, back_by

    def _end_aside(self, at: datetime) -> None:
        if self.parked_at is not None:
            self.parked_s = (self.parked_s or 0) + _seconds(self.parked_at, at)
        self._set_aside("", "", None, None)


def _seconds(start: datetime, end: datetime) -> int:
    """Whole seconds; two machines' clocks a little apart never make time run backwards."""
    return max(0, round((end - start).total_seconds()))


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
    """What happened to a ticket, and how it stood in the queue afterwards; written once.

    Calls also say whether they passed by somebody of a lower class who came earlier (``jumped``; empty for a return,
    which does not count), and how many calls in a row at this counter have not (``calm``; empty before the day's first
    that did): the cap asks only for the counter's latest row.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=TicketEventKind.choices)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    counter = models.ForeignKey(Counter, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, related_name="+")
    priority = models.SmallIntegerField(choices=Priority.choices, null=True)
    queue_at = models.DateTimeField(null=True)
    jumped = models.BooleanField(null=True)
    calm = models.PositiveSmallIntegerField(null=True)

    class Meta:
        verbose_name = _("ticket event")
        verbose_name_plural = _("ticket events")
        ordering = ["at", "id"]
        indexes = [
            models.Index(
                fields=["counter", "-at", "-id"], condition=Q(jumped__isnull=False), name="ticket_event_counted_calls"
            )
        ]

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
