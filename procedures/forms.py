"""A version's form as a Django form: labels in the current language, errors in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.text import pick
from portal.vn.dates import InvalidPartialDate, PartialDate, format_date
from portal.vn.identity import InvalidIdentity, parse_identity_number
from portal.vn.phones import InvalidPhone, display_phone, parse_phone
from portal.vn.text import TooLong, clean_line
from procedures.catalogue_cache import units_of_today
from procedures.models import ProcedureVersion

DATE_FORMATS = ["%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d%m%Y"]


class LineField(forms.CharField):
    """One line of text, tidied as it is stored: NFC, single spaces, nothing invisible."""

    def to_python(self, value: Any) -> str:
        try:
            return clean_line(super().to_python(value) or "", self.max_length or 2000)
        except TooLong as error:
            raise ValidationError(str(error), code=error.code) from error


class DayField(forms.DateField):
    """A day, kept as ISO text so that it goes into JSON as it is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=DATE_FORMATS,
            widget=forms.DateInput(attrs={"inputmode": "numeric", "placeholder": "dd/mm/yyyy"}),
            error_messages={"invalid": _("This is not a date. Please type day/month/year, for example 02/07/2025.")},
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        day = super().clean(value)
        return day.isoformat() if day else ""

    def prepare_value(self, value: Any) -> Any:
        return format_date(date.fromisoformat(value)) if _is_iso_day(value) else value


class PartialDateField(forms.CharField):
    """A year, a month or a day, kept as ISO text: "1945", "1945-02", "1945-02-01"."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            parsed = PartialDate.parse(text)
        except InvalidPartialDate as error:
            raise ValidationError(str(error), code=error.code) from error
        return "-".join(
            [f"{parsed.year:04}", *(f"{part:02}" for part in (parsed.month, parsed.day) if part is not None)]
        )

    def prepare_value(self, value: Any) -> Any:
        try:
            return PartialDate.parse(value).format() if isinstance(value, str) and value else value
        except InvalidPartialDate:
            return value


class PhoneField(forms.CharField):
    """A telephone number, kept as E.164."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return parse_phone(text)
        except InvalidPhone as error:
            raise ValidationError(str(error), code=error.code) from error

    def prepare_value(self, value: Any) -> Any:
        return display_phone(value) if isinstance(value, str) and value.startswith("+84") else value


class IdentityNumberField(forms.CharField):
    """A personal identity number of twelve digits."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return parse_identity_number(text).number
        except InvalidIdentity as error:
            raise ValidationError(str(error), code=error.code) from error


class UnitField(forms.ChoiceField):
    """A ward or commune of Hanoi as it stands today, kept by its code."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=_unit_choices, **kwargs)


def _unit_choices() -> list[tuple[str, str]]:
    return [("", "—"), *((unit.code, unit.name) for unit in units_of_today())]


class ProcedureForm(forms.Form):
    """The form of one version, labelled in the current language. ``groups`` gives the bound fields under their headings."""

    def __init__(
        self,
        version: ProcedureVersion,
        data: Mapping[str, Any] | None = None,
        *,
        initial: MutableMapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.version = version
        schema = version.form_schema
        required = set(schema.get("required", ()))
        for group in schema.get("x-groups", ()):
            for key in group["fields"]:
                self.fields[key] = _field(schema["properties"][key], is_required=key in required)

    def groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """Each group's heading in the current language, with its fields in order."""
        for group in self.version.form_schema.get("x-groups", ()):
            yield pick(group["title"]), [self[key] for key in group["fields"]]

    def form_data(self) -> dict[str, Any]:
        """The cleaned values as they are stored: JSON that the version's schema accepts, blanks left out."""
        return {key: value for key, value in self.cleaned_data.items() if value not in ("", None)}


def prefill(version: ProcedureVersion, values: Mapping[str, Any]) -> dict[str, Any]:
    """Initial values for the form, from what is known: {"citizen.full_name": …} by each field's ``x-prefill``."""
    properties = version.form_schema.get("properties", {})
    return {
        key: values[rule["x-prefill"]]
        for key, rule in properties.items()
        if rule.get("x-prefill") and values.get(rule["x-prefill"]) not in (None, "")
    }


def _field(rule: Mapping[str, Any], *, is_required: bool) -> forms.Field:
    common: dict[str, Any] = {
        "label": pick(rule["x-label"]),
        "help_text": pick(rule.get("x-help")),
        "required": is_required,
    }
    match rule["x-kind"]:
        case "long_text":
            return forms.CharField(max_length=rule["maxLength"], widget=forms.Textarea(attrs={"rows": 3}), **common)
        case "date":
            return DayField(**common)
        case "partial_date":
            return PartialDateField(**common)
        case "number":
            return forms.IntegerField(min_value=rule.get("minimum"), max_value=rule.get("maximum"), **common)
        case "choice":
            choices = [(choice["value"], pick(choice["label"])) for choice in rule["x-choices"]]
            return forms.ChoiceField(choices=[("", "—"), *choices], **common)
        case "yes_no":
            # A box that must be ticked would be no question.
            return forms.BooleanField(**common | {"required": False})
        case "unit":
            return UnitField(**common)
        case "phone":
            return PhoneField(widget=forms.TextInput(attrs={"inputmode": "tel"}), **common)
        case "identity_number":
            return IdentityNumberField(widget=forms.TextInput(attrs={"inputmode": "numeric"}), **common)
        case _:
            return LineField(max_length=rule["maxLength"], **common)


def _is_iso_day(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
