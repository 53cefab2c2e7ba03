"""What a citizen declares at home, before it is anybody's dossier, and for how long it is kept."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from centres.models.ticket import new_token
from procedures.models import ProcedureVersion


class DeclarationRules(models.Model):
    """How long a declaration is kept, from one day to another: the city's own rule, replaced by a later row.

    No law fixes the time; personal data is kept no longer than its purpose needs (Law 91/2025 art. 14.1c).
    """

    valid_from = models.DateField(_("in force from"), unique=True)
    source = models.CharField(_("source"), max_length=200)
    kept_days = models.PositiveSmallIntegerField(
        _("days after the last change until the answers are erased"), default=30, validators=[MinValueValidator(1)]
    )
    remembered_days = models.PositiveSmallIntegerField(
        _("days after that for which a desk can still say what became of a code"), default=90
    )

    class Meta:
        verbose_name = _("rules of declarations")
        verbose_name_plural = _("rules of declarations")
        ordering = ["valid_from"]
        constraints = [
            models.CheckConstraint(condition=Q(kept_days__gte=1), name="declaration_rules_keep_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from}"


class WhyErased(models.TextChoices):
    DELETED = "deleted", _("deleted by its owner")
    EXPIRED = "expired", _("not used in time")
    RECEIVED = "received", _("received as a dossier")


class Declaration(models.Model):
    """A form filled in at home (tờ khai tại nhà), until an officer makes a draft of it, once.

    ``token`` opens its pages and is never logged. ``code`` opens nothing by itself: at a desk it names the declaration.
    ``answers`` are kept as they were typed, right or wrong, and blanked as soon as nobody needs them. ``helped_by`` is the
    helper who fills it in with the citizen, in the citizen's name and with their consent (Law 91/2025).
    """

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    code = models.CharField(max_length=10, unique=True, editable=False)
    version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="declarations")
    facts = models.JSONField(default=dict, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, null=True, blank=True, related_name="declaration"
    )
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    helped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agreed_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the citizen agreed that a helper fills it in with them.")
    )
    erased_at = models.DateTimeField(null=True, blank=True)
    why_erased = models.CharField(max_length=8, choices=WhyErased.choices, blank=True)

    class Meta:
        verbose_name = _("declaration from home")
        verbose_name_plural = _("declarations from home")
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(erased_at__isnull=True), name="declaration_to_erase"),
            models.Index(fields=["erased_at"], condition=Q(application__isnull=True), name="declaration_to_forget"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(application__isnull=True, used_at__isnull=True, used_by__isnull=True)
                | Q(application__isnull=False, used_at__isnull=False, used_by__isnull=False),
                name="declaration_used_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, why_erased="")
                | (Q(erased_at__isnull=False, answers={}, facts={}) & ~Q(why_erased="")),
                name="declaration_erased_is_empty",
            ),
            models.CheckConstraint(
                condition=Q(helped_by__isnull=True, agreed_at__isnull=True)
                | Q(helped_by__isnull=False, agreed_at__isnull=False),
                name="declaration_helped_is_agreed",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("touched_at")), name="declaration_lives_a_while"),
        ]

    def __str__(self) -> str:
        return f"{self.version.procedure} {self.created_at:%Y-%m-%d}"

    def is_over(self, at: datetime) -> bool:
        """Whether its answers are gone, or have to go."""
        return self.erased_at is not None or self.expires_at <= at
