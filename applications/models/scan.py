"""What was scanned or photographed at a desk and is not used yet: pages that can be looked at, mended and added to."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from applications.models.papers import Paper

MOST_KEPT_HOURS = 30 * 24
MOST_LINK_MINUTES = 120


class ScanRules(models.Model):
    """How long scans lie unused and links to a phone are open, from one day to another: the city's own rule.

    No law fixes the time; personal data is kept no longer than its purpose needs (Law 91/2025 art. 14.1c).
    """

    valid_from = models.DateField(_("in force from"), unique=True)
    source = models.CharField(_("source"), max_length=200)
    kept_hours = models.PositiveSmallIntegerField(
        _("hours after the last change until an unused scan is erased"),
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_KEPT_HOURS)],
    )
    link_minutes = models.PositiveSmallIntegerField(
        _("minutes a link to a phone is open"),
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_LINK_MINUTES)],
    )

    class Meta:
        verbose_name = _("rules of scans")
        verbose_name_plural = _("rules of scans")
        ordering = ["valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kept_hours__gte=1, kept_hours__lte=MOST_KEPT_HOURS), name="scan_rules_keep_a_while"
            ),
            models.CheckConstraint(
                condition=Q(link_minutes__gte=1, link_minutes__lte=MOST_LINK_MINUTES), name="scan_rules_link_short"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from}"


class Scan(models.Model):
    """A scan at the desk before it is used (bản quét chờ dùng), for one field of a form (``slot``) of one dossier.

    There is one unused scan a slot. ``revision`` grows with each change of its pages. Once used it keeps neither pages nor
    files: what was made of them is a ``Document``.
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="scans")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, null=True, blank=True, related_name="scans")
    slot = models.SlugField(max_length=40, db_index=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    touched_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("scan at the desk")
        verbose_name_plural = _("scans at the desk")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "slot"], condition=Q(used_at__isnull=True), name="scan_open_once_a_slot"
            ),
        ]
        indexes = [models.Index(fields=["touched_at"], name="scans_to_sweep")]

    def __str__(self) -> str:
        return f"{self.slot} {self.application_id}"


class ScanFile(models.Model):
    """A file as it came in, under its name in the private store (``portal.files.stage``)."""

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="files")
    stored = models.CharField(max_length=32, unique=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    media_type = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    pages_in_it = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("file of a scan")
        verbose_name_plural = _("files of scans")
        constraints = [
            # Sent twice by a shaky line, it is there once.
            models.UniqueConstraint(fields=["scan", "sha256"], name="scan_file_once"),
        ]

    def __str__(self) -> str:
        return self.name


class CaptureLink(models.Model):
    """A one-time link by which a phone sends pictures to one scan. Only hashes of its token and of the phone's cookie are kept.

    The first phone that opens it has it; ``ended_at`` is when it was used or taken back.
    """

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    phone_hash = models.CharField(max_length=64, blank=True, editable=False)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("link for a phone")
        verbose_name_plural = _("links for phones")
        constraints = [
            models.UniqueConstraint(
                fields=["scan"], condition=Q(ended_at__isnull=True), name="capture_link_once_a_scan"
            ),
            models.CheckConstraint(
                condition=Q(claimed_at__isnull=True, phone_hash="") | (Q(claimed_at__isnull=False) & ~Q(phone_hash="")),
                name="capture_link_claimed_by_a_phone",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(ended_at__isnull=False), name="capture_link_sent_is_over"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="capture_link_lives_a_while"),
        ]

    def __str__(self) -> str:
        return f"{self.scan_id} {self.created_at:%Y-%m-%d %H:%M}"

    @staticmethod
    def hash_of(secret: str) -> str:
        """Of a token or a cookie: long random texts, so a plain hash keeps them."""
        return hashlib.sha256(secret.encode()).hexdigest()

    def is_open(self, at: datetime) -> bool:
        return self.ended_at is None and at < self.expires_at


class ScanPage(models.Model):
    """One page of a scan: where it comes from, what was mended on it, and how it looks.

    ``picture`` is the staged picture of the page as it came, for the screen. ``hints`` and ``lean`` are what
    ``portal.pictures.looking`` saw after the mends; ``hints`` is null until somebody looked.
    """

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="pages")
    file = models.ForeignKey(ScanFile, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveSmallIntegerField(help_text=_("In its file, from 1."))
    position = models.PositiveSmallIntegerField()
    link = models.ForeignKey(CaptureLink, on_delete=models.SET_NULL, null=True, blank=True, related_name="pages")
    mends: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    picture = models.CharField(max_length=32, blank=True)
    dots = models.FloatField(null=True, blank=True, help_text=_("An inch, where the file says so."))
    hints: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    lean = models.FloatField(default=0)

    class Meta:
        verbose_name = _("page of a scan")
        verbose_name_plural = _("pages of scans")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="scan_page_once")]
        indexes = [models.Index(fields=["id"], condition=Q(hints__isnull=True), name="scan_pages_to_look_at")]

    def __str__(self) -> str:
        return f"{self.scan_id}/{self.position}"

    @property
    def is_seen(self) -> bool:
        return self.hints is not None
