"""What happens to a dossier between receipt and result."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.enums import PauseWhy, StepKind, SupplementStage
from applications.models.papers import Document
from applications.notarisation.enums import NOT_PAID_FOR

# A request at the counter is over once the dossier is received; it stops no clock.
STILL_OPEN = Q(stage=SupplementStage.APPRAISAL, answered_at__isnull=True, ended_at__isnull=True)

# A result that waits to be collected, and nobody was reminded of.
UNCOLLECTED = Q(kind=StepKind.RETURN, to_at__isnull=True, reminded_at__isnull=True)


class Step(models.Model):
    """Who has the dossier, from when to when; the open one says where it stands."""

    application = models.ForeignKey("applications.Application", on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=10, choices=StepKind.choices)
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(
        null=True, blank=True, help_text=_("The citizen was reminded that the result waits to be collected.")
    )

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["from_at", "id"]
        indexes = [models.Index(fields=["from_at"], condition=UNCOLLECTED, name="step_to_remind_of")]
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=Q(to_at__isnull=True), name="one_open_step"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class SupplementRequest(models.Model):
    """One complete request for what is missing (form 02; Decree 118/2025 art. 17 as amended: once, with guidance).

    ``lines`` are its faults, each with what it is about, what is wrong and what to do; ``faults`` is the same as one text.
    A second one at the appraisal has a leader's reason. ``ends_at`` is when the law ends an unanswered one, if it does.
    ``asked_until`` is the end that was asked for, where an outage has moved it since.
    """

    application = models.ForeignKey("applications.Application", on_delete=models.CASCADE, related_name="supplements")
    part = models.ForeignKey(
        "applications.Part",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="supplements",
        help_text=_("Which of the linked services it is for; only that one waits."),
    )
    stage = models.CharField(max_length=9, choices=SupplementStage.choices, default=SupplementStage.APPRAISAL)
    sequence = models.PositiveSmallIntegerField(default=1)
    faults = models.TextField(help_text=_("What is missing or wrong, with guidance."))
    lines = models.JSONField(default=list)
    guidance = models.TextField(blank=True)
    until = models.DateTimeField(null=True, blank=True)
    asked_until = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True, help_text=_("Why the leader lets it be asked again."))
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    remind_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text=_("Over without an answer."))

    class Meta:
        verbose_name = _("supplement request")
        verbose_name_plural = _("supplement requests")
        ordering = ["asked_at", "id"]
        indexes = [
            models.Index(
                fields=["remind_at"], condition=STILL_OPEN & Q(reminded_at__isnull=True), name="supplement_remind"
            ),
            models.Index(fields=["ends_at"], condition=STILL_OPEN, name="supplement_ends"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=STILL_OPEN & Q(part__isnull=True), name="one_open_supplement"
            ),
            models.UniqueConstraint(fields=["part"], condition=STILL_OPEN, name="one_open_supplement_a_part"),
            models.UniqueConstraint(
                fields=["application", "stage", "sequence"],
                condition=Q(part__isnull=True),
                name="supplement_sequence_once",
            ),
            models.UniqueConstraint(fields=["part", "stage", "sequence"], name="supplement_sequence_once_a_part"),
            models.CheckConstraint(
                condition=Q(sequence=1) | (Q(stage=SupplementStage.APPRAISAL) & ~Q(reason="")),
                name="supplement_again_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(ended_at__isnull=True), name="supplement_has_one_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.asked_at:%d/%m/%Y}"

    @property
    def is_open(self) -> bool:
        return self.stage == SupplementStage.APPRAISAL and self.answered_at is None and self.ended_at is None

    @property
    def counts_as_overdue(self) -> bool:
        """The national score counts a dossier that was asked for more than once as overdue (Decision 766/QĐ-TTg)."""
        return self.stage == SupplementStage.APPRAISAL and self.sequence > 1


class Extension(models.Model):
    """The apology with a new date (form 04), drafted before the date is missed and signed by a leader; once a dossier.

    A draft that is not needed any more is put aside; once signed nothing of it changes.
    """

    application = models.ForeignKey("applications.Application", on_delete=models.PROTECT, related_name="extensions")
    reason = models.TextField(blank=True)
    due_before = models.DateTimeField()
    due_after = models.DateTimeField()
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Nobody: the portal foresaw it."),
    )
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("apology with a new date")
        verbose_name_plural = _("apologies with a new date")
        ordering = ["drafted_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(dropped_at__isnull=True), name="extension_once_a_dossier"
            ),
            models.CheckConstraint(condition=Q(due_after__gt=F("due_before")), name="extension_gives_time"),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | (Q(signed_at__isnull=False, signed_by__isnull=False, dropped_at__isnull=True) & ~Q(reason="")),
                name="extension_signed_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True) | Q(signed_at__lte=F("due_before")), name="extension_signed_in_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.due_after:%d/%m/%Y}"

    @property
    def is_open(self) -> bool:
        return self.signed_at is None and self.dropped_at is None


class Consultation(models.Model):
    """A question to another office, with a limit of its own; the dossier's clock runs on meanwhile."""

    application = models.ForeignKey("applications.Application", on_delete=models.CASCADE, related_name="consultations")
    office = models.CharField(max_length=200)
    email = models.EmailField(blank=True, help_text=_("Where the office is reminded."))
    question = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    remind_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("question to another office")
        verbose_name_plural = _("questions to other offices")
        ordering = ["asked_at", "id"]
        indexes = [
            models.Index(
                fields=["remind_at"],
                condition=Q(answered_at__isnull=True, reminded_at__isnull=True),
                name="consultation_remind",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "office"], condition=Q(answered_at__isnull=True), name="consultation_open_once"
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("asked_at")), name="consultation_gives_time"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="consultation_answer_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office} {self.asked_at:%d/%m/%Y}"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None


class Absence(models.Model):
    """Somebody is away from one day to another, and who stands in (Decree 118/2025 art. 11.8: no counter stops)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absences")
    centre = models.ForeignKey("centres.Centre", on_delete=models.CASCADE, related_name="+")
    substitute = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="stands_in")
    from_day = models.DateField()
    to_day = models.DateField(help_text=_("The last day."))
    reason = models.CharField(max_length=200, blank=True)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True, help_text=_("Taken back, or back before its last day."))

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["from_day", "id"]
        indexes = [models.Index(fields=["substitute", "from_day", "to_day"], name="absence_of_substitute")]
        constraints = [
            models.CheckConstraint(condition=Q(to_day__gte=F("from_day")), name="absence_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(user=F("substitute")), name="absence_has_somebody_else"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.from_day} {self.to_day}"


class WithdrawalRequest(models.Model):
    """The applicant asks on the tracking page to take the dossier back; an officer does it, or says why not."""

    application = models.ForeignKey("applications.Application", on_delete=models.CASCADE, related_name="withdrawals")
    reason = models.CharField(max_length=500)
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.CharField(max_length=500, blank=True, help_text=_("Why it was not done; empty when it was."))

    class Meta:
        verbose_name = _("wish to withdraw")
        verbose_name_plural = _("wishes to withdraw")
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(settled_at__isnull=True), name="one_open_withdrawal"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.asked_at:%d/%m/%Y}"


class Pause(models.Model):
    """Time that is not the office's: the clock stands still from one moment to the other."""

    application = models.ForeignKey("applications.Application", on_delete=models.CASCADE, related_name="pauses")
    why = models.CharField(max_length=10, choices=PauseWhy.choices)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ["from_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=Q(to_at__isnull=True), name="one_open_pause"),
            models.CheckConstraint(
                condition=Q(to_at__isnull=True) | Q(to_at__gte=F("from_at")), name="pause_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_why_display()} {self.from_at:%d/%m/%Y}"


class OutagePass(models.Model):
    """One walk through the dossiers that an outage reaches, by their keys: what a worker left behind goes on from here."""

    outage = models.ForeignKey("centres.Outage", on_delete=models.CASCADE, related_name="+")
    settles = models.BooleanField(help_text=_("It is over: its real end is counted."))
    after = models.PositiveBigIntegerField(default=0, help_text=_("The last dossier that was looked at."))
    moved = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("walk of an outage")
        verbose_name_plural = _("walks of outages")
        constraints = [models.UniqueConstraint(fields=["outage", "settles"], name="outage_pass_once")]

    def __str__(self) -> str:
        return f"{self.outage_id} {self.after}"


class FeeLines(models.Manager["FeeLine"]):
    """Each with the document it is for, which says whether it counts."""

    def get_queryset(self) -> models.QuerySet[FeeLine]:
        return super().get_queryset().select_related("item")


class FeeLine(models.Model):
    """One fee as computed at receipt, with its article; whole đồng. ``item`` is the document certified for it, if it is
    for one: what was refused or could not be made is not paid for (``is_due``). A line is never changed: it falls away,
    with who said so and why, and a lower one may take its place."""

    application = models.ForeignKey("applications.Application", on_delete=models.CASCADE, related_name="fee_lines")
    name = models.JSONField()
    article = models.CharField(max_length=300, blank=True)
    quantity = models.PositiveIntegerField(default=1)
    amount = models.PositiveIntegerField()
    item = models.ForeignKey(
        "applications.CertificationItem", on_delete=models.PROTECT, null=True, blank=True, related_name="fee_lines"
    )
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")
    fell_at = models.DateTimeField(null=True, blank=True)
    fell_why = models.CharField(max_length=500, blank=True)
    fell_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = FeeLines()

    class Meta:
        verbose_name = _("fee line")
        verbose_name_plural = _("fee lines")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(fell_at__isnull=True, fell_why="", fell_by__isnull=True)
                | (Q(fell_at__isnull=False) & ~Q(fell_why="")),
                name="fee_line_fell_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} đ"

    @property
    def is_due(self) -> bool:
        return self.fell_at is None and (self.item is None or self.item.state not in NOT_PAID_FOR)


class Result(models.Model):
    """What the office decided and issued; handed over against a signature."""

    application = models.OneToOneField("applications.Application", on_delete=models.PROTECT, related_name="result")
    number = models.CharField(max_length=60)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_at = models.DateTimeField(null=True, blank=True)
    handed_to = models.CharField(max_length=120, blank=True)
    signature = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        indexes = [models.Index(fields=["number", "application"], name="result_by_its_number")]
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True) | Q(signed_by__isnull=False), name="result_signed_by_someone"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ResultCorrection(models.Model):
    """A result that was found wrong is replaced by a new decision: proposed by one person, signed by another.

    With the signature the row keeps what was decided before (``old_``), so that nothing is ever overwritten.
    """

    application = models.ForeignKey("applications.Application", on_delete=models.PROTECT, related_name="corrections")
    number = models.CharField(max_length=60)
    reason = models.TextField()
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    dropped_at = models.DateTimeField(null=True, blank=True)
    old_number = models.CharField(max_length=60, blank=True)
    old_document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    old_signed_at = models.DateTimeField(null=True, blank=True)
    old_signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    old_handed_to = models.CharField(max_length=120, blank=True)
    old_handed_at = models.DateTimeField(null=True, blank=True)
    old_signature = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("corrected result")
        verbose_name_plural = _("corrected results")
        ordering = ["proposed_at", "id"]
        indexes = [
            models.Index(fields=["old_number", "application"], condition=~Q(old_number=""), name="result_by_old_number")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(signed_at__isnull=True, dropped_at__isnull=True),
                name="one_open_correction",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="correction_has_a_reason"),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | (
                    Q(signed_at__isnull=False, signed_by__isnull=False, dropped_at__isnull=True)
                    & ~Q(old_number="")
                    & ~Q(signed_by=F("proposed_by"))
                ),
                name="correction_signed_keeps_the_old",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_number or self.application} → {self.number}"

    @property
    def is_open(self) -> bool:
        return self.signed_at is None and self.dropped_at is None
