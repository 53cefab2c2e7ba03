"""What an officer types to bind a citizen's phone to the card before them."""

from __future__ import annotations

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications.forms_track import Last4Form
from citizens.actions.bind_phone import DIGITS


class BindPhoneForm(Last4Form):
    """The number on the citizen's phone, its last digits, and that the card was compared."""

    number = forms.CharField(
        label=_("Number that the citizen's phone shows"),
        max_length=20,
        error_messages={"required": _("Type the eight digits that the citizen's phone shows.")},
        widget=forms.TextInput({"class": "figure short", "inputmode": "numeric", "autocomplete": "off"}),
    )
    seen = forms.BooleanField(
        label=_("I have compared the ID card with the person before me."),
        error_messages={"required": _("Compare the card with the person first.")},
    )
    field_order = ("number", "phone_last4", "seen")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["phone_last4"].label = _("Last four digits of that phone")

    def clean_number(self) -> str:
        digits = re.sub(r"[\s.\-]", "", self.cleaned_data["number"])
        if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", digits):
            raise ValidationError(_("The number has eight digits, for example 4821 0937."), code="not_eight_digits")
        return digits
