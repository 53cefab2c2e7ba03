"""Papers of a dossier: what is asked for, what is there, and the files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.enums import PAPER_THERE, DocumentSource, PaperState
from portal.records import AppendOnly
from procedures.models import DocumentKind, Requirement

if TYPE_CHECKING:
    from applications.models.application import Application


class Document(AppendOnly):
    """A file in the private store, by content hash; never changed, nor which dossier it was handed in for.

    Once the retention rules had it erased, the row stays without the name, and there is no file.
    """

    ERASABLE = ("name", "erased_at")

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
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        indexes = [
            models.Index(fields=["sha256"], condition=Q(erased_at__isnull=True), name="documents_of_a_file"),
        ]

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
    kept: models.JSONField[Any, Any] = models.JSONField(
        default=list, blank=True, help_text=_("Originals to be kept, each with number and pages, as the officer wrote.")
    )

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
    sequence = models.PositiveSmallIntegerField(default=1, help_text=_("Which one of this number; the highest counts."))
    reason = models.CharField(max_length=500, blank=True, help_text=_("Why it was issued again."))
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty where the portal issued it of itself: a receipt for a transfer."),
    )
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    frozen = models.JSONField(
        default=dict, blank=True, help_text=_("What can change later and stood on the paper when it was issued.")
    )

    class Meta:
        verbose_name = _("issued form")
        verbose_name_plural = _("issued forms")
        constraints = [
            models.UniqueConstraint(fields=["application", "number", "sequence"], name="issued_form_once"),
            models.CheckConstraint(
                condition=~Q(number="01") | Q(sequence=1) | ~Q(reason=""), name="receipt_again_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.application}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new row keeps what the person, the officer and the promise were called at that moment: a legal paper does
        not change with a later correction. Personal, so ``erase`` blanks it."""
        if self._state.adding and not self.frozen:
            self.frozen = as_issued(self.application)
        super().save(*args, **kwargs)

    @property
    def is_erased(self) -> bool:
        return bool(self.frozen) and not any(self.frozen.values())

    def erase(self) -> None:
        """Blank what it keeps of the person (Law 91/2025 art. 14). It cannot be drawn anew after that."""
        self.frozen = dict.fromkeys(self.frozen, "")
        self.save(update_fields=["frozen"])


class BookPrint(AppendOnly):
    """A part of one day's page of a centre's tracking book (form 07) as it was printed; a later print is a row of its own."""

    centre = models.ForeignKey("centres.Centre", on_delete=models.PROTECT, related_name="book_prints")
    day = models.DateField()
    part = models.PositiveSmallIntegerField(default=1)
    sequence = models.PositiveSmallIntegerField(default=1)
    said = models.CharField(max_length=64, help_text=_("Hash of what it says; the same again is the same print."))
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("printed page of the tracking book")
        verbose_name_plural = _("printed pages of the tracking book")
        ordering = ["-day", "part", "-sequence"]
        constraints = [
            models.UniqueConstraint(fields=["centre", "day", "part", "sequence"], name="book_print_once"),
        ]

    def __str__(self) -> str:
        return f"{self.centre} {self.day} {self.part}/{self.sequence}"


def as_issued(application: Application) -> dict[str, Any]:
    """What a form says of the person, the officer and the promise, as they are now: plain values for JSON."""
    applicant = application.applicant
    return {
        "applicant": applicant.full_name if applicant else "",
        "address": (applicant.address or applicant.card_address) if applicant else "",
        "phone": application.contact_phone,
        "email": application.contact_email,
        "delivery": application.delivery,
        "delivery_address": application.delivery_address,
        "officer": str(application.received_by or ""),
        "due_at": application.due_at.isoformat() if application.due_at else "",
        "due_explanation": application.due_explanation,
        **_linked(application),
    }


def _linked(application: Application) -> dict[str, Any]:
    """The linked services with their offices and dates, in Vietnamese as on the paper; nothing for an ordinary dossier."""
    law = {part["key"]: part for part in application.version.parts}
    rows = application.parts.all() if law else []
    parts = [
        {
            "name": law[row.key]["name"]["vi"],
            "office": law[row.key]["office"]["vi"],
            "result": law[row.key]["result"]["vi"],
            "due_at": row.due_at.isoformat(),
        }
        for row in rows
    ]
    return {"parts": parts} if parts else {}
