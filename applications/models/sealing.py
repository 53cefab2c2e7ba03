"""Signatures and time stamps that papers wait for, and those that keep them good for longer than their certificates."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.records import AppendOnly


class RegisterRules(models.Model):
    """How early papers get their next time stamp, and when a register that is still open is pointed out: the city's own rules,
    from one day on, replaced by a later row."""

    valid_from = models.DateField(_("in force from"), unique=True)
    source = models.CharField(_("source"), max_length=200)
    renew_days = models.PositiveSmallIntegerField(
        _("days before a time stamp's certificate ends in which the next one is put over the paper"),
        default=180,
        validators=[MinValueValidator(1)],
    )
    open_days = models.PositiveSmallIntegerField(
        _("days of January after which last year's register should be closed"), default=5
    )

    class Meta:
        verbose_name = _("rules of registers")
        verbose_name_plural = _("rules of registers")
        ordering = ["valid_from"]
        constraints = [models.CheckConstraint(condition=Q(renew_days__gte=1), name="register_rules_renew_in_time")]

    def __str__(self) -> str:
        return f"{self.valid_from}"


class ArchiveStamp(AppendOnly):
    """One version of a signed paper: as it was issued (``sequence`` 0), then with one more time stamp over it each time.

    ``first`` is the SHA-256 it was issued under, ``ends_at`` when the first certificate behind its last time stamp ends. Each
    version begins with the bytes of the one before, and all of them stay in the store.
    """

    first = models.CharField(max_length=64)
    sequence = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        verbose_name = _("time stamp over a paper")
        verbose_name_plural = _("time stamps over papers")
        ordering = ["first", "sequence"]
        constraints = [models.UniqueConstraint(fields=["first", "sequence"], name="archive_stamp_once")]
        indexes = [models.Index(fields=["ends_at"], name="archive_stamps_that_end")]

    def __str__(self) -> str:
        return f"{self.sha256[:12]} {self.sequence}"


class WithdrawalList(models.Model):
    """A list of withdrawn certificates, fetched from where the time stamp authority's certificates say it is."""

    url = models.URLField(unique=True, max_length=500)
    content = models.BinaryField(default=b"")
    fetched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("list of withdrawn certificates")
        verbose_name_plural = _("lists of withdrawn certificates")

    def __str__(self) -> str:
        return self.url


class SealingTry(models.Model):
    """A paper whose signature or next time stamp could not be made yet, and when it is tried again.

    ``what`` names the paper: "closing:12", "file:" and the SHA-256 it was issued under. Gone once it is done.
    """

    what = models.CharField(max_length=80, unique=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    last_error = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("signature to be tried again")
        verbose_name_plural = _("signatures to be tried again")

    def __str__(self) -> str:
        return self.what
