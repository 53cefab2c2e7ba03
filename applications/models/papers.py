"""Papers of a dossier: what is asked for, what is there, and the files."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.enums import PAPER_THERE, DocumentSource, PaperState
from procedures.models import DocumentKind, Requirement


class Document(models.Model):
    """A file in the private store, by content hash; never changed."""

    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    media_type = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    pages = models.PositiveSmallIntegerField(default=1)
    source = models.CharField(max_length=10, choices=DocumentSource.choices)
    application = models.ForeignKey("applications.Application", on_delete=models.PROTECT, related_name="documents")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def __str__(self) -> str:
        return self.name


class Paper(models.Model):
    """One line of a dossier's checklist (thành phần hồ sơ)."""

    application = models.ForeignKey("applications.Application", on_delete=models.CASCADE, related_name="papers")
    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="+")
    kind = models.ForeignKey(DocumentKind, on_delete=models.PROTECT, related_name="+")
    form_of_copy = models.CharField(max_length=16)
    copies = models.PositiveSmallIntegerField(default=1)
    order = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=PaperState.choices, default=PaperState.MISSING)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="papers")
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "requirement"], name="paper_once"),
            models.CheckConstraint(
                condition=~Q(state=PaperState.CERTIFIED) | Q(document__isnull=False), name="paper_certified_has_file"
            ),
        ]

    def __str__(self) -> str:
        return str(self.kind)

    @property
    def is_there(self) -> bool:
        return self.state in PAPER_THERE


class IssuedForm(models.Model):
    """A numbered form as it was issued (Circular 03/2025, annex I); the file is kept and reprinted, never made anew."""

    application = models.ForeignKey("applications.Application", on_delete=models.PROTECT, related_name="issued_forms")
    number = models.CharField(max_length=2, help_text=_("01 to 07."))
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("issued form")
        verbose_name_plural = _("issued forms")
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=Q(number="01"), name="one_receipt_a_dossier"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.application}"
