"""The closing of a day: the heads of all chains, chained from day to day and published, so that nobody rewrites them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.records import AppendOnly


class Closing(AppendOnly):
    """One day's closing. Its hash covers the day, the moment, every head and the closing before."""

    day = models.DateField(unique=True)
    at = models.DateTimeField()
    # Unique: two closings cannot follow the same one.
    previous_hash = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("closing of a day")
        verbose_name_plural = _("closings of days")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"


class ChainHead(AppendOnly):
    """The last row of one chain at a closing. ``chain`` names it ("register:12", "notes:12"); ``about`` says in plain
    values, without personal data, what it is of, as it was then."""

    closing = models.ForeignKey(Closing, on_delete=models.PROTECT, related_name="heads")
    chain = models.CharField(max_length=40)
    sequence = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    about = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("head of a chain")
        verbose_name_plural = _("heads of chains")
        ordering = ["closing_id", "chain"]
        constraints = [models.UniqueConstraint(fields=["closing", "chain"], name="chain_head_once")]
        indexes = [models.Index(fields=["chain", "sequence"], name="chain_heads_of_a_chain")]

    def __str__(self) -> str:
        return f"{self.closing} {self.chain}"


class ClosingPaper(AppendOnly):
    """The printed closing as it lies in the private store; ``is_signed`` by the unit's key."""

    closing = models.OneToOneField(Closing, on_delete=models.PROTECT, related_name="paper")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    is_signed = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("printed closing")
        verbose_name_plural = _("printed closings")

    def __str__(self) -> str:
        return str(self.closing)
