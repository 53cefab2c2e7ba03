"""Who signs certifications: by delegation beside the leaders, with which key, and by which rules of the city."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.notarisation.enums import RegisterKind
from portal.records import AppendOnly

REASON_LENGTH = 200
# Decree 280/2025/NĐ-CP: before that day only the chairman and the vice chairmen certified.
DELEGATION_SINCE = date(2025, 11, 1)
SECRET_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"  # noqa: S105 - the shape of a file's name


class SigningRules(models.Model):
    """The city's own rules of signing from one day on (quy định ký chứng thực), replaced by a later row.

    No law fixes these figures: hence rows with their source.
    """

    valid_from = models.DateField(_("in force from"), unique=True)
    source = models.CharField(_("source"), max_length=200)
    factor_minutes = models.PositiveSmallIntegerField(
        _("minutes that one code holds for signing"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    key_notice_days = models.PositiveSmallIntegerField(
        _("days before its end from which a key is spoken of"), default=30, validators=[MaxValueValidator(365)]
    )
    long_wait_minutes = models.PositiveSmallIntegerField(
        _("minutes at the signer after which the manager is told"),
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 60)],
    )

    class Meta:
        verbose_name = _("rules of signing")
        verbose_name_plural = _("rules of signing")
        ordering = ["valid_from"]

    def __str__(self) -> str:
        return f"{self.valid_from}"


def rules_on(day: date) -> SigningRules:
    """The rules of this day; where nobody has set any, those of the fields."""
    return SigningRules.objects.filter(valid_from__lte=day).order_by("-valid_from").first() or SigningRules()


class DelegationBasis(models.TextChoices):
    """By which of the two ways of Decree 280/2025/NĐ-CP somebody certifies who is no leader."""

    DELEGATED = "delegated", _("delegated (ủy quyền)")
    ASSIGNED = "assigned", _("assigned (phân công)")


class EarlyEnd(AppendOnly):
    """Something that held is ended before its day: by whom, when and why. It no longer holds from that moment on."""

    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=REASON_LENGTH)

    class Meta:
        abstract = True


class SigningDelegation(AppendOnly):
    """Somebody may certify at a centre from one day to another, by a deed (ủy quyền, phân công chứng thực).

    ``title`` is how the deed names them; it stands above their signature with the deed's number and day.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signing_delegations")
    centre = models.ForeignKey("centres.Centre", on_delete=models.PROTECT, related_name="signing_delegations")
    kinds = models.JSONField(help_text=_("Kinds of registers, by their codes."))
    basis = models.CharField(max_length=10, choices=DelegationBasis.choices)
    title = models.CharField(max_length=150)
    deed_number = models.CharField(max_length=60)
    deed_day = models.DateField()
    first_day = models.DateField()
    last_day = models.DateField()
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("delegation to certify")
        verbose_name_plural = _("delegations to certify")
        ordering = ["-first_day", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="delegation_ends_later"),
            models.CheckConstraint(condition=Q(first_day__gte=DELEGATION_SINCE), name="delegation_since_the_decree"),
            models.CheckConstraint(condition=Q(deed_day__lte=F("first_day")), name="delegation_after_its_deed"),
            models.CheckConstraint(condition=~Q(person=F("entered_by")), name="delegation_by_somebody_else"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.deed_number}"

    @property
    def kind_names(self) -> list[str]:
        return [str(RegisterKind(kind).label) for kind in self.kinds]

    @property
    def ended(self) -> SigningDelegationEnd | None:
        """How it was ended before its last day, if it was."""
        return getattr(self, "end", None)


class SigningDelegationEnd(EarlyEnd):
    """A delegation ended before its last day."""

    delegation = models.OneToOneField(SigningDelegation, on_delete=models.PROTECT, related_name="end")

    class Meta:
        verbose_name = _("end of a delegation to certify")
        verbose_name_plural = _("ends of delegations to certify")

    def __str__(self) -> str:
        return str(self.delegation)


class SigningKey(AppendOnly):
    """The key a person signs with, where it lies and what its certificate said when it was entered.

    ``url`` is a ``file`` or ``pkcs11`` address (``signing.keys``). ``secret`` names the file, in the folder of secrets,
    whose first line is the password or PIN: the database holds neither.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signing_keys")
    url = models.CharField(max_length=500)
    secret = models.CharField(max_length=100, blank=True, validators=[RegexValidator(SECRET_NAME)])
    fingerprint = models.CharField(max_length=64, help_text=_("SHA-256 of the certificate."))
    subject = models.CharField(max_length=300)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        ordering = ["-entered_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="signing_key_ends_later"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.fingerprint[:12]}"

    @property
    def ended(self) -> SigningKeyEnd | None:
        return getattr(self, "end", None)


class SigningKeyEnd(EarlyEnd):
    """A key that is not used any more: lost, withdrawn, replaced, or its owner left."""

    key = models.OneToOneField(SigningKey, on_delete=models.PROTECT, related_name="end")

    class Meta:
        verbose_name = _("end of a signing key")
        verbose_name_plural = _("ends of signing keys")

    def __str__(self) -> str:
        return str(self.key)


def delegations_on(day: date) -> models.QuerySet[SigningDelegation]:
    """Those in force on this day."""
    return SigningDelegation.objects.filter(first_day__lte=day, last_day__gte=day, end__isnull=True)


def delegation_of(person: Any, centre_id: int, kind: str, day: date) -> SigningDelegation | None:
    """The delegation by which this person may certify there, whatever else they are."""
    held = delegations_on(day).filter(person=person, centre=centre_id).order_by("-first_day", "-pk")
    return next((one for one in held if kind in one.kinds), None)
