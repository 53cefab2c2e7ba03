"""What is typed at the desk, and its errors."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications.actions.documents_wanted import MOST_COPIES, MOST_PAGES
from applications.enums import Delivery
from applications.models import Application
from applications.result_ways import NO_ADDRESS
from centres.models import Centre
from citizens.enums import Sex
from portal.text import pick
from portal.vn.dates import InvalidPartialDate, PartialDate
from portal.vn.identity import InvalidIdentity, parse_identity_number
from portal.vn.names import InvalidName, validate_name
from portal.vn.text import fold, matches
from procedures.forms import LineField, PhoneField


class ScanForm(forms.Form):
    """The one field a scanner types into: a card's QR payload, or a number typed by hand."""

    payload = forms.CharField(
        max_length=1300,
        label=_("ID card, number or dossier code"),
        error_messages={"required": _("Scan the ID card or the receipt, or type the 12 digits.")},
        widget=forms.TextInput(
            attrs={
                "class": "scan",
                "data-scan": "",
                "autocomplete": "off",
                "spellcheck": "false",
                "placeholder": _("Card, receipt or code from home"),
            }
        ),
    )


class PersonForm(forms.Form):
    """A person who is not known yet, typed from the card."""

    identity_number = forms.CharField(
        label=_("Identity number"), max_length=20, widget=forms.TextInput({"inputmode": "numeric"})
    )
    full_name = forms.CharField(label=_("Full name"), max_length=120)
    birth_text = forms.CharField(
        label=_("Date of birth"), max_length=10, help_text=_("Day/month/year, or the year alone.")
    )
    sex = forms.ChoiceField(label=_("Sex"), choices=[("", "—"), *Sex.choices], required=False)
    card_address = LineField(label=_("Address on the card"), max_length=300, required=False)

    def clean_identity_number(self) -> str:
        try:
            return parse_identity_number(self.cleaned_data["identity_number"]).number
        except InvalidIdentity as error:
            raise ValidationError(str(error)) from error

    def clean_full_name(self) -> str:
        try:
            return validate_name(self.cleaned_data["full_name"])
        except InvalidName as error:
            raise ValidationError(str(error)) from error

    def clean_birth_text(self) -> str:
        try:
            return PartialDate.parse(self.cleaned_data["birth_text"]).format()
        except InvalidPartialDate as error:
            raise ValidationError(str(error)) from error


class AddressForm(forms.Form):
    """Where the person says they live now."""

    address = LineField(
        label=_("Present address"),
        max_length=300,
        error_messages={"required": _("Write the address of today as the person says it.")},
    )


class ContactForm(forms.Form):
    """Where the person can be reached. The phone's last four digits open the tracking page."""

    phone = PhoneField(label=_("Phone"), required=False, widget=forms.TextInput({"inputmode": "tel"}))
    email = forms.EmailField(label=_("E-mail"), required=False)
    delivery = forms.ChoiceField(label=_("Result wanted"), required=False)
    delivery_address = LineField(label=_("Address for the post"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways: list[Delivery] = self.initial.get("ways", [])
        self.fields["delivery"].choices = [(way.value, way.label) for way in ways]  # type: ignore[attr-defined]
        if len(ways) < 2:  # noqa: PLR2004 - nothing to choose
            del self.fields["delivery"]
        if len(ways) < 2 or self["delivery"].value() != Delivery.POST:  # noqa: PLR2004
            del self.fields["delivery_address"]
        elif self.is_bound and "delivery_address" not in self.data:
            self.data = {**dict(self.data.items()), "delivery_address": self.initial["delivery_address"]}

    def show_without_address(self) -> None:
        """Say beside the field that the post has no address yet; it may stay so until the dossier is received."""
        self.full_clean()
        if "delivery_address" in self.fields and not self.cleaned_data.get("delivery_address"):
            self.add_error("delivery_address", NO_ADDRESS)


class QuantityForm(forms.Form):
    """Pages of the original and copies wanted."""

    pages = forms.IntegerField(label=_("Pages of the original"), min_value=1, max_value=MOST_PAGES, required=False)
    copies = forms.IntegerField(label=_("Copies"), min_value=1, max_value=MOST_COPIES, initial=1)


class OfficeForm(forms.Form):
    """The competent office elsewhere that a draft is taken in for: typed, and found among the other centres."""

    office = forms.CharField(
        label=_("Competent office"),
        max_length=200,
        error_messages={"required": _("Choose the competent office that it is taken in for.")},
        widget=forms.TextInput(attrs={"list": "office-names", "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, data: Any = None, *, draft: Application) -> None:
        chosen = "" if draft.competent_id == draft.helped_at_id else str(draft.competent)
        super().__init__(data, initial={"office": chosen})
        self.offices = list(Centre.objects.filter(is_active=True).exclude(pk=draft.helped_at_id).order_by("code"))

    def clean_office(self) -> Centre:
        """The one of this name, or else the only one whose name has every syllable that was typed."""
        typed = self.cleaned_data["office"]
        same = [row for row in self.offices if fold(typed) in (fold(str(row)), fold(row.code))]
        found = same or [row for row in self.offices if matches(typed, fold(f"{row} {pick(row.name)}"))]
        if not found:
            raise ValidationError(_("No other centre goes by this name. Choose one of the list."), code="no_office")
        if len(found) > 1:
            raise ValidationError(_("Several centres go by this name. Choose one of the list."), code="several")
        return found[0]


def first_error(form: forms.BaseForm) -> Any:
    """One sentence for a form that shows beside a single button."""
    return next(iter(next(iter(form.errors.values()))), "")
