"""How long dossiers and their papers are kept, what a person approved to be erased, and what was."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from applications.enums import Erased
from applications.models.application import Application
from applications.models.papers import Document
from portal import chain
from portal.records import AppendOnly
from procedures.models import DocumentKind, Field, Procedure


class RetentionRule(models.Model):
    """How long something of dossiers is kept after they ended, from one day on; without months, for ever.

    The nearest rule counts: for a procedure before one for its field before one for all, and at each for one kind of paper before
    one for all kinds. What no rule speaks of is kept. Results, certified copies and registers are kept for ever: no rule can say
    otherwise.
    """

    valid_from = models.DateField(_("in force from"))
    what = models.CharField(_("what"), max_length=8, choices=Erased.choices)
    procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("procedure")
    )
    field = models.ForeignKey(
        Field, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("field")
    )
    kind = models.ForeignKey(
        DocumentKind, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("kind of paper")
    )
    months = models.PositiveSmallIntegerField(
        _("months after the end of the dossier"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: for ever."),
    )
    source = models.CharField(_("source"), max_length=200)
    waits_for_confirmation = models.BooleanField(
        _("waits for legal confirmation"), default=True, help_text=_("Nothing is erased under it until then.")
    )

    class Meta:
        verbose_name = _("retention rule")
        verbose_name_plural = _("retention rules")
        ordering = ["what", "procedure_id", "field_id", "kind_id", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                "valid_from",
                "what",
                Coalesce("procedure", 0),
                Coalesce("field", 0),
                Coalesce("kind", 0),
                name="retention_rule_once",
            ),
            models.CheckConstraint(
                condition=Q(procedure__isnull=True) | Q(field__isnull=True), name="retention_rule_for_one_or_the_other"
            ),
            models.CheckConstraint(
                condition=Q(kind__isnull=True) | Q(what=Erased.PAPERS), name="retention_rule_kinds_are_of_papers"
            ),
            models.CheckConstraint(condition=Q(months__isnull=True) | Q(months__gte=1), name="retention_keeps_a_while"),
        ]

    def __str__(self) -> str:
        whom = self.procedure or self.field or _("all procedures")
        return f"{self.get_what_display()}: {whom}{f', {self.kind}' if self.kind else ''}"


class RetentionList(models.Model):
    """What is due to be erased, as it was put together on a day: one person lists it, another approves it, then it is carried out.

    ``digest`` is that of its lines: what was approved is what is carried out.
    """

    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    digest = models.CharField(max_length=64)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("list to be erased")
        verbose_name_plural = _("lists to be erased")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="retention_list_approved_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("made_by")), name="retention_list_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(approved_at__isnull=False),
                name="retention_list_carried_out_was_approved",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.day}"

    def digest_of_lines(self) -> str:
        """Of what its lines say now."""
        digest = hashlib.sha256()
        rows = self.lines.order_by("pk").values_list("application_id", "what", "document_id", "rule_id")
        for row in rows.iterator():
            digest.update(chain.canonical(list(row)) + b"\n")
        return digest.hexdigest()


class RetentionLine(models.Model):
    """One thing on a list: a file, or a whole dossier. ``sha256`` is that of a file that may be in the store still."""

    listed = models.ForeignKey(RetentionList, on_delete=models.CASCADE, related_name="lines")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=8, choices=Erased.choices)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    rule = models.ForeignKey(RetentionRule, on_delete=models.PROTECT, related_name="+")
    ended_on = models.DateField()
    done_at = models.DateTimeField(null=True, blank=True)
    left = models.CharField(max_length=20, blank=True, help_text=_("Why nothing was done; empty where it was."))

    class Meta:
        verbose_name = _("line of a list to be erased")
        verbose_name_plural = _("lines of lists to be erased")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                "listed", "application", "what", Coalesce("document", 0), name="retention_line_once"
            ),
            models.CheckConstraint(
                condition=Q(what=Erased.WHOLE, document__isnull=True)
                | (~Q(what=Erased.WHOLE) & Q(document__isnull=False)),
                name="retention_line_is_of_a_file_or_whole",
            ),
        ]
        indexes = [models.Index(fields=["listed", "id"], condition=Q(done_at__isnull=True), name="retention_to_do")]

    def __str__(self) -> str:
        return f"{self.listed_id} {self.application_id} {self.what}"


class FileToRemove(models.Model):
    """A file whose rows are erased and that has to leave the store, unless something else means the same bytes."""

    listed = models.ForeignKey(RetentionList, on_delete=models.PROTECT, related_name="files")
    sha256 = models.CharField(max_length=64)
    settled_at = models.DateTimeField(null=True, blank=True)
    is_removed = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("file to remove")
        verbose_name_plural = _("files to remove")
        constraints = [
            models.UniqueConstraint(fields=["listed", "sha256"], name="file_to_remove_once"),
            models.CheckConstraint(
                condition=Q(is_removed=False) | Q(settled_at__isnull=False), name="file_removed_has_time"
            ),
        ]

    def __str__(self) -> str:
        return self.sha256


class RetentionRecord(AppendOnly):
    """What was erased with a list (biên bản tiêu hủy): who, when, how many, the hashes of the files; nothing personal. ``hash``
    covers all of it."""

    listed = models.OneToOneField(RetentionList, on_delete=models.PROTECT, related_name="record")
    at = models.DateTimeField()
    counts = models.JSONField(default=dict)
    removed = models.JSONField(default=list)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("record of what was erased")
        verbose_name_plural = _("records of what was erased")

    def __str__(self) -> str:
        return str(self.listed)

    def body(self) -> dict[str, Any]:
        listed = self.listed
        return {
            "list": self.listed_id,
            "day": listed.day.isoformat(),
            "digest": listed.digest,
            "made_by": listed.made_by_id,
            "approved_by": listed.approved_by_id,
            "approved_at": listed.approved_at.timestamp() if listed.approved_at else None,
            "at": self.at.timestamp(),
            "counts": self.counts,
            "removed": self.removed,
        }

    def computed_hash(self) -> str:
        return hashlib.sha256(chain.canonical(self.body())).hexdigest()
