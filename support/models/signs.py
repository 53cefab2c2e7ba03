"""Signs of life and of trouble that the watch reads."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """When a process last said that it works (nhịp hoạt động)."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")

    def __str__(self) -> str:
        return self.name


class FailedJob(models.Model):
    """A job that ended in an error: its name and the kind of error, never what it worked on."""

    task = models.CharField(max_length=120)
    error = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("failed job")
        verbose_name_plural = _("failed jobs")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["at"], name="failed_job_at")]

    def __str__(self) -> str:
        return f"{self.task} {self.error}"
