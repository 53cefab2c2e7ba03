"""What officers write to citizens again and again, in the citizen's language."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.text import TextField, pick

# What a text may name; each stands in braces.
PLACES = ("code", "procedure", "centre", "due", "hotline")
_PLACE = re.compile(r"\{([^{}]*)\}")


class LetterTemplate(models.Model):
    """A letter to begin with (mẫu tin nhắn): the officer changes it before it is sent."""

    title = TextField(_("title"), help_text=_("What officers choose it by."))
    text = TextField(
        _("text"),
        help_text=_("What the citizen reads. {code}, {procedure}, {centre}, {due} and {hotline} are filled in."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_offered = models.BooleanField(_("offered to officers"), default=True)

    class Meta:
        verbose_name = _("letter to begin with")
        verbose_name_plural = _("letters to begin with")
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return pick(self.title)

    def clean(self) -> None:
        """Raise ``ValidationError`` where a text names what nobody fills in."""
        texts = self.text.values() if isinstance(self.text, dict) else []
        unknown = {name for text in texts for name in _PLACE.findall(str(text))} - set(PLACES)
        if unknown:
            raise ValidationError(
                {"text": _("Nobody fills in {%(name)s}. Use: %(known)s.")
                 % {"name": min(unknown), "known": ", ".join(f"{{{name}}}" for name in PLACES)}}
            )  # fmt: skip

    def filled(self, values: dict[str, Any], language: str) -> str:
        """The text in this language with the values in their places."""
        return _PLACE.sub(lambda found: str(values.get(found[1], "")), pick(self.text, language))
