"""The fields of a form while somebody works on it: rows of a draft, of which its schema is made."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.text import TextField, pick
from procedures.enums import FormFieldKind
from procedures.models.rules import PartOfVersion
from procedures.models.versions import ProcedureVersion


class FormField(PartOfVersion):
    """A question of a version's form. The heading of a group stands at its first field."""

    version = models.ForeignKey(
        ProcedureVersion, on_delete=models.CASCADE, related_name="form_fields", verbose_name=_("version")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    heading = TextField(
        _("heading"),
        null=True,
        blank=True,
        help_text=_("Begins a new group of fields; empty: goes on in the one before."),
    )
    group_key = models.SlugField(_("key of the group"), max_length=60, blank=True, editable=False)
    key = models.SlugField(
        _("key"),
        max_length=60,
        blank=True,
        help_text=_("How rules and letters name the field; empty: made of its label."),
    )
    label = TextField(_("question"))
    kind = models.CharField(_("kind"), max_length=20, choices=FormFieldKind.choices, default=FormFieldKind.TEXT)
    is_required = models.BooleanField(_("must be answered"), default=False)
    help = TextField(_("help"), null=True, blank=True)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    max_length = models.PositiveSmallIntegerField(_("longest"), null=True, blank=True, help_text=_("In characters."))
    minimum = models.IntegerField(_("smallest number"), null=True, blank=True)
    maximum = models.IntegerField(_("largest number"), null=True, blank=True)
    may_be_ahead = models.BooleanField(_("a day that may lie ahead"), default=False)
    prefill = models.CharField(_("filled in from"), max_length=40, blank=True)

    class Meta:
        ordering = ["version", "order", "pk"]
        verbose_name = _("field of the form")
        verbose_name_plural = _("fields of the form")

    def __str__(self) -> str:
        return pick(self.label)
