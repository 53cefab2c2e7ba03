"""What a citizen tells."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from support.fields import CentreChoice
from support.forms import MOST_AGE
from support.models.incident import WHAT_LIMIT


class TellForm(forms.Form):
    """What a citizen tells: where, what, and a phone if they want to be asked back."""

    centre = CentreChoice(
        Centre.objects.all(), label=_("Where is it?"), required=False, empty_label=_("on the website")
    )
    what = forms.CharField(
        label=_("What does not work?"),
        help_text=_("In your own words. Please no identity numbers."),
        max_length=WHAT_LIMIT,
        widget=forms.Textarea({"rows": 4}),
    )
    client_key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput({"data-client-key": "tell"}))
    age = forms.FloatField(required=False, min_value=0, max_value=MOST_AGE, widget=forms.HiddenInput())
    contact = forms.CharField(
        label=_("Phone number, if we may ask you back"),
        help_text=_("It is deleted when this is settled."),
        max_length=20,
        required=False,
        widget=forms.TextInput({"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )
