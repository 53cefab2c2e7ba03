"""The parts of a linked dossier: one request, several offices, each with its own limit and result."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from applications.enums import PART_OPEN, PART_OVER, PartState
from applications.models.papers import Document
from portal.fsm import StateModel

# Its result waits to be collected, and nobody was reminded of it.
PART_UNCOLLECTED = Q(state=PartState.DONE, handed_at__isnull=True, reminded_at__isnull=True)


class Part(StateModel):
    """One of the services that a linked request asks for (thủ tục thành phần; Decree 63/2024 as amended by 301/2026).

    What the law says of it stands in the dossier's version under its ``key``. ``due_at`` is what was planned until it
    begins, and its own office's time from then on.
    """

    application = models.ForeignKey("applications.Application", on_delete=models.PROTECT, related_name="parts")
    key = models.CharField(max_length=60)
    order = models.PositiveSmallIntegerField()
    state = FSMField(max_length=10, choices=PartState.choices, default=PartState.WAITING, protected=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField()
    due_explanation = models.JSONField(default=dict, blank=True)
    number = models.CharField(max_length=60, blank=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ground = models.TextField(blank=True, help_text=_("Why the office refused it; the citizen reads this."))
    ended_at = models.DateTimeField(null=True, blank=True)
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    handed_at = models.DateTimeField(null=True, blank=True)
    handed_to = models.CharField(max_length=120, blank=True)
    signature = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reminded_at = models.DateTimeField(
        null=True, blank=True, help_text=_("The citizen was reminded that the result waits to be collected.")
    )

    class Meta:
        verbose_name = _("part of a linked dossier")
        verbose_name_plural = _("parts of linked dossiers")
        ordering = ["application_id", "order"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state=PartState.WITH_OFFICE), name="part_due"),
            models.Index(fields=["ended_at"], condition=PART_UNCOLLECTED, name="part_to_remind_of"),
            models.Index(fields=["number", "application"], condition=~Q(number=""), name="part_by_number"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["application", "key"], name="part_once"),
            models.UniqueConstraint(fields=["application", "order"], name="part_order_once"),
            models.CheckConstraint(
                condition=Q(state__in=[PartState.WAITING, PartState.ENDED]) | Q(begun_at__isnull=False),
                name="part_with_office_has_begun",
            ),
            models.CheckConstraint(
                condition=Q(state__in=PART_OPEN, ended_at__isnull=True)
                | Q(state__in=PART_OVER, ended_at__isnull=False),
                name="part_over_has_a_time",
            ),
            models.CheckConstraint(condition=~Q(state=PartState.DONE) | ~Q(number=""), name="part_done_has_a_number"),
            models.CheckConstraint(
                condition=~Q(state=PartState.REFUSED) | ~Q(ground=""), name="part_refused_has_a_ground"
            ),
            models.CheckConstraint(
                condition=Q(handed_at__isnull=True) | (Q(state=PartState.DONE) & ~Q(handed_to="")),
                name="part_handed_over_is_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.key}"

    @property
    def is_open(self) -> bool:
        return self.state in PART_OPEN

    @property
    def is_to_collect(self) -> bool:
        return self.state == PartState.DONE and self.handed_at is None

    def is_overdue(self, at: datetime) -> bool:
        """Past its due moment while its office has it; never for time the citizen took."""
        return self.state == PartState.WITH_OFFICE and self.due_at < at

    # -- the machine: bodies change fields and nothing else ------------------------------------------------------------

    @transition(field=state, source=PartState.WAITING, target=PartState.WITH_OFFICE)
    def begin(self, at: datetime) -> None:
        self.begun_at = at

    @transition(field=state, source=PartState.WITH_OFFICE, target=PartState.SUPPLEMENT)
    def ask_supplement(self) -> None:
        """Its clock stands still."""

    @transition(field=state, source=PartState.SUPPLEMENT, target=PartState.WITH_OFFICE)
    def resume(self) -> None:
        """Its clock goes on."""

    @transition(field=state, source=PartState.WITH_OFFICE, target=PartState.DONE)
    def finish(self, *, number: str, document: Document | None, at: datetime, by: Any) -> None:
        self.number, self.document, self.ended_at, self.told_by = number, document, at, by

    @transition(field=state, source=PartState.WITH_OFFICE, target=PartState.REFUSED)
    def refuse(self, *, ground: str, at: datetime, by: Any) -> None:
        self.ground, self.ended_at, self.told_by = ground, at, by

    @transition(
        field=state,
        source=[PartState.WAITING, PartState.WITH_OFFICE, PartState.SUPPLEMENT],
        target=PartState.ENDED,
    )
    def end(self, at: datetime) -> None:
        self.ended_at = at


class PartPause(models.Model):
    """Time that is not the office's in one part: the citizen brings what was asked for."""

    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="pauses")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("pause of a part")
        verbose_name_plural = _("pauses of parts")
        ordering = ["from_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["part"], condition=Q(to_at__isnull=True), name="one_open_pause_of_part"),
            models.CheckConstraint(
                condition=Q(to_at__isnull=True) | Q(to_at__gte=models.F("from_at")),
                name="pause_of_part_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part_id} {self.from_at:%d/%m/%Y}"
