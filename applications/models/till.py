"""The day's closing of one cashier's money: what was booked, what was counted, who signed; rows that nobody changes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.enums import Method
from portal.records import AppendOnly


class DayClosing(AppendOnly):
    """Chốt quỹ: the payments of one cashier up to a moment, summed up by way of payment, against what was counted.

    Whole đồng. ``change_money`` lay in the till before. A mistake in counting is put right by a row of its own that
    names the one before (``corrects``) and why; the payments stay with the first.
    """

    centre = models.ForeignKey("centres.Centre", on_delete=models.PROTECT, related_name="day_closings")
    cashier = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    sequence = models.PositiveSmallIntegerField(default=1)
    at = models.DateTimeField()
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    change_money = models.PositiveBigIntegerField()
    taken_cash = models.PositiveBigIntegerField()
    returned_cash = models.PositiveBigIntegerField()
    taken_card = models.PositiveBigIntegerField()
    returned_card = models.PositiveBigIntegerField()
    taken_transfer = models.PositiveBigIntegerField()
    returned_transfer = models.PositiveBigIntegerField()
    # Below nothing where more was paid out than there was: the cashier laid it out.
    counted_cash = models.BigIntegerField()
    counted_card = models.BigIntegerField()
    counted_transfer = models.BigIntegerField()
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("day closing of a cashier")
        verbose_name_plural = _("day closings of cashiers")
        ordering = ["-day", "-sequence", "cashier_id"]
        constraints = [
            models.UniqueConstraint(fields=["centre", "cashier", "day", "sequence"], name="day_closing_once"),
            models.CheckConstraint(
                condition=~Q(note="")
                | Q(
                    corrects__isnull=True,
                    counted_cash=F("change_money") + F("taken_cash") - F("returned_cash"),
                    counted_card=F("taken_card") - F("returned_card"),
                    counted_transfer=F("taken_transfer") - F("returned_transfer"),
                ),
                name="day_closing_explains_a_difference",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y}.{self.sequence}"

    @property
    def expected_cash(self) -> int:
        return self.change_money + self.taken_cash - self.returned_cash

    @property
    def expected_card(self) -> int:
        return self.taken_card - self.returned_card

    @property
    def expected_transfer(self) -> int:
        return self.taken_transfer - self.returned_transfer

    @property
    def difference(self) -> int:
        """What was counted beyond what was expected; below it where it is negative."""
        counted = self.counted_cash + self.counted_card + self.counted_transfer
        return counted - self.expected_cash - self.expected_card - self.expected_transfer

    @property
    def differs(self) -> bool:
        """Whether any way of payment differs, also where two of them make up for each other."""
        return bool(self.ways_that_differ)

    @property
    def ways_that_differ(self) -> list[Method]:
        return [
            way for way in Method if getattr(self, f"counted_{way.value}") != getattr(self, f"expected_{way.value}")
        ]


class RefusedCount(AppendOnly):
    """What a cashier counted first, where it differed and they were asked to count again; kept beside the closing that came
    of it, which holds ``last``, the last payment that had been booked by then. Whole đồng.
    """

    cashier = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    last = models.ForeignKey("applications.Payment", on_delete=models.PROTECT, related_name="refused_counts")
    at = models.DateTimeField()
    change_money = models.PositiveBigIntegerField()
    counted_cash = models.BigIntegerField()
    counted_card = models.BigIntegerField()
    counted_transfer = models.BigIntegerField()

    class Meta:
        verbose_name = _("count that was refused")
        verbose_name_plural = _("counts that were refused")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.cashier_id} {self.at:%d/%m/%Y %H:%M}"


class ClosedPayment(AppendOnly):
    """One payment in the one closing it belongs to."""

    closing = models.ForeignKey(DayClosing, on_delete=models.PROTECT, related_name="lines")
    payment = models.OneToOneField("applications.Payment", on_delete=models.PROTECT, related_name="closed")

    class Meta:
        verbose_name = _("payment in a day closing")
        verbose_name_plural = _("payments in day closings")
        ordering = ["payment_id"]

    def __str__(self) -> str:
        return f"{self.closing_id}: {self.payment_id}"


class Countersignature(AppendOnly):
    """The manager has seen the closing and the money, and signs beside the cashier."""

    closing = models.OneToOneField(DayClosing, on_delete=models.PROTECT, related_name="countersignature")
    cashier = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("countersignature of a day closing")
        verbose_name_plural = _("countersignatures of day closings")
        constraints = [models.CheckConstraint(condition=~Q(by=F("cashier")), name="countersigned_by_somebody_else")]

    def __str__(self) -> str:
        return f"{self.closing_id}: {self.by_id}"


class DayClosingPaper(AppendOnly):
    """The printed closing as it lies in the private store: as the cashier closed it, and once more when countersigned."""

    closing = models.ForeignKey(DayClosing, on_delete=models.PROTECT, related_name="papers")
    is_countersigned = models.BooleanField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("printed day closing")
        verbose_name_plural = _("printed day closings")
        constraints = [
            models.UniqueConstraint(fields=["closing", "is_countersigned"], name="day_closing_paper_once"),
        ]

    def __str__(self) -> str:
        return str(self.closing_id)
