"""What happens to a dossier between receipt and result."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.enums import PauseWhy, StepKind
from applications.models.papers import Document
from applications.notarisation.enums import NOT_PAID_FOR


class Step(models.Model):
    """Who has the dossier, from when to when; the open one says where it stands."""

    application = models.ForeignKey("applications.Application", on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=10, choices=StepKind.choices)
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["from_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=Q(to_at__isnull=True), name="one_open_step"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class SupplementRequest(models.Model):
    """One complete request for what is missing (form 02; Decree 118/2025 art. 17 as amended: once, with guidance)."""

    application = models.ForeignKey("applications.Application", on_delete=models.CASCADE, related_name="supplements")
    faults = models.TextField(help_text=_("What is missing or wrong, with guidance."))
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("supplement request")
        verbose_name_plural = _("supplement requests")
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(answered_at__isnull=True), name="one_open_supplement"
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


class FeeLine(models.Model):
    """One fee as computed at receipt, with its article; whole đồng. ``item`` is the document certified for it, if it is
    for one: what was refused or could not be made is not paid for (``is_due``)."""

    application = models.ForeignKey("applications.Application", on_delete=models.CASCADE, related_name="fee_lines")
    name = models.JSONField()
    article = models.CharField(max_length=300, blank=True)
    quantity = models.PositiveIntegerField(default=1)
    amount = models.PositiveIntegerField()
    item = models.ForeignKey(
        "applications.CertificationItem", on_delete=models.PROTECT, null=True, blank=True, related_name="fee_lines"
    )

    class Meta:
        verbose_name = _("fee line")
        verbose_name_plural = _("fee lines")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.amount} đ"

    @property
    def is_due(self) -> bool:
        return self.item is None or self.item.state not in NOT_PAID_FOR


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
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True) | Q(signed_by__isnull=False), name="result_signed_by_someone"
            ),
        ]

    def __str__(self) -> str:
        return self.number
