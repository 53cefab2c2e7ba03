"""Signatures and time stamps that papers wait for, and those that keep them good for longer than their certificates."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


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
