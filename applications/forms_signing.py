"""What is typed about signing: codes, reasons, delegations and keys."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.actions.send_back_certification import REASON_LENGTH
from applications.certifiers import possible_signers
from applications.notarisation.enums import RegisterKind
from applications.notarisation.grounds import grounds_for
from applications.notarisation.signers import REASON_LENGTH as END_REASON_LENGTH
from applications.notarisation.signers import DelegationBasis
from centres.models import Centre
from citizens.models import User

_WHY = {"required": _("Please say why in a few words.")}


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class TypedOnce(forms.TextInput):
    """A field that no page shows again what was typed into."""

    def format_value(self, value: Any) -> None:
        return None


class CodeForm(forms.Form):
    """A code of the authenticator app, or a recovery code."""

    otp = forms.CharField(
        label=_("Code of your authenticator app"),
        max_length=20,
        widget=TypedOnce(
            attrs={"autocomplete": "one-time-code", "inputmode": "text", "class": "figure", "autofocus": True}
        ),
        error_messages={"required": _("Type the six figures that the app shows now.")},
    )


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("Your password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_("So that nobody sets up their own phone on a screen that you left."),
    )


class SendBackForm(forms.Form):
    reason = forms.CharField(label=_("What is to be mended"), max_length=REASON_LENGTH, error_messages=_WHY)


class TakeOverForm(forms.Form):
    reason = forms.CharField(label=_("Why you sign it in their place"), max_length=REASON_LENGTH, error_messages=_WHY)


class RefuseForm(forms.Form):
    ground = forms.ChoiceField(
        label=_("Rule that forbids it"), error_messages={"required": _("Choose the rule that forbids certifying it.")}
    )
    reason = forms.CharField(label=_("In your words"), max_length=REASON_LENGTH, error_messages=_WHY)

    def __init__(self, *args: Any, kind: str, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["ground"]
        assert isinstance(field, forms.ChoiceField)
        rules = grounds_for(kind, day)
        field.choices = [("", "—"), *((rule.key, f"{rule.sentence} ({rule.article})") for rule in rules)]


class DelegationForm(forms.Form):
    person = forms.ModelChoiceField(
        label=_("Who signs"),
        queryset=User.objects.none(),
        error_messages={"required": _("Choose who certifies from then on.")},
    )
    kinds = forms.MultipleChoiceField(
        label=_("What they certify"),
        choices=RegisterKind.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose what this person may certify.")},
    )
    basis = forms.ChoiceField(label=_("By"), choices=DelegationBasis.choices)
    title = forms.CharField(
        label=_("Title above the signature"),
        max_length=150,
        help_text=_("In Vietnamese, as the deed says. Its number and day are added by themselves."),
    )
    deed_number = forms.CharField(label=_("Number of the deed"), max_length=60)
    deed_day = _day(_("Day of the deed"))
    first_day = _day(_("First day"))
    last_day = _day(_("Last day"))

    def __init__(self, *args: Any, centre: Centre, day: date, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = possible_signers(centre, day).exclude(pk=by.pk)


class EndForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=END_REASON_LENGTH, error_messages=_WHY)


class KeyForm(forms.Form):
    person = forms.ModelChoiceField(
        label=_("Whose key"),
        queryset=User.objects.filter(is_active=True).order_by("full_name", "pk"),
        error_messages={"required": _("Choose whose key it is.")},
    )
    url = forms.CharField(
        label=_("Where the key lies"),
        max_length=500,
        help_text=_("file:///… in the folder of keys, or pkcs11:///library?token=…&key=…"),
    )
    secret = forms.CharField(
        label=_("File with its password or PIN"),
        max_length=100,
        required=False,
        help_text=_("Only the file's name in the folder of keys; the password itself is never typed here."),
    )
