"""Certification of copies: the request, its documents, and the register whose numbers the law wants gapless."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from applications.notarisation.codes import CODE_LENGTH, new_code
from applications.notarisation.enums import NOT_PAID_FOR, WITHOUT_NUMBER, IdentityPaper, JobState, RegisterKind
from portal.fsm import StateModel
from portal.records import AppendOnly


class Register(models.Model):
    """A register book (sổ chứng thực): kind, unit and year; its numbers run from 1 on 1 January (Decree 23/2015)."""

    centre = models.ForeignKey("centres.Centre", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=RegisterKind.choices)
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField(default=0)
    last_hash = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        verbose_name = _("register")
        verbose_name_plural = _("registers")
        constraints = [models.UniqueConstraint(fields=["centre", "kind", "year"], name="register_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}"


class RegisterEntry(AppendOnly):
    """One line of a register; written once, chained. The number is taken when the signer approves."""

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="entries")
    sequence = models.PositiveIntegerField(validators=[MinValueValidator(1)], help_text=_("The register number."))
    at = models.DateTimeField()
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signer_title = models.CharField(max_length=300, blank=True, help_text=_("As it stands above the signature."))
    title = models.CharField(max_length=200, help_text=_("What was certified."))
    pages = models.PositiveSmallIntegerField()
    copies = models.PositiveSmallIntegerField()
    # What was owed when the number was taken: what is lowered or given back afterwards stands in the dossier, never here.
    fee = models.PositiveIntegerField(help_text=_("Whole đồng."))
    scan_sha256 = models.CharField(max_length=64)
    digests = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("register entry")
        verbose_name_plural = _("register entries")
        ordering = ["register_id", "sequence"]
        constraints = [models.UniqueConstraint(fields=["register", "sequence"], name="register_number_once")]
        indexes = [models.Index(fields=["register", "at"], name="register_entries_by_month")]

    def __str__(self) -> str:
        return f"{self.number}/{self.register.year} {self.register.kind}"

    @property
    def number(self) -> str:
        """As it stands in the register: four digits."""
        return f"{self.sequence:04}"

    def chained_body(self) -> dict[str, Any]:
        return {
            "register": self.register_id,
            "sequence": self.sequence,
            "at": self.at.timestamp(),
            "signer": self.signer_id,
            # Lines of before have none, and their hashes do not know of it.
            **({"signer_title": self.signer_title} if self.signer_title else {}),
            "title": self.title,
            "pages": self.pages,
            "copies": self.copies,
            "fee": self.fee,
            "scan": self.scan_sha256,
        }

    def chained_digests(self) -> dict[str, str]:
        return dict(self.digests)

    def chained_values(self) -> dict[str, tuple[str | None, str | None]]:
        return {row.name: (row.value, row.salt) for row in self.values.all()}


class RegisterValue(AppendOnly):
    """A personal value of a register entry with its salt, beside the chain (see portal.chain)."""

    ERASABLE = ("value", "salt", "erased_at")

    entry = models.ForeignKey(RegisterEntry, on_delete=models.PROTECT, related_name="values")
    name = models.CharField(max_length=60)
    value = models.TextField(null=True)  # noqa: DJ001 - null is "erased", empty is a value
    salt = models.CharField(max_length=32, null=True)  # noqa: DJ001
    erased_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("personal value of a register entry")
        verbose_name_plural = _("personal values of register entries")
        constraints = [
            models.UniqueConstraint(fields=["entry", "name"], name="register_value_once"),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, value__isnull=False, salt__isnull=False)
                | Q(erased_at__isnull=False, value__isnull=True, salt__isnull=True),
                name="register_value_erased_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.name}"


class RegisterStrike(AppendOnly):
    """A mistaken entry struck through: it keeps its number and its words, and says why it does not count."""

    entry = models.OneToOneField(RegisterEntry, on_delete=models.PROTECT, related_name="strike")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("struck-through register entry")
        verbose_name_plural = _("struck-through register entries")

    def __str__(self) -> str:
        return str(self.entry)


class Certification(models.Model):
    """A request for certification (yêu cầu chứng thực); always with an application of its own.

    ``kind`` is the register that its documents are entered in.
    """

    kind = models.CharField(max_length=10, choices=RegisterKind.choices, default=RegisterKind.COPIES)
    application = models.OneToOneField(
        "applications.Application", on_delete=models.PROTECT, related_name="certification"
    )
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("certification")
        verbose_name_plural = _("certifications")

    def __str__(self) -> str:
        return str(self.application)

    @property
    def is_of_copies(self) -> bool:
        return self.kind == RegisterKind.COPIES


# As ``CertificationItem.is_sent_back``.
SENT_BACK = Q(state=JobState.WAITING) & ~Q(reason="")


class CertificationItem(StateModel):
    """One document to certify and the job that makes its file.

    ``client_key`` makes an upload sent twice one item. ``progress`` counts finished steps out of ``STEPS``. Documents of
    one type in one request share a line of the register, and so its number (Circular 01/2020/TT-BTP). ``reason`` is
    why it was sent back or refused; ``ground`` is the key of the rule that forbids certifying it, and ``refusal`` the form
    that says so. ``copies`` are all that are paid for; with ``electronic`` one of them is the file itself. ``checks`` holds
    the answers to the rules that forbid (``grounds.py``): ``answers`` by key, ``at`` and ``by``; and
    ``not_shown``, the pages that nobody can see.
    """

    STEPS = 6  # scan read, text set, signed by the person, by the unit, file kept, filed in both places

    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="items")
    client_key = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=200)
    scan = models.ForeignKey("applications.Document", on_delete=models.PROTECT, related_name="+")
    pages = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    copies = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    # By the rules; what is to be paid is ``owed``.
    fee = models.PositiveIntegerField(help_text=_("Whole đồng."))
    electronic = models.BooleanField(default=False)
    document_kind = models.ForeignKey(
        "procedures.DocumentKind", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    for_paper = models.ForeignKey(
        "applications.Paper", on_delete=models.SET_NULL, null=True, blank=True, related_name="certifications"
    )
    entry = models.ForeignKey(RegisterEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="items")
    checks = models.JSONField(default=dict, blank=True, help_text=_("What the officer answered about the original."))
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    taken_over_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Who signs it in the place of whoever approved it."),
    )
    signer_title = models.CharField(
        max_length=300, blank=True, help_text=_("As it stands above the signature; settled with the number.")
    )
    ground = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    refusal = models.ForeignKey(
        "applications.IssuedForm", on_delete=models.PROTECT, null=True, blank=True, related_name="refused_items"
    )
    state = FSMField(max_length=10, choices=JobState.choices, default=JobState.WAITING, protected=True)
    check_code = models.CharField(
        max_length=CODE_LENGTH,
        unique=True,
        null=True,
        blank=True,
        help_text=_("What anyone checks the copy by; taken with the number."),
    )
    progress = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    deaths = models.PositiveSmallIntegerField(default=0, help_text=_("Workers that ended over it without a word."))
    claimed_at = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)
    output = models.OneToOneField(
        "applications.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("document to certify")
        verbose_name_plural = _("documents to certify")
        indexes = [
            models.Index(fields=["submitted_at"], condition=Q(state=JobState.SUBMITTED), name="items_at_the_signer")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=WITHOUT_NUMBER) | Q(entry__isnull=False), name="item_approved_has_number"
            ),
            models.CheckConstraint(
                condition=Q(taken_over_by__isnull=True) | Q(entry__isnull=False), name="item_taken_over_has_number"
            ),
            models.CheckConstraint(
                condition=~Q(state=JobState.FILED) | Q(output__isnull=False), name="item_filed_has_file"
            ),
            models.CheckConstraint(
                condition=~Q(state=JobState.SUBMITTED) | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="item_submitted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state=JobState.REFUSED, refused_at__isnull=False, refused_by__isnull=False)
                | (~Q(state=JobState.REFUSED) & Q(refused_at__isnull=True, refused_by__isnull=True)),
                name="item_refused_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def owed(self) -> int:
        """What is to be paid for it, from its ``fee_lines``: its price until it is received, nothing where nobody gets it."""
        if self.state in NOT_PAID_FOR:
            return 0
        lines = list(self.fee_lines.all())
        return sum(line.amount for line in lines if line.is_due) if lines else int(self.fee)

    @property
    def paper_copies(self) -> int:
        return self.copies - self.electronic

    @property
    def pages_not_shown(self) -> list[int]:
        """Pages of the scan that could not be drawn where somebody wanted to see them."""
        return list(self.checks.get("not_shown", []))

    @property
    def signs(self) -> Any:
        """Who signs it in fact; the line of the register keeps who approved it."""
        return self.taken_over_by or (self.entry.signer if self.entry else None)

    @property
    def strike(self) -> RegisterStrike | None:
        """What struck its line of the register through, if anything did."""
        return getattr(self.entry, "strike", None)

    @property
    def counts(self) -> bool:
        """Made, and its line was not struck through since: it can be printed and handed over."""
        return self.state == JobState.FILED and self.strike is None

    @property
    def is_paid_for(self) -> bool:
        """Something comes of it that a fee can be for."""
        return self.state not in NOT_PAID_FOR and self.strike is None

    @property
    def is_given_as_file(self) -> bool:
        """The citizen asked for the signed file, and it counts."""
        return self.electronic and self.counts

    @property
    def is_sent_back(self) -> bool:
        """By the signer, and nothing was done about it yet."""
        return self.state == JobState.WAITING and bool(self.reason)

    @transition(field=state, source=JobState.WAITING, target=JobState.SUBMITTED)
    def submit(self, at: Any, by: Any) -> None:
        self.submitted_at, self.submitted_by, self.reason = at, by, ""

    @transition(field=state, source=JobState.SUBMITTED, target=JobState.WAITING)
    def send_back(self, reason: str) -> None:
        self.reason = reason

    @transition(field=state, source=[JobState.WAITING, JobState.SUBMITTED], target=JobState.REFUSED)
    def refuse(self, at: Any, by: Any, ground: str, reason: str) -> None:
        self.refused_at, self.refused_by, self.ground, self.reason = at, by, ground, reason

    @transition(field=state, source=JobState.SUBMITTED, target=JobState.APPROVED)
    def approve(self, entry: RegisterEntry, signer_title: str = "") -> None:
        self.entry, self.check_code, self.signer_title = entry, new_code(), signer_title

    @transition(field=state, source=JobState.WAITING, target=JobState.DROPPED)
    def drop(self) -> None:
        pass

    @transition(field=state, source=[JobState.APPROVED, JobState.COMPOSING], target=JobState.COMPOSING)
    def claim(self, at: Any) -> None:
        self.claimed_at, self.attempts = at, self.attempts + 1

    @transition(field=state, source=JobState.COMPOSING, target=JobState.FILED)
    def file(self, output: Any) -> None:
        self.output, self.progress, self.last_error = output, self.STEPS, ""

    @transition(field=state, source=JobState.COMPOSING, target=JobState.APPROVED)
    def try_later(self, not_before: Any, error: str) -> None:
        self.not_before, self.last_error = not_before, error

    @transition(field=state, source=[JobState.APPROVED, JobState.COMPOSING], target=JobState.FAILED)
    def give_up(self, error: str) -> None:
        self.last_error = error


class Signatory(models.Model):
    """Somebody who signs a paper before the officer, or whose hand as a translator is certified.

    ``attested_by`` saw them sign ``attested_at``, fit and aware of what they did (Decree 23/2015 art. 24).
    """

    item = models.ForeignKey(CertificationItem, on_delete=models.CASCADE, related_name="signatories")
    order = models.PositiveSmallIntegerField(default=0)
    full_name = models.CharField(max_length=120)
    identity_paper = models.CharField(max_length=20, choices=IdentityPaper.choices, default=IdentityPaper.CARD)
    identity_number = models.CharField(max_length=20)
    issued_on = models.DateField(null=True, blank=True)
    issued_by = models.CharField(max_length=150, blank=True)
    by_fingerprint = models.BooleanField(default=False)
    from_language = models.CharField(max_length=40, blank=True)
    to_language = models.CharField(max_length=40, blank=True)
    attested_at = models.DateTimeField(null=True, blank=True)
    attested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("signatory")
        verbose_name_plural = _("signatories")
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["item", "identity_number"], name="signatory_once"),
            models.CheckConstraint(
                condition=Q(attested_at__isnull=True, attested_by__isnull=True)
                | Q(attested_at__isnull=False, attested_by__isnull=False),
                name="signatory_attested_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name


class SignatureMark(AppendOnly):
    """One signature in an issued file, by the hash of its bytes: a changed file is known by those it still carries."""

    item = models.ForeignKey(CertificationItem, on_delete=models.PROTECT, related_name="signature_marks")
    sha256 = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("signature of a certified copy")
        verbose_name_plural = _("signatures of certified copies")

    def __str__(self) -> str:
        return self.sha256
