"""A centre and what stands in it."""

from __future__ import annotations

import hashlib
from datetime import time
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centres.enums import CounterEventKind, CounterState, DeviceKind, Role, ServiceKind
from centres.opening_hours import about, check_hours, check_week
from portal.records import AppendOnly
from portal.text import TextField, pick
from procedures import revisions
from procedures.models import Field, Procedure


def default_hours() -> dict[str, list[list[str]]]:
    """Opening hours by weekday (1 is Monday) as pairs of local times; to be confirmed per centre (facts §7, U)."""
    weekday = [["08:00", "11:30"], ["13:30", "17:00"]]
    return {**{str(day): weekday for day in range(1, 6)}, "6": [["08:00", "11:30"]], "7": []}


class Centre(models.Model):
    """A place where people are served (trung tâm, chi nhánh, điểm phục vụ hành chính công)."""

    code = models.SlugField(max_length=30, unique=True)
    agency_code = models.CharField(
        max_length=20,
        unique=True,
        help_text=_("Agency part of dossier codes (Decision 20/2020/QĐ-TTg), such as H26.30.3."),
    )
    name = TextField(_("name"))
    short_name = TextField(_("short name"))
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="points")
    unit_code = models.CharField(max_length=10, blank=True, help_text=_("Ward or commune it stands in."))
    in_ward = models.BooleanField(default=True, help_text=_("A ward (phường); some fees differ in communes."))
    address = models.CharField(max_length=200, blank=True)
    weekly_hours = models.JSONField(default=default_hours)
    keeps_hours = models.BooleanField(
        default=False, help_text=_("Give no numbers outside the hours; switch on once the hours are confirmed.")
    )
    handed_to = models.CharField(
        max_length=200, blank=True, help_text=_("Office that decides land dossiers from here.")
    )
    is_active = models.BooleanField(default=True)
    in_preparation = models.BooleanField(
        _("in preparation"),
        default=False,
        help_text=_("Gives no numbers and cannot be booked until its must-haves are done and it goes live."),
    )

    class Meta:
        verbose_name = _("centre")
        verbose_name_plural = _("centres")
        ordering = ["code"]

    def __str__(self) -> str:
        return pick(self.short_name)

    def clean(self) -> None:
        """A wrong hour would be an error on every kiosk, so the administration refuses it."""
        with about("weekly_hours"):
            check_week(self.weekly_hours)

    @property
    def takes_people(self) -> bool:
        """Whether numbers are given and times booked here at all."""
        return self.is_active and not self.in_preparation

    def hours_on(self, weekday: int) -> list[tuple[time, time]]:
        """Opening hours on an ISO weekday (1 is Monday), local times."""
        pairs = self.weekly_hours.get(str(weekday), [])
        return [(time.fromisoformat(start), time.fromisoformat(end)) for start, end in pairs]


class CalendarDay(models.Model):
    """The centre's own exception to its weekly hours on one day."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="calendar_days")
    day = models.DateField()
    hours = models.JSONField(default=list, blank=True, help_text=_("Pairs of local times; empty when closed."))
    reason = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("exceptional day")
        verbose_name_plural = _("exceptional days")
        constraints = [models.UniqueConstraint(fields=["centre", "day"], name="calendar_day_once")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        revisions.changed(revisions.CALENDAR)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        deleted = super().delete(*args, **kwargs)
        revisions.changed(revisions.CALENDAR)
        return deleted

    def __str__(self) -> str:
        return f"{self.centre} {self.day}"

    def clean(self) -> None:
        with about("hours"):
            check_hours(self.hours)


class Service(models.Model):
    """What a number is drawn for at a centre: a field or one procedure with its letter, or collecting results."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="services")
    kind = models.CharField(max_length=9, choices=ServiceKind.choices, default=ServiceKind.FIELD)
    field = models.ForeignKey(Field, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    letter = models.CharField(max_length=1)
    is_quick = models.BooleanField(default=False, help_text=_("A few minutes each, such as collecting a result."))
    title = TextField(_("title"))
    hint = models.JSONField(default=dict, blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    is_open = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["order", "letter"]
        constraints = [
            models.UniqueConstraint(fields=["centre", "letter"], name="service_letter_once"),
            models.CheckConstraint(
                condition=~Q(kind=ServiceKind.FIELD) | Q(field__isnull=False), name="service_field_named"
            ),
            models.CheckConstraint(
                condition=~Q(kind=ServiceKind.PROCEDURE) | Q(procedure__isnull=False), name="service_procedure_named"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter} {pick(self.title)}"


class Counter(models.Model):
    """A counter (quầy): who sits there and which services it can give."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="counters")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(
        _("name"),
        max_length=40,
        blank=True,
        help_text=_("Called by this name instead of its number, such as Quầy ưu tiên."),
    )
    zone = models.ForeignKey("centres.Zone", on_delete=models.SET_NULL, null=True, blank=True, related_name="counters")
    services = models.ManyToManyField(Service, related_name="counters")
    state = models.CharField(max_length=6, choices=CounterState.choices, default=CounterState.CLOSED)
    state_since = models.DateTimeField(null=True, blank=True)
    state_reason = models.CharField(max_length=120, blank=True)
    officer = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="counter"
    )

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["centre", "number"], name="counter_number_once"),
            models.CheckConstraint(
                condition=Q(state=CounterState.CLOSED) | Q(officer__isnull=False), name="counter_open_has_officer"
            ),
        ]

    def __str__(self) -> str:
        return self.name or _("Counter %(number)s") % {"number": self.number}


class CounterEvent(AppendOnly):
    """Who opened, paused and closed a counter, and when; written once. Idle time is reckoned from these."""

    counter = models.ForeignKey(Counter, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=8, choices=CounterEventKind.choices)
    at = models.DateTimeField()
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = _("counter event")
        verbose_name_plural = _("counter events")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["counter", "at"], name="counter_event_at")]

    def __str__(self) -> str:
        return f"{self.counter} {self.kind}"


class Membership(models.Model):
    """A person's role at a centre, from one day to another. Without a centre it is for all of them: the city
    administrator's always is, that of support may be."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, null=True, blank=True, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    blocked_reason = models.CharField(max_length=200, blank=True)
    title = models.CharField(
        max_length=150, blank=True, help_text=_("As it stands above a signature, in Vietnamese: Giám đốc Chi nhánh.")
    )
    successor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Who gets what still lies with this person there after the last day."),
    )

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            # Only one without an end: whoever comes back has a row for each of the times.
            models.UniqueConstraint(
                fields=["user", "centre", "role"], condition=Q(valid_to__isnull=True), name="membership_once"
            ),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(centre__isnull=True, valid_to__isnull=True),
                name="membership_city_once",
            ),
            models.CheckConstraint(
                condition=Q(role=Role.CITY_ADMIN, centre__isnull=True)
                | Q(role=Role.SUPPORT)
                | (~Q(role=Role.CITY_ADMIN) & Q(centre__isnull=False)),
                name="membership_city_has_no_centre",
            ),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | Q(valid_to__isnull=False), name="membership_succeeded_ends"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


class Device(models.Model):
    """A kiosk, a board or a citizen's screen. It signs in once with a key a manager can name and revoke; only the key's hash is kept."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="devices")
    kind = models.CharField(max_length=6, choices=DeviceKind.choices)
    name = models.CharField(max_length=80)
    zone = models.ForeignKey("centres.Zone", on_delete=models.SET_NULL, null=True, blank=True, related_name="devices")
    counter = models.ForeignKey(
        Counter,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="screens",
        help_text=_("Where a citizen's screen stands."),
    )
    key_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    prints_itself = models.BooleanField(default=False, help_text=_("A kiosk with a printer: each slip comes out once."))

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def hash_of(key: str) -> str:
        return hashlib.sha256(key.encode()).hexdigest()
