"""What anyone types from a paper copy to check it."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications.notarisation.codes import typed
from portal.vn.text import fold

_IN_WORDS = re.compile(r"(?:ngay )?([0-9]{1,2}) thang ([0-9]{1,2}) nam ([0-9]{4})")


class PrintedDayField(forms.DateField):
    """A day in figures, or in words as the paper prints it."""

    def to_python(self, value: Any) -> Any:
        found = _IN_WORDS.fullmatch(fold(value)) if isinstance(value, str) else None
        return super().to_python("/".join(found.groups()) if found else value)


class PaperForm(forms.Form):
    """Number, date and code, as printed on the page of certification."""

    number = forms.CharField(
        label=_("Certification number"),
        help_text=_("For example 0007"),
        max_length=40,
        error_messages={"required": _("Type the certification number.")},
        widget=forms.TextInput({"class": "figure short", "inputmode": "numeric", "autocomplete": "off"}),
    )
    day = PrintedDayField(
        label=_("Date of certification"),
        help_text=_("For example 23/11/2026"),
        input_formats=["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d", "%d%m%Y", "%d/%m/%y", "%d-%m-%y", "%d.%m.%y"],
        error_messages={"required": _("Type the date of certification."), "invalid": _("Type the date as 23/11/2026.")},
        widget=forms.TextInput({"class": "figure short", "autocomplete": "off"}),
    )
    code = forms.CharField(
        label=_("Code of the copy"),
        help_text=_("Below the square code, for example 7K2M-9QXD-41AB"),
        max_length=30,
        error_messages={"required": _("Type the code of the copy.")},
        widget=forms.TextInput(
            {"class": "figure", "autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        ),
    )

    def clean_number(self) -> int:
        digits = self.cleaned_data["number"].strip().partition("/")[0].strip()
        if not (digits.isascii() and digits.isdecimal()):
            raise ValidationError(_("Type the number, for example 0007."), code="not_a_number")
        return int(digits)

    def clean_code(self) -> str:
        code = typed(self.cleaned_data["code"])
        if not code:
            raise ValidationError(
                _("The code has twelve letters and digits. Please compare it with the paper."), code="not_a_code"
            )
        return code
