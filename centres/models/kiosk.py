"""What kiosks and slips need beside the ticket: numbers held for a line that drops, papers people were sent for."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centres.enums import AskedAt, TripChoice
from centres.models.centre import Centre, Device, Service
from centres.models.ticket import Ticket, new_token
from notifications.models import PushSubscription
from portal.records import AppendOnly
from procedures.models import DocumentKind, Procedure

# Our own choice: the turn, and two more for those who come back or are passed on.
MOST_SMS = 3


class PaperTrip(AppendOnly):
    """Somebody had a paper not with them, and what they chose. Counted only: nothing in it says who."""

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="paper_trips")
    day = models.DateField()
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="+")
    kind = models.ForeignKey(DocumentKind, on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(max_length=8, choices=TripChoice.choices)
    asked_at = models.CharField(max_length=6, choices=AskedAt.choices)
    client_key = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("paper that was missing")
        verbose_name_plural = _("papers that were missing")
        indexes = [models.Index(fields=["centre", "day"], name="paper_trip_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"


class NumberBlock(models.Model):
    """Numbers of one letter and day that only one kiosk may give out, while it does not reach the server.

    They lie above those drawn over the line (``centres.numbers``), in blocks of one size, so that no two overlap.
    """

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="+")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="blocks")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    letter = models.CharField(max_length=1)
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    reserved_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("block of numbers")
        verbose_name_plural = _("blocks of numbers")
        indexes = [models.Index(fields=["day"], condition=Q(closed_at__isnull=True), name="block_open")]
        constraints = [
            models.UniqueConstraint(fields=["centre", "day", "letter", "first"], name="block_once"),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="block_has_numbers"),
        ]

    def __str__(self) -> str:
        return f"{self.letter}{self.first}–{self.last}"


class HeldNumber(models.Model):
    """One number of a block, with the token its slip will carry."""

    block = models.ForeignKey(NumberBlock, on_delete=models.CASCADE, related_name="numbers")
    number = models.PositiveIntegerField()
    token = models.CharField(max_length=32, unique=True, default=new_token)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("held number")
        verbose_name_plural = _("held numbers")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["block", "number"], name="held_number_once")]

    def __str__(self) -> str:
        return f"{self.block.letter}{self.number}"


class NextNotice(models.Model):
    """Where somebody wants to be told that their number is nearly called: a phone or a browser, for this visit only.

    Given with consent for this one purpose and deleted in the night after it (Law 91/2025 on personal data).
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="next_notices")
    phone = models.CharField(max_length=16, blank=True)
    subscription = models.ForeignKey(PushSubscription, on_delete=models.CASCADE, null=True, blank=True)
    consent_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("notice before the call")
        verbose_name_plural = _("notices before the call")
        indexes = [models.Index(fields=["ticket"], condition=Q(told_at__isnull=True), name="next_notice_open")]
        constraints = [
            models.UniqueConstraint(fields=["ticket"], condition=~Q(phone=""), name="next_notice_one_phone"),
            models.UniqueConstraint(fields=["ticket", "subscription"], name="next_notice_browser_once"),
            models.CheckConstraint(
                condition=Q(phone="", subscription__isnull=False) | (~Q(phone="") & Q(subscription__isnull=True)),
                name="next_notice_one_way",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ticket)


class NoticeRule(models.Model):
    """How many people may still be ahead when somebody is told, and how often one number is; without a centre it holds
    for the city."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, null=True, blank=True, related_name="notice_rules")
    ahead = models.PositiveSmallIntegerField(_("people ahead"))
    most_sms = models.PositiveSmallIntegerField(
        _("most SMS for one number"),
        default=MOST_SMS,
        help_text=_("Whoever leaves and comes back is told again, until so many SMS were sent."),
    )
    valid_from = models.DateField(_("in force from"))
    valid_to = models.DateField(_("in force to"), null=True, blank=True, help_text=_("The last day."))
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("rule of the notice before the call")
        verbose_name_plural = _("rules of the notice before the call")
        constraints = [
            models.UniqueConstraint(fields=["centre", "valid_from"], name="notice_rule_once"),
            models.UniqueConstraint(
                fields=["valid_from"], condition=Q(centre__isnull=True), name="notice_rule_city_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="notice_rule_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from}: {self.ahead}"
