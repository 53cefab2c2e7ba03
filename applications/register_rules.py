"""The city's own rules of registers and their papers, as they are in force on a day."""

from __future__ import annotations

from datetime import date

from applications.models import RegisterRules


def rules_on(day: date) -> RegisterRules:
    """The rules of this day; before the first row of the table, what a new row would say."""
    return RegisterRules.objects.filter(valid_from__lte=day).order_by("-valid_from").first() or RegisterRules()
