"""Files in which clamd found a virus, and those it has not looked into yet."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.enums import VirusState, WhenAway


class VirusRules(models.Model):
    """What is done with a file while clamd does not answer, from one day to another: the city's own rule."""

    valid_from = models.DateField(_("in force from"), unique=True)
    source = models.CharField(_("source"), max_length=200)
    when_away = models.CharField(
        _("while the virus scanner does not answer"),
        max_length=8,
        choices=WhenAway.choices,
        default=WhenAway.REFUSE,
    )

    class Meta:
        verbose_name = _("rules of virus scans")
        verbose_name_plural = _("rules of virus scans")
        ordering = ["valid_from"]
        constraints = [
            models.CheckConstraint(condition=Q(when_away__in=WhenAway.values), name="virus_rules_known"),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from}"


class VirusCheck(models.Model):
    """What is known of the file with this hash. A file that was found clean as it came in needs no row; one without a row is
    given out. Kept of an infected one: its hash, the virus's name, when it came last and who brought it, never its name."""

    sha256 = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=8, choices=VirusState.choices)
    found = models.CharField(_("virus"), max_length=200, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    times = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("virus check")
        verbose_name_plural = _("virus checks")
        constraints = [
            models.CheckConstraint(
                condition=(Q(state=VirusState.WAITING) & Q(checked_at__isnull=True, found=""))
                | (Q(state=VirusState.CLEAN) & Q(checked_at__isnull=False, found=""))
                | (Q(state=VirusState.INFECTED) & Q(checked_at__isnull=False) & ~Q(found="")),
                name="virus_check_says_one_thing",
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(state=VirusState.WAITING), name="files_to_check"),
            models.Index(fields=["checked_at"], condition=Q(state=VirusState.INFECTED), name="files_infected"),
        ]

    def __str__(self) -> str:
        return f"{self.sha256[:12]} {self.state}"
