"""A dossier, from the draft that a chosen procedure makes to the result in the citizen's hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMIntegerField, transition

from applications.enums import (
    IN_HAND,
    RECEIVED,
    WAITING_FOR_CITIZEN,
    WITHDRAWABLE,
    Channel,
    Delivery,
    DeliveryState,
    PartyRole,
    PaymentState,
    State,
    SyncState,
)
from applications.querysets import ApplicationQuerySet
from centres.models import Centre, Matter
from centres.models.ticket import new_token
from citizens.models import Citizen
from portal.fsm import StateModel
from procedures.models import ProcedureVersion

# Decision 20/2020/QĐ-TTg and Circular 03/2025/TT-VPCP; older dossiers carry longer agency parts (facts §1.2).
DOSSIER_CODE = r"^(?:\d{3}\.[0-9A-Z]{2}\.(?:[0-9A-Z]{2}\.)?)?[A-Z]\d{2}(?:\.\d{1,3}){0,3}-\d{6}-\d{4,6}$"


class DossierNumber(models.Model):
    """The last dossier number given by an agency on one local day."""

    agency_code = models.CharField(max_length=20)
    day = models.DateField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency_code", "day"], name="dossier_number_once")]

    def __str__(self) -> str:
        return f"{self.agency_code} {self.day} {self.last}"


class Application(StateModel):
    """An application, called a dossier (hồ sơ) once it is received.

    Helped at, received at and competent are three different centres. ``token`` opens its public page and is never
    logged; the first matter of a visit inherits its ticket's, so that one slip follows it to the result.
    """

    code = models.CharField(
        max_length=40, unique=True, null=True, blank=True, validators=[RegexValidator(DOSSIER_CODE)]
    )
    token = models.CharField(max_length=32, unique=True, default=new_token)
    client_key = models.CharField(
        max_length=64,
        unique=True,
        null=True,
        blank=True,
        editable=False,
        help_text=_("The same key is the same draft."),
    )
    version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="applications")
    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, null=True, blank=True, related_name="application")
    for_application = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="made_for_it"
    )
    helped_at = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+")
    received_at_centre = models.ForeignKey(Centre, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    competent = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=1, choices=Channel.choices, default=Channel.COUNTER)

    applicant = models.ForeignKey(Citizen, on_delete=models.PROTECT, null=True, blank=True, related_name="applications")
    contact_phone = models.CharField(max_length=16, blank=True)
    contact_email = models.EmailField(blank=True)
    language = models.CharField(max_length=2, default="vi")
    facts = models.JSONField(default=dict, blank=True)
    form_data = models.JSONField(default=dict, blank=True)
    acknowledged = models.JSONField(default=dict, blank=True, help_text=_("Notices the citizen was told, with times."))
    other_matter = models.JSONField(
        default=dict,
        blank=True,
        help_text=_("Why it is no duplicate of the dossiers it looks like: reason, their keys, who and when."),
    )
    pages = models.PositiveSmallIntegerField(null=True, blank=True)
    copies = models.PositiveSmallIntegerField(default=1)
    delivery = models.CharField(
        max_length=7,
        choices=Delivery.choices,
        default=Delivery.COUNTER,
        help_text=_("How the citizen wants the result."),
    )
    delivery_address = models.CharField(max_length=300, blank=True, help_text=_("Where the post brings the result."))

    state = FSMIntegerField(choices=State.choices, default=State.DRAFT, protected=True)
    payment_state = models.CharField(max_length=6, choices=PaymentState.choices, default=PaymentState.NONE)
    delivery_state = models.CharField(max_length=8, choices=DeliveryState.choices, default=DeliveryState.AT_COUNTER)
    asked_again = models.BooleanField(
        default=False,
        help_text=_("A supplement was requested a second time; the national score counts that as overdue."),
    )
    sync_state = models.CharField(max_length=8, choices=SyncState.choices, default=SyncState.LOCAL)

    started_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    due_explanation = models.JSONField(default=dict, blank=True)
    forward_by = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_(
            "By when it has to be with the competent office it was taken in for; empty once it is handed over."
        ),
    )
    paused_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    citizen_wrote_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("Since when what the citizen wrote waits to be read; empty when nothing does."),
    )
    anonymised_at = models.DateTimeField(null=True, blank=True, editable=False)

    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="handled"
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        indexes = [
            models.Index(fields=["competent", "due_at", "id"], condition=Q(state__in=RECEIVED), name="application_due"),
            models.Index(fields=["competent", "state", "due_at", "id"], name="application_worklist"),
            models.Index(
                fields=["received_at_centre", "due_at", "id"],
                condition=Q(forward_by__isnull=False),
                name="application_to_forward",
            ),
            models.Index(
                fields=["handler", "due_at", "id"], condition=Q(state__in=IN_HAND), name="application_in_hands_of"
            ),
            # What is not handed over yet is a twentieth of a year's dossiers.
            models.Index(
                fields=["due_at", "id"], condition=Q(state__in=[*IN_HAND, State.DONE]), name="application_still_here"
            ),
            models.Index(
                fields=["received_at_centre", "state", "due_at", "id"],
                condition=Q(state__in=[*IN_HAND, State.DONE]),
                name="application_at_counter",
            ),
            models.Index(
                fields=["competent", "released_at"],
                condition=Q(state__in=[State.DONE, State.RETURNED]),
                name="application_released",
            ),
            models.Index(fields=["applicant", "-started_at"], name="application_of_citizen"),
            models.Index(fields=["contact_phone", "id"], condition=~Q(contact_phone=""), name="application_by_phone"),
            models.Index(
                fields=["competent"], condition=Q(payment_state=PaymentState.OVER), name="application_to_give_back"
            ),
            models.Index(
                fields=["received_at_centre"],
                condition=Q(payment_state=PaymentState.DUE),
                name="application_fee_to_take",
            ),
            models.Index(
                fields=["citizen_wrote_at"], condition=Q(citizen_wrote_at__isnull=False), name="application_wrote"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=RECEIVED)
                | (
                    Q(
                        code__isnull=False,
                        received_at__isnull=False,
                        due_at__isnull=False,
                        received_at_centre__isnull=False,
                        received_by__isnull=False,
                        applicant__isnull=False,
                    )
                    & ~Q(due_explanation={})
                ),
                name="application_received_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.DRAFT) | Q(code__isnull=True, received_at__isnull=True, due_at__isnull=True),
                name="application_draft_has_no_clock",
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=True) | Q(due_at__gte=F("received_at")), name="application_due_after_receipt"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.PROCESSING) | Q(handler__isnull=False), name="application_in_hands_of_someone"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=WAITING_FOR_CITIZEN) | Q(paused_at__isnull=False),
                name="application_waiting_is_paused",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.DONE, State.RETURNED]) | Q(released_at__isnull=False),
                name="application_done_was_released",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.RETURNED)
                | Q(handed_over_at__isnull=False, delivery_state=DeliveryState.HANDED),
                name="application_returned_was_handed",
            ),
            models.CheckConstraint(
                condition=~Q(delivery_state=DeliveryState.ON_WAY) | Q(state=State.DONE),
                name="application_on_its_way_is_done",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=RECEIVED, delivery=Delivery.POST) | ~Q(delivery_address=""),
                name="application_post_has_address",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.REFUSED, State.WITHDRAWN, State.STOPPED]) | Q(ended_at__isnull=False),
                name="application_ended_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.code or f"{self.version.procedure} ({self.get_state_display()})"

    def is_overdue(self, at: datetime) -> bool:
        """Past its due moment while the office has it; never for time the citizen took."""
        return self.state in (State.ACCEPTED, State.PROCESSING) and self.due_at is not None and self.due_at < at

    @property
    def waits_to_be_forwarded(self) -> bool:
        """Taken in for another office, which does not have it yet."""
        return self.state == State.ACCEPTED and self.forward_by is not None

    # -- the machine: bodies change fields and nothing else; each transition is called by one action -----------------

    @transition(field=state, source=State.DRAFT, target=State.SUBMITTED)
    def submit(self, at: datetime) -> None:
        self.submitted_at = at

    @transition(field=state, source=[State.DRAFT, State.SUBMITTED], target=State.ACCEPTED)
    def accept(self, *, code: str, at: datetime, due_at: datetime, explanation: dict[str, str], by: Any) -> None:
        self.code, self.received_at, self.received_by = code, at, by
        self.submitted_at = self.submitted_at or at
        self.due_at, self.due_explanation = due_at, explanation

    @transition(field=state, source=[State.DRAFT, State.SUBMITTED], target=State.REFUSED)
    def refuse(self, at: datetime) -> None:
        self.ended_at = at

    @transition(field=state, source=State.ACCEPTED, target=State.PROCESSING)
    def take(self, by: Any) -> None:
        self.handler = by

    @transition(field=state, source=State.PROCESSING, target=State.SUPPLEMENT)
    def ask_supplement(self, at: datetime) -> None:
        self.paused_at = at

    @transition(field=state, source=State.SUPPLEMENT, target=State.PROCESSING)
    def resume(self, due_at: datetime, explanation: dict[str, str]) -> None:
        self.paused_at, self.due_at, self.due_explanation = None, due_at, explanation

    @transition(field=state, source=State.PROCESSING, target=State.PAYMENT)
    def ask_payment(self, at: datetime) -> None:
        self.paused_at = at

    @transition(field=state, source=State.PAYMENT, target=State.PROCESSING)
    def settle(self, due_at: datetime, explanation: dict[str, str]) -> None:
        self.paused_at, self.due_at, self.due_explanation = None, due_at, explanation

    @transition(field=state, source=[State.DRAFT, *WITHDRAWABLE], target=State.WITHDRAWN)
    def withdraw(self, at: datetime) -> None:
        self.ended_at, self.paused_at = at, None

    @transition(field=state, source=IN_HAND, target=State.STOPPED)
    def stop(self, at: datetime) -> None:
        self.ended_at, self.paused_at = at, None

    @transition(field=state, source=State.PROCESSING, target=State.DONE)
    def release(self, at: datetime) -> None:
        self.released_at = at

    @transition(field=state, source=[State.DONE, State.RETURNED], target=State.DONE)
    def replace_result(self, at: datetime) -> None:
        self.handed_over_at, self.delivery_state = None, DeliveryState.AT_COUNTER

    @transition(field=state, source=State.DONE, target=State.STOPPED)
    def void_result(self, at: datetime) -> None:
        self.ended_at, self.delivery_state = at, DeliveryState.AT_COUNTER

    @transition(field=state, source=State.DONE, target=State.RETURNED)
    def hand_over(self, at: datetime) -> None:
        self.handed_over_at, self.delivery_state = at, DeliveryState.HANDED


class Party(models.Model):
    """A person's part in a dossier beside the applicant."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="parties")
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="parties")
    role = models.CharField(max_length=10, choices=PartyRole.choices)

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        constraints = [models.UniqueConstraint(fields=["application", "citizen", "role"], name="party_once")]

    def __str__(self) -> str:
        return f"{self.citizen} ({self.get_role_display()})"
