"""What is typed to confirm a setting."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ConfirmForm(forms.Form):
    source = forms.CharField(
        label=_("Text and article that confirm it"),
        max_length=200,
        error_messages={"required": _("Name the text and the article that confirm it.")},
    )
    text_of = forms.DateField(
        label=_("Day of the text"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Give the day of the text.")},
    )
