"""What a citizen types to sign in."""

from __future__ import annotations

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from citizens.actions.phone_code import DIGITS
from portal.vn.phones import InvalidPhone, parse_mobile


class PhoneForm(forms.Form):
    """A mobile number, in any usual spelling."""

    phone = forms.CharField(
        label=_("Your mobile number"),
        help_text=_("For example 0912 345 678. We send a code to it by SMS."),
        max_length=30,
        error_messages={"required": _("Type your mobile number.")},
        widget=forms.TextInput({"class": "figure", "type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )

    def clean_phone(self) -> str:
        try:
            return parse_mobile(self.cleaned_data["phone"])
        except InvalidPhone as error:
            raise ValidationError(str(error.problem), code=error.code) from error


class CodeForm(forms.Form):
    """The code of the SMS."""

    otp = forms.CharField(
        label=_("Code from the SMS"),
        max_length=20,
        error_messages={"required": _("Type the six digits of the SMS.")},
        widget=forms.TextInput({"class": "figure short", "inputmode": "numeric", "autocomplete": "one-time-code"}),
    )

    def clean_otp(self) -> str:
        digits = re.sub(r"[\s.\-]", "", self.cleaned_data["otp"])
        if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", digits):
            raise ValidationError(_("The code has six digits, for example 482 109."), code="not_six_digits")
        return digits
