"""A booked visit (lịch hẹn), the dated rules it is made under, and who changed a centre's calendar."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from centres.enums import HOLDING, AppointmentEventKind, AppointmentState
from centres.models.centre import Centre, Device, Service
from centres.models.ticket import Ticket, new_token
from portal.fsm import StateModel
from portal.records import AppendOnly
from procedures.models import Procedure


class BookingRules(models.Model):
    """How visits are booked from one day to another; the row nearest to the service is the one that counts.

    Without a centre it is the city's, with a service it is that service's alone. Where no row is in force nothing can be
    booked. The city's first figures are those of the iHanoi pilot as the press told them (facts §7); slot length, minutes a
    visit and minutes of grace were found nowhere and are for the centre to set.
    """

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, null=True, blank=True, related_name="booking_rules")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, blank=True, related_name="booking_rules")
    valid_from = models.DateField(_("in force from"))
    valid_to = models.DateField(_("in force to"), null=True, blank=True, help_text=_("The last day."))
    source = models.CharField(_("source"), max_length=200)
    slot_minutes = models.PositiveSmallIntegerField(_("length of a slot in minutes"), default=30)
    visit_minutes = models.PositiveSmallIntegerField(_("minutes counted for a visit"), default=15)
    share_percent = models.PositiveSmallIntegerField(
        _("share that can be booked, in percent"), default=50, help_text=_("The rest is kept for walk-ins.")
    )
    days_ahead = models.PositiveSmallIntegerField(_("days that can be booked after today"), default=6)
    per_day = models.PositiveSmallIntegerField(_("most bookings a person a day"), default=2)
    most_moves = models.PositiveSmallIntegerField(
        _("times one appointment can be moved by its owner"),
        default=3,
        help_text=_("Each move sends a message. Staff may move it at any time."),
    )
    early_minutes = models.PositiveSmallIntegerField(_("minutes before the slot that count as on time"), default=15)
    late_minutes = models.PositiveSmallIntegerField(_("minutes after its start that count as on time"), default=10)
    kept_days = models.PositiveSmallIntegerField(_("days after the visit until name and phone are erased"), default=30)

    class Meta:
        verbose_name = _("booking rules")
        verbose_name_plural = _("booking rules")
        ordering = ["valid_from", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["valid_from"], condition=Q(centre__isnull=True), name="booking_rules_city_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["centre", "valid_from"],
                condition=Q(service__isnull=True),
                name="booking_rules_centre_once_a_day",
            ),
            models.UniqueConstraint(fields=["service", "valid_from"], name="booking_rules_service_once_a_day"),
            models.CheckConstraint(
                condition=Q(service__isnull=True) | Q(centre__isnull=False), name="booking_rules_service_has_centre"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="booking_rules_end_after_they_begin",
            ),
            models.CheckConstraint(
                condition=Q(slot_minutes__gte=5, slot_minutes__lte=480, visit_minutes__gte=1, share_percent__lte=100),
                name="booking_rules_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.centre or _('the whole city')} {self.valid_from}"


class Appointment(StateModel):
    """A visit booked for a slot (lịch hẹn).

    ``seat`` counts the places of a slot and ``nth`` those of a person's day, each from 1: two bookings that want the same
    one meet at a unique constraint, so that no slot is over its capacity and no person over the limit, however many book
    at once. A person is their phone and, if they gave it, their identity number, of which a keyed hash is kept: enough
    to hold the limits, and nothing anybody could read.
    """

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="appointments")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="appointments")
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    day = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    on_time_from = models.DateTimeField(help_text=_("As the rules stood when it was booked."))
    on_time_until = models.DateTimeField()
    seat = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    nth = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    field_key = models.CharField(max_length=50, help_text=_("The field of the service, or its kind where it has none."))
    code = models.CharField(max_length=6, help_text=_("Typed at the kiosk; one centre's day has each once."))
    client_key = models.CharField(max_length=64, unique=True)
    token = models.CharField(max_length=32, unique=True, default=new_token)
    full_name = models.CharField(_("full name"), max_length=120, blank=True)
    phone = models.CharField(_("phone"), max_length=16, blank=True, help_text=_("E.164"))
    email = models.EmailField(blank=True)
    identity_digest = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=2, default="vi")
    state = FSMField(max_length=10, choices=AppointmentState.choices, default=AppointmentState.BOOKED, protected=True)
    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, null=True, blank=True, related_name="appointment")
    moved_from = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="moved_to")
    moves = models.PositiveSmallIntegerField(default=0, help_text=_("Times it was moved until it became this one."))
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["starts_at", "seat", "id"]
        indexes = [
            models.Index(fields=["centre", "day", "starts_at"], name="appointment_of_day"),
            models.Index(fields=["day"], condition=Q(state=AppointmentState.BOOKED), name="appointment_open"),
            models.Index(fields=["day"], condition=~Q(phone=""), name="appointment_not_erased"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "starts_at", "seat"],
                condition=Q(state__in=HOLDING),
                name="appointment_seat_taken_once",
            ),
            models.UniqueConstraint(
                fields=["phone", "day", "field_key"],
                condition=Q(state__in=HOLDING) & ~Q(phone=""),
                name="appointment_phone_once_a_field_and_day",
            ),
            models.UniqueConstraint(
                fields=["phone", "day", "nth"],
                condition=Q(state__in=HOLDING) & ~Q(phone=""),
                name="appointment_phone_nth_of_day",
            ),
            models.UniqueConstraint(
                fields=["identity_digest", "day", "field_key"],
                condition=Q(state__in=HOLDING) & ~Q(identity_digest=""),
                name="appointment_person_once_a_field_and_day",
            ),
            models.UniqueConstraint(
                fields=["identity_digest", "day", "nth"],
                condition=Q(state__in=HOLDING) & ~Q(identity_digest=""),
                name="appointment_person_nth_of_day",
            ),
            models.UniqueConstraint(fields=["centre", "day", "code"], name="appointment_code_once_a_day"),
            models.CheckConstraint(condition=Q(seat__gte=1, nth__gte=1), name="appointment_counts_from_one"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="appointment_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(state=AppointmentState.CHECKED_IN, ticket__isnull=False)
                | (~Q(state=AppointmentState.CHECKED_IN) & Q(ticket__isnull=True)),
                name="appointment_checked_in_has_number",
            ),
            models.CheckConstraint(
                condition=Q(state=AppointmentState.BOOKED, ended_at__isnull=True)
                | (~Q(state=AppointmentState.BOOKED) & Q(ended_at__isnull=False)),
                name="appointment_ended_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.day}"

    @transition(field=state, source=AppointmentState.BOOKED, target=AppointmentState.CHECKED_IN)
    def check_in(self, ticket: Ticket, at: datetime) -> None:
        self.ticket, self.ended_at = ticket, at

    @transition(field=state, source=AppointmentState.BOOKED, target=AppointmentState.MISSED)
    def miss(self, at: datetime) -> None:
        self.ended_at = at

    @transition(field=state, source=AppointmentState.BOOKED, target=AppointmentState.CANCELLED)
    def cancel(self, at: datetime) -> None:
        self.ended_at = at

    @transition(field=state, source=AppointmentState.BOOKED, target=AppointmentState.MOVED)
    def move(self, at: datetime) -> None:
        self.ended_at = at


class AppointmentEvent(AppendOnly):
    """What happened to an appointment; written once. Nobody acts where it was the citizen or a sweep."""

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=AppointmentEventKind.choices)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("appointment event")
        verbose_name_plural = _("appointment events")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.appointment} {self.kind}"


class CalendarChange(AppendOnly):
    """Who made, changed or removed a centre's exceptional day; written once. No hours and ``removed``: as every week."""

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="calendar_changes")
    day = models.DateField()
    hours = models.JSONField(default=list, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    removed = models.BooleanField(default=False)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("change of the calendar")
        verbose_name_plural = _("changes of the calendar")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.centre} {self.day}"
