"""Money that came to an account: each transfer once, as the bank told of it, and what became of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.enums_bank import LineTrouble, NoticeSource, NoticeState, Outcome
from portal.records import AppendOnly


class BankNotice(models.Model):
    """Báo có: one transfer to one of the accounts for fees. ``reference`` is the bank's own number, which counts once.

    What came is kept as it came (``body``) and never changed; a job books it (``payment``), or leaves it to people. Notices
    are the bank's word: only they make a payment of a code.
    """

    account = models.CharField(max_length=19)
    reference = models.CharField(max_length=34)
    amount = models.PositiveBigIntegerField()
    text = models.CharField(max_length=500, blank=True)
    payer = models.CharField(max_length=200, blank=True)
    paid_at = models.DateTimeField()
    source = models.CharField(max_length=6, choices=NoticeSource.choices)
    body = models.TextField(blank=True)
    came_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=NoticeState.choices, default=NoticeState.WAITING)
    outcome = models.CharField(max_length=7, choices=Outcome.choices, blank=True)
    application = models.ForeignKey(
        "applications.Application", on_delete=models.PROTECT, null=True, blank=True, related_name="bank_notices"
    )
    payment = models.OneToOneField(
        "applications.Payment", on_delete=models.PROTECT, null=True, blank=True, related_name="notice"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("notice of the bank")
        verbose_name_plural = _("notices of the bank")
        ordering = ["paid_at", "id"]
        indexes = [
            models.Index(fields=["id"], condition=Q(state=NoticeState.WAITING), name="bank_notice_waiting"),
            models.Index(fields=["paid_at"], condition=Q(state=NoticeState.LISTED), name="bank_notice_listed"),
            models.Index(fields=["account", "paid_at"], name="bank_notice_of_a_day"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["account", "reference"], name="bank_notice_once"),
            models.CheckConstraint(condition=Q(amount__gte=1) & ~Q(reference=""), name="bank_notice_is_of_something"),
            models.CheckConstraint(
                condition=Q(state=NoticeState.BOOKED, payment__isnull=False, application__isnull=False)
                | (~Q(state=NoticeState.BOOKED) & Q(payment__isnull=True)),
                name="bank_notice_booked_is_a_payment",
            ),
            models.CheckConstraint(
                condition=Q(state=NoticeState.WAITING) | Q(settled_at__isnull=False), name="bank_notice_settled_at"
            ),
            models.CheckConstraint(
                condition=~Q(state=NoticeState.ASIDE) | (~Q(note="") & Q(settled_by__isnull=False)),
                name="bank_notice_aside_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.reference}"


class BankStatement(AppendOnly):
    """Sao kê: one file of the bank as it was taken in; the same bytes are taken in once."""

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("statement of the bank")
        verbose_name_plural = _("statements of the bank")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.name


class StatementLine(AppendOnly):
    """One line of a statement: the notice it agrees with (made by it where none had come), or what is wrong with it."""

    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField(help_text=_("As the file counts its lines."))
    account = models.CharField(max_length=19, blank=True)
    amount = models.PositiveBigIntegerField(null=True, blank=True)
    day = models.DateField(null=True, blank=True)
    notice = models.ForeignKey(BankNotice, on_delete=models.PROTECT, null=True, blank=True, related_name="lines")
    trouble = models.CharField(max_length=8, choices=LineTrouble.choices, blank=True)
    cells = models.CharField(max_length=500, blank=True, help_text=_("Of a line that is wrong, what stands there."))

    ERASABLE = ("cells",)

    class Meta:
        verbose_name = _("line of a statement")
        verbose_name_plural = _("lines of statements")
        ordering = ["statement_id", "number"]
        indexes = [models.Index(fields=["day", "account"], name="statement_line_of_a_day")]
        constraints = [
            models.UniqueConstraint(fields=["statement", "number"], name="statement_line_once"),
            models.CheckConstraint(
                condition=Q(trouble="", notice__isnull=False) | ~Q(trouble=""), name="statement_line_agrees_or_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}.{self.number}"
