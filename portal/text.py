"""Texts that are data in several languages, ``{"vi": …, "en": …, "ko": …}``, and addresses that not all may read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.text_fields import LanguagesField

LANGUAGES = ("vi", "en", "ko")


def pick(text: Mapping[str, str] | str | None, language: str | None = None) -> str:
    """The text in the given or current language; Vietnamese where that one is missing."""
    if not text:
        return ""
    if isinstance(text, str):
        return text
    return text.get((language or get_language() or "vi")[:2]) or text.get("vi") or next(iter(text.values()))


def mask_email(address: str) -> str:
    """An address its owner recognises and nobody can write to: ``a•••@example.com``."""
    name, _sign, domain = address.rpartition("@")
    return f"{name[:1]}•••@{domain}"


def check_languages(value: Any) -> None:
    """Refuse a text that lacks Vietnamese or holds anything else than known languages."""
    if not isinstance(value, Mapping) or not str(value.get("vi", "")).strip():
        raise ValidationError(_("Give the text in Vietnamese at least."))
    unknown = set(value) - set(LANGUAGES)
    if unknown:
        raise ValidationError(_("Unknown language: %(names)s."), params={"names": ", ".join(sorted(unknown))})


class TextField(models.JSONField):
    """A short text in up to three languages, stored as a JSON object."""

    default_validators = [check_languages]

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": LanguagesField, **kwargs})
