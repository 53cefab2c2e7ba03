"""A result on its way by post."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.enums import DispatchEnd


class Dispatch(models.Model):
    """One letter with a result, from the counter to its end: delivered, brought back, or overtaken by another result."""

    application = models.ForeignKey("applications.Application", on_delete=models.PROTECT, related_name="dispatches")
    number = models.CharField(max_length=200, help_text=_("Number of the result that is in it."))
    recipient = models.CharField(max_length=120)
    address = models.CharField(max_length=300)
    carrier = models.CharField(max_length=100)
    tracking_number = models.CharField(max_length=40)
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    end = models.CharField(max_length=9, choices=DispatchEnd.choices, blank=True)
    delivered_on = models.DateField(null=True, blank=True)
    taken_by = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=500, blank=True, help_text=_("Why it came back."))

    class Meta:
        verbose_name = _("result sent by post")
        verbose_name_plural = _("results sent by post")
        ordering = ["sent_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(ended_at__isnull=True), name="one_letter_on_its_way"
            ),
            models.CheckConstraint(
                condition=~Q(recipient="") & ~Q(address="") & ~Q(carrier="") & ~Q(tracking_number=""),
                name="letter_can_be_followed",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end="")
                | (Q(ended_at__isnull=False, ended_at__gte=F("sent_at")) & ~Q(end="")),
                name="letter_ends_one_way",
            ),
            models.CheckConstraint(
                condition=(Q(end=DispatchEnd.DELIVERED, delivered_on__isnull=False) & ~Q(taken_by=""))
                | (~Q(end=DispatchEnd.DELIVERED) & Q(delivered_on__isnull=True, taken_by="")),
                name="letter_delivered_to_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(end=DispatchEnd.RETURNED) | ~Q(reason=""), name="letter_came_back_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking_number}"

    @property
    def is_open(self) -> bool:
        return self.ended_at is None
