"""The letters that officers begin with, as the migration brings them; a test that empties the tables takes them away."""

from __future__ import annotations

from importlib import import_module

from applications.models import LetterTemplate


def the_templates() -> list[LetterTemplate]:
    """All of them, by their order."""
    rows = import_module("applications.migrations.0044_letters").TEMPLATES
    for order, (title, text) in enumerate(rows, 1):
        LetterTemplate.objects.get_or_create(order=order, defaults={"title": title, "text": text})
    return list(LetterTemplate.objects.order_by("order"))
