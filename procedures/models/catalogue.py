"""What can be asked for, and the papers that procedures share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.text import TextField, pick
from procedures import revisions

if TYPE_CHECKING:  # only for the annotation: incentives import procedures
    from procedures.models.incentives import Incentive

# What an officer's left hand reaches with Alt.
DESK_KEYS = range(1, 10)


class InCatalogue(models.Model):
    """A row that processes keep in memory: a change of it is told to all.

    ``edited_at`` says that somebody wrote it in the administration: from then on its file leaves it alone.
    """

    edited_at = models.DateTimeField(_("edited here at"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        revisions.changed(revisions.CATALOGUE)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        deleted = super().delete(*args, **kwargs)
        revisions.changed(revisions.CATALOGUE)
        return deleted


class Field(InCatalogue):
    """A field of public service (lĩnh vực), such as land or civil status."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = TextField(_("name"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "code"]
        verbose_name = _("field")
        verbose_name_plural = _("fields")

    def __str__(self) -> str:
        return pick(self.name)


class Procedure(InCatalogue):
    """An administrative procedure (thủ tục hành chính) under its national code.

    What the law asks for it is in its dated versions. ``is_listed_only`` marks one that the centre can name and
    explain but does not take in yet.
    """

    code = models.CharField(
        _("national code"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^\d\.\d{6}$", _("Write the national code like 1.001193."), flags=re.ASCII)],
    )
    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = TextField(_("official name"))
    short_name = TextField(_("what people say"))
    also_said = models.JSONField(
        _("also said"),
        default=list,
        blank=True,
        help_text=_("Other words under which people look for it; a list of texts."),
    )
    field = models.ForeignKey(Field, on_delete=models.PROTECT, related_name="procedures", verbose_name=_("field"))
    handler = TextField(_("who decides"), null=True, blank=True)
    receive_at = TextField(_("where it may be handed in"), null=True, blank=True)
    other_codes = models.JSONField(_("other codes seen"), default=list, blank=True)
    is_listed_only = models.BooleanField(_("listed only"), default=False)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    desk_key = models.PositiveSmallIntegerField(
        _("key at the desk"),
        null=True,
        blank=True,
        unique=True,
        choices=[(number, f"Alt {number}") for number in DESK_KEYS],
        help_text=_("Chooses it at every counter, whatever else is published. Each key stands for one procedure."),
        error_messages={
            "unique": _("This key is taken by another procedure. Choose a free one, or take it there first.")
        },
    )
    ask_first = models.JSONField(
        _("asked before the wait"),
        null=True,
        blank=True,
        help_text=_("Papers worth asking for before somebody waits; empty: the originals that must be brought."),
    )
    is_unconfirmed = models.BooleanField(
        _("to be confirmed by legal staff"),
        default=False,
        help_text=_("From the national catalogue; a publication confirms it."),
    )
    declaration = models.JSONField(
        _("the form on paper"),
        default=dict,
        blank=True,
        help_text=_("Title, signers and promise where they differ from the usual; shaped as in the catalogue's files."),
    )

    class Meta:
        ordering = ["field__order", "order", "code"]
        verbose_name = _("procedure")
        verbose_name_plural = _("procedures")
        constraints = [
            models.CheckConstraint(
                condition=Q(desk_key__isnull=True) | Q(desk_key__gte=DESK_KEYS[0], desk_key__lte=DESK_KEYS[-1]),
                name="procedure_desk_key_is_a_figure",
                violation_error_message=_("Choose a key from Alt 1 to Alt 9."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {pick(self.short_name)}"

    @property
    def granted(self) -> list[Incentive]:
        """The published reductions of its fees; nobody is granted a draft."""
        return [one for one in self.incentives.all() if one.published_at is not None]


class LifeEvent(InCatalogue):
    """What happened to somebody, in their own words, and the procedures that follow from it, the most usual first."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = TextField(_("name"))
    hint = TextField(_("hint"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    procedures = models.JSONField(
        _("procedures"), default=list, blank=True, help_text=_("Keys of procedures, the most usual first.")
    )
    is_about_address = models.BooleanField(
        _("about the address"), default=False, help_text=_("Its page also leads to the address of today.")
    )

    class Meta:
        ordering = ["order", "key"]
        verbose_name = _("life event")
        verbose_name_plural = _("life events")

    def __str__(self) -> str:
        return pick(self.name)

    def clean(self) -> None:
        known = set(Procedure.objects.filter(key__in=self.procedures).values_list("key", flat=True))
        if unknown := [key for key in self.procedures if key not in known]:
            raise ValidationError(
                {"procedures": _("There is no procedure with this key: %(names)s.") % {"names": ", ".join(unknown)}}
            )


class DocumentKind(InCatalogue):
    """A kind of paper (loại giấy tờ), the same one under every procedure that asks for it: what makes reuse possible."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = TextField(_("name"))
    is_form = models.BooleanField(
        _("a form filled in here"),
        default=False,
        help_text=_(
            "The officer fills it in with the citizen: nobody is sent home for it, and it is printed from the portal."
        ),
    )

    class Meta:
        ordering = ["key"]
        verbose_name = _("document kind")
        verbose_name_plural = _("document kinds")

    def __str__(self) -> str:
        return pick(self.name)
