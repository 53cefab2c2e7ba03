"""A version's form as a Django form: labels in the current language, errors in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.text import pick
from portal.vn.codes import (
    InvalidCode,
    parse_birth_notice_code,
    parse_certificate_serial,
    parse_organisation_code,
    parse_passport,
)
from portal.vn.dates import InvalidPartialDate, PartialDate
from portal.vn.identity import InvalidIdentity, parse_identity_number
from portal.vn.names import InvalidName, validate_name
from portal.vn.phones import InvalidPhone, display_phone, parse_phone
from portal.vn.text import TooLong, clean_line
from procedures.catalogue_cache import units_of_today
from procedures.models import ProcedureVersion

# Text fields that hold a person's name; a paper, a contract and a shop have names of another kind.
NAMES_OF_PEOPLE = frozenset(
    f"{who}_name" for who in ("applicant", "child", "deceased", "father", "husband", "mother", "requester", "wife")
) | {"record_of", "intended_spouse"}
# Who cannot be one and the same person in a form.
TWO_PEOPLE = (("husband", "wife"), ("mother", "father"), ("applicant", "deceased"))
NO_DAY = _("This is not a date. Please type day/month/year, for example 02/07/2025.")
ONE_NUMBER = _("This is also the other person's number, and they are two different people. Please check both numbers.")


class LineField(forms.CharField):
    """One line of text, tidied as it is stored: NFC, single spaces, nothing invisible."""

    def to_python(self, value: Any) -> str:
        try:
            return clean_line(super().to_python(value) or "", self.max_length or 2000)
        except TooLong as error:
            raise ValidationError(str(error), code=error.code) from error


class NameField(forms.CharField):
    """A person's name, by the same rule as at the desk's own form for a person."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return validate_name(text)
        except InvalidName as error:
            raise ValidationError(str(error), code=error.code) from error


class DayField(forms.CharField):
    """A day, kept as ISO text so that it goes into JSON as it is. ``until`` is the last day it may be, if there is one."""

    # Read as the rules on a form's values read it (``procedures.eligibility``): what one takes for a day, both do.
    whole = True

    def __init__(self, *, until: date | None = None, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.TextInput(
                {"inputmode": "numeric", "placeholder": _("day/month/year")}
                if self.whole
                else {"placeholder": _("day/month/year, or the year")}
            ),
            **kwargs,
        )
        self.until = until

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            parsed = PartialDate.parse(text)
        except InvalidPartialDate as error:
            raise ValidationError(NO_DAY if self.whole else str(error), code="invalid") from error
        if self.whole and not parsed.is_full:
            raise ValidationError(NO_DAY, code="invalid")
        if self.until is not None and parsed.earliest > self.until:
            raise ValidationError(_("This day has not come yet. Please check the year."), code="in_future")
        return "-".join(
            [f"{parsed.year:04}", *(f"{part:02}" for part in (parsed.month, parsed.day) if part is not None)]
        )

    def prepare_value(self, value: Any) -> Any:
        try:
            return PartialDate.parse(value).format() if isinstance(value, str) and value else value
        except InvalidPartialDate:
            return value


class PartialDateField(DayField):
    """A year, a month or a day, kept as ISO text: "1945", "1945-02", "1945-02-01"."""

    whole = False


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


class CodeField(forms.CharField):
    """A number of a paper or an organisation, kept in the one form its parser gives it."""

    def __init__(self, *, parse: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.parse = parse

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return self.parse(text)
        except InvalidCode as error:
            raise ValidationError(str(error), code=error.code) from error


CODES: dict[str, Callable[[str], str]] = {
    "organisation_code": parse_organisation_code,
    "passport": parse_passport,
    "certificate_serial": parse_certificate_serial,
    "birth_notice_code": parse_birth_notice_code,
}


class YesNoField(forms.TypedChoiceField):
    """Yes, no, or not answered: a box left alone would say no in somebody's name."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [("", "—"), ("yes", _("Yes")), ("no", _("No"))]
        super().__init__(choices=choices, coerce=lambda value: value == "yes", empty_value=None, **kwargs)

    def to_python(self, value: Any) -> str:
        """A stored answer is bound again as it was stored."""
        return super().to_python(self.prepare_value(value))

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


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
        on: date | None = None,
        initial: MutableMapping[str, Any] | None = None,
        counted: Mapping[str, int | None] | None = None,
    ) -> None:
        """``on`` is the day it is filled in: no day after it is taken, but where the catalogue says that it may lie ahead.

        ``counted`` names fields whose values stand beside the fee and are in ``data``: they are checked and stored with
        the rest, but not asked for again; one not counted yet (``None``) is left out.
        """
        super().__init__(data, initial=initial)
        self.version = version
        self.counted = counted or {}
        schema = version.form_schema
        required = set(schema.get("required", ()))
        for group in schema.get("x-groups", ()):
            for key in group["fields"]:
                if key in self.counted and self.counted[key] is None:
                    continue
                self.fields[key] = _field(key, schema["properties"][key], is_required=key in required, on=on)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for first, second in TWO_PEOPLE:
            number = cleaned.get(f"{first}_identity")
            if number and number == cleaned.get(f"{second}_identity"):
                self.add_error(f"{second}_identity", ValidationError(ONE_NUMBER, code="same_person"))
        return cleaned

    def groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """Each group's heading in the current language, with the fields it asks for in order."""
        for group in self.version.form_schema.get("x-groups", ()):
            if asked := [self[key] for key in group["fields"] if key not in self.counted]:
                yield pick(group["title"]), asked

    def heading_of(self, name: str) -> str:
        """The heading, in the current language, under which this field stands."""
        groups = self.version.form_schema.get("x-groups", ())
        return next((pick(group["title"]) for group in groups if name in group["fields"]), "")

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


def _field(key: str, rule: Mapping[str, Any], *, is_required: bool, on: date | None) -> forms.Field:
    common: dict[str, Any] = {
        "label": pick(rule["x-label"]),
        "help_text": pick(rule.get("x-help")),
        "required": is_required,
    }
    match rule["x-kind"]:
        case "long_text":
            return forms.CharField(max_length=rule["maxLength"], widget=forms.Textarea(attrs={"rows": 3}), **common)
        case "date":
            return DayField(until=None if rule.get("x-may-be-ahead") else on, **common)
        case "partial_date":
            return PartialDateField(until=None if rule.get("x-may-be-ahead") else on, **common)
        case "number":
            return forms.IntegerField(min_value=rule.get("minimum"), max_value=rule.get("maximum"), **common)
        case "choice":
            choices = [(choice["value"], pick(choice["label"])) for choice in rule["x-choices"]]
            return forms.ChoiceField(choices=[("", "—"), *choices], **common)
        case "yes_no":
            return YesNoField(**common)
        case "unit":
            return UnitField(**common)
        case "phone":
            return PhoneField(widget=forms.TextInput(attrs={"inputmode": "tel"}), **common)
        case "identity_number":
            return IdentityNumberField(widget=forms.TextInput(attrs={"inputmode": "numeric"}), **common)
        case kind if kind in CODES:
            return CodeField(parse=CODES[kind], **common)
        case _ if key in NAMES_OF_PEOPLE:
            return NameField(max_length=rule["maxLength"], **common)
        case _:
            return LineField(max_length=rule["maxLength"], **common)
