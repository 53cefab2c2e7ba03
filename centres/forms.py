"""Input of kiosks, boards and managers."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from centres.actions.devices import NAME_LIMIT
from centres.enums import DeviceKind


class DeviceKeyForm(forms.Form):
    """The key that signs a screen in. It is pasted once and never part of an address."""

    key = forms.CharField(
        label=_("Key of this screen"),
        help_text=_("A manager makes it under Today, Screens."),
        max_length=80,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class DeviceForm(forms.Form):
    name = forms.CharField(label=_("Where it stands"), max_length=NAME_LIMIT)
    kind = forms.ChoiceField(label=_("What it is"), choices=DeviceKind.choices)
    prints_itself = forms.BooleanField(label=_("It has a printer: each slip comes out once by itself"), required=False)
