"""What is typed about a transfer that found no dossier."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.actions.match_notice import NOTE_LENGTH
from applications.numbers import dossier_code_in


class MatchForm(forms.Form):
    code = forms.CharField(
        label=_("Dossier code"),
        max_length=60,
        error_messages={"required": _("Give the code of the dossier that it was for.")},
        widget=forms.TextInput({"class": "figure", "autocomplete": "off"}),
    )

    def clean_code(self) -> str:
        return dossier_code_in(self.cleaned_data["code"])


class StatementForm(forms.Form):
    file = forms.FileField(
        label=_("The bank's file (CSV)"),
        widget=forms.FileInput({"accept": ".csv,text/csv"}),
        error_messages={"required": _("Choose the file that the bank gave.")},
    )


class AsideForm(forms.Form):
    note = forms.CharField(
        label=_("What it is, and what was done with it"),
        max_length=NOTE_LENGTH,
        error_messages={"required": _("Write what it is and what was done with it.")},
        widget=forms.Textarea({"rows": 2}),
    )
