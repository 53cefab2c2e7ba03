"""What a citizen types to find a dossier."""

from __future__ import annotations

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications.actions.letters import MOST_CHARACTERS

_LAST4 = re.compile(r"\d{4}", re.ASCII)


class Last4Form(forms.Form):
    """Who it is, as far as a page without sign-in can ask."""

    phone_last4 = forms.CharField(
        label=_("Last four digits of the phone number you gave"),
        max_length=8,
        error_messages={"required": _("Type the last four digits of the phone number.")},
        widget=forms.TextInput({"class": "figure short", "inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_phone_last4(self) -> str:
        digits = re.sub(r"\s", "", self.cleaned_data["phone_last4"])
        if not _LAST4.fullmatch(digits):
            raise ValidationError(_("Type four digits, for example 5678."), code="not_four_digits")
        return digits


class TrackForm(Last4Form):
    """The code on the receipt and the last four digits of the phone given at the counter."""

    code = forms.CharField(
        label=_("Dossier code"),
        help_text=_("On the receipt, for example H26.30.3-261123-0047"),
        max_length=40,
        error_messages={"required": _("Type the code printed on the receipt.")},
        widget=forms.TextInput(
            {"class": "figure", "autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        ),
    )
    field_order = ("code", "phone_last4")

    def clean_code(self) -> str:
        return re.sub(r"\s", "", self.cleaned_data["code"]).upper()


class WithdrawForm(Last4Form):
    """Why the dossier is not wanted any more, with the confirmation."""

    reason = forms.CharField(
        label=_("Why do you not need it any more?"),
        max_length=500,
        error_messages={"required": _("Write a few words, so that the officer understands.")},
        widget=forms.Textarea({"rows": 3}),
    )
    sure = forms.BooleanField(
        label=_("I know that the dossier ends without a result."),
        error_messages={"required": _("Tick that you know this.")},
    )
    field_order = ("reason", "phone_last4", "sure")


class AnswerForm(Last4Form):
    """The citizen's answer, with the confirmation of who it is."""

    letter = forms.CharField(
        label=_("Your answer"),
        max_length=MOST_CHARACTERS,
        error_messages={"required": _("Write something first.")},
        widget=forms.Textarea({"rows": 5}),
    )
    field_order = ("letter", "phone_last4")
