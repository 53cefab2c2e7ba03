"""A form field for a sum of money."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.vn.money import group_thousands, read_vnd


class MoneyField(forms.IntegerField):
    """Whole đồng, typed as people write them: ``4000``, ``4.000``, ``4.000 đ``. Nothing else is guessed at."""

    widget = forms.TextInput
    default_error_messages = {
        "required": _("Give a whole sum in đồng."),
        "invalid": _("Write a whole sum in đồng, like 4.000 or 4000."),
    }

    def __init__(self, *, min_value: int = 0, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.TextInput({"inputmode": "numeric", "class": "figure short", "autocomplete": "off"})
        )
        super().__init__(min_value=min_value, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return group_thousands(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        """Not as a whole number's field does, to which ``.000`` at the end is a fraction of nothing."""
        if value in self.empty_values:
            return None
        try:
            return value if isinstance(value, int) else read_vnd(str(value))
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
