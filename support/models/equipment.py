"""What a centre works with, what became of each thing, and papers that another counter prints."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from portal.fsm import StateModel
from portal.records import AppendOnly
from support.enums_equipment import (
    AT_COUNTER,
    EQUIPMENT_STATE_KIND,
    OWNED,
    RUNS_OUR_PAGES,
    EquipmentEventKind,
    EquipmentKind,
    EquipmentState,
    PrintState,
)
from support.querysets_equipment import EquipmentQuerySet

NAME_LIMIT = 80
NOTE_LIMIT = 300
TAG_LIMIT = 12
# Without those that are taken for one another when somebody reads a label aloud.
TAG_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
TAG_PREFIX = "TB-"
_S = EquipmentState


def new_tag() -> str:
    """What stands on the label of a thing, such as TB-7K2M9Q."""
    return TAG_PREFIX + get_random_string(6, TAG_LETTERS)


class Equipment(StateModel):
    """A thing a centre works with (trang thiết bị), with a label that is scanned.

    The machine: in use ⇄ spare, either → in repair → either; any of them may be lost, and what is found is a spare; what is
    discarded stays in the inventory and comes back to no state. A counter has it while it is in use or being repaired.
    """

    centre = models.ForeignKey("centres.Centre", on_delete=models.PROTECT, related_name="equipment")
    tag = models.CharField(_("code on the label"), max_length=TAG_LIMIT, unique=True, default=new_tag)
    kind = models.CharField(_("kind"), max_length=8, choices=EquipmentKind.choices)
    name = models.CharField(_("name"), max_length=NAME_LIMIT)
    maker = models.CharField(_("maker"), max_length=60, blank=True)
    model = models.CharField(_("model"), max_length=60, blank=True)
    serial = models.CharField(_("serial number"), max_length=60, blank=True)
    state = FSMField(max_length=9, choices=EquipmentState.choices, default=EquipmentState.SPARE, protected=True)
    since = models.DateTimeField(help_text=_("Since when it is in this state."))
    counter = models.ForeignKey(
        "centres.Counter", on_delete=models.SET_NULL, null=True, blank=True, related_name="equipment"
    )
    place = models.CharField(_("place"), max_length=NAME_LIMIT, blank=True)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="equipment"
    )
    device = models.OneToOneField(
        "centres.Device", on_delete=models.SET_NULL, null=True, blank=True, related_name="equipment"
    )
    bought_on = models.DateField(_("bought on"), null=True, blank=True)
    warranty_until = models.DateField(_("warranty until"), null=True, blank=True)
    folded = models.TextField(editable=False)

    objects = EquipmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("thing of the inventory")
        verbose_name_plural = _("things of the inventory")
        ordering = ["centre_id", "kind", "name", "id"]
        indexes = [
            models.Index(fields=["centre", "kind"], name="equipment_of_centre"),
            models.Index(fields=["warranty_until"], condition=Q(state__in=OWNED), name="equipment_warranty"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["maker", "serial"], condition=~Q(serial=""), name="equipment_serial_once"),
            models.CheckConstraint(condition=~Q(name=""), name="equipment_has_name"),
            models.CheckConstraint(
                condition=Q(counter__isnull=True) | Q(state__in=AT_COUNTER), name="equipment_counter_has_use"
            ),
            models.CheckConstraint(
                condition=Q(device__isnull=True) | Q(state__in=OWNED, kind__in=RUNS_OUR_PAGES),
                name="equipment_device_runs_pages",
            ),
            models.CheckConstraint(
                condition=~Q(state=EquipmentState.DISCARDED) | Q(holder__isnull=True),
                name="equipment_discarded_with_nobody",
            ),
            models.CheckConstraint(
                condition=Q(warranty_until__isnull=True)
                | Q(bought_on__isnull=True)
                | Q(warranty_until__gte=F("bought_on")),
                name="equipment_warranty_ends_later",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.tag})"

    @transition(state, source=OWNED, target=_S.IN_USE)
    def put_in_use(self, counter: Any, place: str, holder: Any) -> None:
        self.counter, self.place, self.holder = counter, place, holder

    @transition(state, source=[*OWNED, _S.LOST], target=_S.SPARE)
    def keep_as_spare(self, place: str, holder: Any) -> None:
        """Found again, where it was lost."""
        self.counter, self.place, self.holder = None, place, holder

    @transition(state, source=[_S.IN_USE, _S.SPARE], target=_S.IN_REPAIR)
    def send_to_repair(self) -> None:
        """Its counter and holder wait for it."""

    @transition(state, source=OWNED, target=_S.LOST)
    def lose(self) -> None:
        """Who had it last stays with it."""
        self.counter = self.device = None

    @transition(state, source=[*OWNED, _S.LOST], target=_S.DISCARDED)
    def discard(self) -> None:
        self.counter = self.device = self.holder = None
        self.place = ""

    @property
    def state_kind(self) -> str:
        """As ``includes/state.html`` shows it."""
        return EQUIPMENT_STATE_KIND[EquipmentState(self.state)]

    @property
    def is_owned(self) -> bool:
        return self.state in OWNED

    @property
    def is_lost(self) -> bool:
        return bool(self.state == EquipmentState.LOST)

    @property
    def is_discarded(self) -> bool:
        return bool(self.state == EquipmentState.DISCARDED)

    @property
    def may_be_repaired(self) -> bool:
        return self.state in (EquipmentState.IN_USE, EquipmentState.SPARE)

    def is_silent(self, at: datetime, after: timedelta) -> bool:
        """Whether it ran our pages, and has not said so for that long."""
        screen = self.device
        if screen is None or screen.revoked_at is not None or screen.last_seen_at is None:
            return False
        return at - screen.last_seen_at > after

    def warranty_left(self, today: date) -> int | None:
        """Days; negative once it has ended, None where there is none."""
        return (self.warranty_until - today).days if self.warranty_until else None


class EquipmentEvent(AppendOnly):
    """What became of one thing: who, when, from, to, and why in words; written once."""

    equipment = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=9, choices=EquipmentEventKind.choices)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    from_state = models.CharField(max_length=9, choices=EquipmentState.choices, blank=True)
    to_state = models.CharField(max_length=9, choices=EquipmentState.choices)
    note = models.CharField(max_length=NOTE_LIMIT, blank=True)

    class Meta:
        verbose_name = _("event of a thing of the inventory")
        verbose_name_plural = _("events of things of the inventory")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["equipment", "at"], name="equipment_event_at")]

    def __str__(self) -> str:
        return f"{self.equipment_id} {self.kind}"


class PrintElsewhere(StateModel):
    """A paper that the printer of another counter prints (in nhờ quầy khác), because one's own does not.

    ``path`` is where the paper is read; ``reference`` names it, and is open once. Who may read it is asked there.
    """

    counter = models.ForeignKey("centres.Counter", on_delete=models.CASCADE, related_name="+")
    printer = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="prints")
    what = models.CharField(max_length=120)
    path = models.CharField(max_length=200)
    reference = models.CharField(max_length=60)
    state = FSMField(max_length=10, choices=PrintState.choices, default=PrintState.ASKED, protected=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    printed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("paper printed at another counter")
        verbose_name_plural = _("papers printed at another counter")
        ordering = ["asked_at", "id"]
        indexes = [
            models.Index(fields=["printer"], condition=Q(state=PrintState.ASKED), name="print_elsewhere_waits"),
            models.Index(fields=["reference", "asked_at"], name="print_elsewhere_of"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["reference"], condition=Q(state=PrintState.ASKED), name="print_elsewhere_once_open"
            ),
            models.CheckConstraint(
                condition=Q(state=PrintState.ASKED, ended_at__isnull=True)
                | (~Q(state=PrintState.ASKED) & Q(ended_at__isnull=False)),
                name="print_elsewhere_ended_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=PrintState.PRINTED) | Q(printed_by__isnull=False),
                name="print_elsewhere_printed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @transition(state, source=PrintState.ASKED, target=PrintState.PRINTED)
    def print(self, by: Any, at: datetime) -> None:
        self.printed_by, self.ended_at = by, at

    @transition(state, source=PrintState.ASKED, target=PrintState.TAKEN_BACK)
    def take_back(self, at: datetime) -> None:
        self.ended_at = at

    @property
    def is_waiting(self) -> bool:
        return bool(self.state == PrintState.ASKED)

    @property
    def is_printed(self) -> bool:
        return bool(self.state == PrintState.PRINTED)
