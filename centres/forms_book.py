"""What is typed to book a visit, and what a manager types about a day."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from centres.actions.calendar_days import REASON_LIMIT
from centres.enums import SEEN_GROUNDS
from centres.hours import Hours
from centres.models import Service
from portal.vn.identity import parse_identity_number
from portal.vn.names import validate_name
from portal.vn.phones import parse_mobile
from portal.vn.problems import InvalidValue

_SPAN = re.compile(r"(\d{1,2})[:hg.](\d{2})\s*[-–—]\s*(\d{1,2})[:hg.](\d{2})")


class PersonForm(forms.Form):
    """Who comes. The key makes one booking of a form sent twice."""

    full_name = forms.CharField(
        label=_("Full name"),
        max_length=100,
        error_messages={"required": _("Type your full name, as on your card.")},
        widget=forms.TextInput({"autocomplete": "name", "autocapitalize": "words", "spellcheck": "false"}),
    )
    phone = forms.CharField(
        label=_("Phone number"),
        help_text=_("The confirmation is sent here by SMS."),
        max_length=30,
        error_messages={"required": _("Type your phone number, for example 0912 345 678.")},
        widget=forms.TextInput({"class": "figure", "type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=200,
        widget=forms.EmailInput({"autocomplete": "email", "spellcheck": "false"}),
    )
    identity_number = forms.CharField(
        label=_("Number of your ID card"),
        help_text=_(
            "Only so that nobody books in your name as well. A code made from the number is kept, the number is not."
        ),
        required=False,
        max_length=30,
        widget=forms.TextInput({"class": "figure", "inputmode": "numeric", "autocomplete": "off"}),
    )
    client_key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def clean_identity_number(self) -> str:
        text = self.cleaned_data["identity_number"].strip()
        return _read(lambda number: parse_identity_number(number).number, text) if text else ""

    def clean_full_name(self) -> str:
        return _read(validate_name, self.cleaned_data["full_name"])

    def clean_phone(self) -> str:
        return _read(parse_mobile, self.cleaned_data["phone"])


class KioskPhoneForm(forms.Form):
    """At the kiosk a phone number is enough."""

    phone = forms.CharField(
        label=_("Phone number"),
        max_length=30,
        error_messages={"required": _("Type your phone number, for example 0912 345 678.")},
        widget=forms.TextInput({"class": "figure", "type": "tel", "inputmode": "none", "autocomplete": "off"}),
    )
    client_key = forms.CharField(widget=forms.HiddenInput({"data-client-key": "book"}), max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:  # shown again: with what was wrong, read with the field
            self.fields["phone"].widget.attrs["autofocus"] = True

    def clean_phone(self) -> str:
        return _read(parse_mobile, self.cleaned_data["phone"])


class CodeForm(forms.Form):
    """A scanned QR, or the six digits of the booking."""

    code = forms.CharField(
        label=_("Scan the QR code of your appointment, or type its six digits"),
        max_length=300,
        error_messages={"required": _("Scan the QR code, or type the six digits of your appointment.")},
        widget=forms.TextInput(
            {"class": "figure", "inputmode": "none", "autocomplete": "off", "autofocus": True, "data-scan": "",
             "spellcheck": "false"}
        ),
    )  # fmt: skip


class CalendarDayForm(forms.Form):
    """One exceptional day. No hours means closed all day."""

    day = forms.DateField(
        label=_("Day"),
        error_messages={"required": _("Choose the day."), "invalid": _("Write the day as 30/11/2026.")},
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    opening = forms.CharField(
        label=_("Hours"),
        help_text=_("For example 08:00-11:30, 13:30-16:00. Leave it empty when the centre is closed all day."),
        required=False,
        max_length=100,
        widget=forms.TextInput({"class": "figure", "autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Citizens read it, for example: training of all staff."),
        max_length=REASON_LIMIT,
        error_messages={"required": _("Write the reason in a few words; citizens read it.")},
    )

    def clean_opening(self) -> Hours:
        text = self.cleaned_data["opening"].strip()
        spans = []
        for part in filter(None, (each.strip() for each in re.split(r"[,;]", text))):
            found = _SPAN.fullmatch(part)
            try:
                hour, minute, end_hour, end_minute = map(int, found.groups()) if found else (99,) * 4
                spans.append((time(hour, minute), time(end_hour, end_minute)))
            except ValueError:
                raise ValidationError(_("Write hours as 08:00-11:30, 13:30-17:00."), code="bad_hours") from None
        return spans


class NumberForm(forms.Form):
    """A number given by staff although the day is full; by a helper (``helps``) as the kiosk would, without a reason."""

    service = forms.ModelChoiceField(
        label=_("For what"),
        queryset=Service.objects.none(),
        error_messages={"required": _("Choose what the number is for.")},
    )
    ground = forms.ChoiceField(
        label=_("Goes first because"),
        required=False,
        choices=[("", _("none")), *((ground.value, ground.label) for ground in SEEN_GROUNDS)],
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Why this person gets a number although the day is full. It stays in the record with your name."),
        max_length=REASON_LIMIT,
        error_messages={"required": _("Write the reason; it stays in the record with your name.")},
    )
    client_key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, services: Any, helps: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["service"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = services
        if helps:
            del self.fields["reason"]


def _read(parse: Callable[[str], str], text: str) -> str:
    try:
        return parse(text)
    except InvalidValue as error:
        raise ValidationError(error.message, code=error.code) from None
