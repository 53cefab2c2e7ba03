"""The spans of support that are in force on a day."""

from __future__ import annotations

from datetime import date

from support.models import SupportRules


def rules_on(day: date) -> SupportRules:
    """The row in force; the model's own defaults before the first."""
    return SupportRules.objects.filter(valid_from__lte=day).order_by("-valid_from").first() or SupportRules()
