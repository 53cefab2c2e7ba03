"""Texts that are data and not there in every language yet: nobody is refused because of it, but it is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import JSONField, Model

from portal.text import LANGUAGES

Place = tuple[str | int, ...]


def untranslated(value: Any, at: Place = ()) -> Iterator[tuple[Place, tuple[str, ...]]]:
    """Where below this value a text stands that lacks languages, and which."""
    if isinstance(value, Mapping):
        if "vi" in value:
            if missing := tuple(language for language in LANGUAGES if not value.get(language)):
                yield at, missing
            return
        for key, child in value.items():
            yield from untranslated(child, (*at, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from untranslated(child, (*at, index))


def is_untranslated(*rows: Model) -> bool:
    """Whether a text of one of these rows lacks a language."""
    return any(
        next(untranslated(getattr(row, field.attname)), None) is not None
        for row in rows
        for field in row._meta.concrete_fields
        if isinstance(field, JSONField)
    )
