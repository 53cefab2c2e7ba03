"""Fields that several forms share."""

from __future__ import annotations

from typing import Any

from django import forms


class CentreChoice(forms.ModelChoiceField):
    """An active centre among these."""

    def __init__(self, centres: Any, **options: Any) -> None:
        super().__init__(centres.filter(is_active=True).order_by("code"), **options)
