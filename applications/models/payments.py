"""Money taken and given back, row by row, and the accounts a transfer goes to."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.enums import Method, PaymentKind
from portal.records import AppendOnly


class Payment(AppendOnly):
    """One sum taken at a counter, or given back by a leader's decision; whole đồng. A code shown is not a payment.

    Rows of one dossier are numbered (``sequence``) and carry what it holds after them (``held``): two at once cannot both
    be the next one, and nothing is given back that was not taken. ``cashier`` is whose till the money came into or
    left, nobody's for what the bank told of itself; ``reference`` is the card terminal's or the bank's.
    """

    application = models.ForeignKey("applications.Application", on_delete=models.PROTECT, related_name="payments")
    kind = models.CharField(max_length=4, choices=PaymentKind.choices)
    method = models.CharField(max_length=8, choices=Method.choices)
    amount = models.PositiveIntegerField()
    receipt_number = models.CharField(max_length=40, help_text=_("Of the fee receipt, or of the voucher of a refund."))
    reference = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    cancels = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cancelled_by",
        help_text=_("The receipt that this row stands against."),
    )
    sequence = models.PositiveIntegerField()
    held = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    cashier = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    centre = models.ForeignKey("centres.Centre", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["centre", "cashier", "at"], name="payments_of_a_cashier")]
        constraints = [
            models.UniqueConstraint(fields=["centre", "kind", "receipt_number"], name="payment_receipt_once"),
            models.UniqueConstraint(fields=["application", "sequence"], name="payment_in_its_turn"),
            models.UniqueConstraint(
                fields=["centre", "method", "kind", "reference"],
                condition=~Q(reference=""),
                name="payment_reference_once",
            ),
            models.CheckConstraint(
                condition=~Q(method=Method.CARD, kind=PaymentKind.PAID) | ~Q(reference=""), name="card_has_a_reference"
            ),
            models.CheckConstraint(
                condition=~Q(sequence=1) | Q(kind=PaymentKind.PAID, held=F("amount")), name="first_payment_is_taken"
            ),
            models.CheckConstraint(condition=Q(amount__gte=1), name="payment_is_of_something"),
            models.CheckConstraint(
                condition=Q(cashier__isnull=False, by__isnull=False) | (Q(method=Method.TRANSFER) & ~Q(reference="")),
                name="payment_without_a_till_is_the_banks",
            ),
            models.CheckConstraint(condition=~Q(receipt_number=""), name="payment_has_a_receipt"),
            models.CheckConstraint(condition=Q(kind=PaymentKind.PAID) | ~Q(reason=""), name="refund_has_a_reason"),
            models.CheckConstraint(
                condition=Q(cancels__isnull=True) | Q(kind=PaymentKind.REFUNDED), name="receipt_is_cancelled_against"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receipt_number} {self.amount} đ"


class PaymentRequest(models.Model):
    """Yêu cầu thanh toán: what one code asks for, as it was shown: the sum, the account, the reference, until when.

    A dossier has one open at a time, for the whole of what is due; it ends when another sum is due or none. Whoever pays
    by one that has ended is found by its reference all the same. A code that was shown is no payment.
    """

    application = models.ForeignKey(
        "applications.Application", on_delete=models.PROTECT, related_name="payment_requests"
    )
    reference = models.CharField(max_length=18, unique=True)
    amount = models.PositiveIntegerField()
    bank = models.CharField(max_length=6)
    account = models.CharField(max_length=19)
    holder = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    last_day = models.DateField(help_text=_("The last day on which the code is shown."))
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("request for a payment by code")
        verbose_name_plural = _("requests for payments by code")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(ended_at__isnull=True), name="one_open_payment_request"
            ),
            models.CheckConstraint(condition=Q(amount__gte=1), name="payment_request_is_of_something"),
        ]

    def __str__(self) -> str:
        return self.reference


class BankAccount(models.Model):
    """Where fees are transferred to, from one day on: a centre's own, or the city's for all centres."""

    centre = models.ForeignKey(
        "centres.Centre", on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("centre"), related_name="+"
    )
    valid_from = models.DateField(_("in force from"))
    bank = models.CharField(_("bank (BIN, 6 digits)"), max_length=6, validators=[RegexValidator(r"\A[0-9]{6}\Z")])
    account = models.CharField(
        _("account number"), max_length=19, validators=[RegexValidator(r"\A[0-9A-Za-z]{1,19}\Z")]
    )
    holder = models.CharField(_("holder"), max_length=120)
    code_days = models.PositiveSmallIntegerField(
        _("days for which a code is shown"),
        default=15,
        validators=[MinValueValidator(1)],
        help_text=_("After that the citizen asks for a new one. A transfer that comes later still counts."),
    )
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("account for fees")
        verbose_name_plural = _("accounts for fees")
        ordering = ["centre", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["centre", "valid_from"], name="bank_account_once"),
            models.UniqueConstraint(
                fields=["valid_from"], condition=Q(centre__isnull=True), name="bank_account_of_the_city_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.account}"
