"""What can be asked for, and the papers that procedures share."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.text import TextField, pick
from procedures import revisions


class InCatalogue(models.Model):
    """A row that processes keep in memory: a change of it is told to all."""

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

    code = models.CharField(_("national code"), max_length=40, unique=True)
    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = TextField(_("official name"))
    short_name = TextField(_("what people say"))
    field = models.ForeignKey(Field, on_delete=models.PROTECT, related_name="procedures", verbose_name=_("field"))
    handler = TextField(_("who decides"))
    receive_at = TextField(_("where it may be handed in"))
    other_codes = models.JSONField(_("other codes seen"), default=list, blank=True)
    is_listed_only = models.BooleanField(_("listed only"), default=False)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    ask_first = models.JSONField(
        _("asked before the wait"),
        null=True,
        blank=True,
        help_text=_("Papers worth asking for before somebody waits; empty: the originals that must be brought."),
    )

    class Meta:
        ordering = ["field__order", "order", "code"]
        verbose_name = _("procedure")
        verbose_name_plural = _("procedures")

    def __str__(self) -> str:
        return f"{self.code} {pick(self.short_name)}"


class DocumentKind(InCatalogue):
    """A kind of paper (loại giấy tờ), the same one under every procedure that asks for it: what makes reuse possible."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = TextField(_("name"))

    class Meta:
        ordering = ["key"]
        verbose_name = _("document kind")
        verbose_name_plural = _("document kinds")

    def __str__(self) -> str:
        return pick(self.name)
