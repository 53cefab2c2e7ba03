"""What is typed about original papers in custody."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class OriginalForm(forms.Form):
    """One physical paper that is kept."""

    number = forms.CharField(
        label=_("Number or serial on it"),
        max_length=40,
        required=False,
        error_messages={"max_length": _("This number is too long for a paper's serial.")},
    )
    pages = forms.IntegerField(
        label=_("Pages"),
        min_value=1,
        max_value=500,
        initial=1,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), _("Give the number of its pages.")
        ),
    )
