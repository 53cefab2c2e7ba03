"""The version's form as somebody fills it in alone, on a phone: days in three boxes, choices as large buttons to touch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from procedures.forms import DayField, PartialDateField, ProcedureForm
from procedures.models import ProcedureVersion

PARTS = ("day", "month", "year")
# A list longer than this is a list to scroll, not buttons to touch.
MOST_TO_TOUCH = 8
# What a browser knows of its owner, by what the desk takes over from the citizen's record (WCAG 2.2, 1.3.5).
_AUTOCOMPLETE = {
    "citizen.full_name": "name",
    "citizen.phone": "tel",
    "citizen.email": "email",
    "citizen.residence": "street-address",
}


class DayParts(forms.TextInput):
    """A day in three boxes, read as one text: "2/7/2025", "7/2025" or "2025"; what makes no day comes back as typed."""

    template_name = "procedures/widgets/day_parts.html"
    use_fieldset = True

    def __init__(self, *, is_birthday: bool = False) -> None:
        super().__init__()
        self.is_birthday = is_birthday

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        if name in data:
            return data[name]
        day, month, year = (str(data.get(f"{name}_{part}", "")).strip() for part in PARTS)
        if day:
            return f"{day}/{month}/{year}"
        return f"{month}/{year}" if month else year

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and not any(f"{name}_{part}" in data for part in PARTS)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        typed = str(value or "").split("/", 2)
        values = [""] * (len(PARTS) - len(typed)) + typed
        labels = (_("Day"), _("Month"), _("Year"))
        context["widget"]["parts"] = [
            {"name": f"{name}_{part}", "label": label, "value": text, "part": part}
            for part, label, text in zip(PARTS, labels, values, strict=True)
        ]
        context["widget"]["is_birthday"] = self.is_birthday
        return context

    def id_for_label(self, id_: str, index: Any = None) -> str:
        return f"{id_}_{PARTS[0]}" if id_ else id_


class HomeForm(ProcedureForm):
    """The same fields and the same checks as at the desk, in the controls of a phone."""

    def __init__(self, version: ProcedureVersion, data: Mapping[str, Any], *, on: date) -> None:
        super().__init__(version, data, on=on)
        properties = version.form_schema.get("properties", {})
        for key, field in self.fields.items():
            _for_a_phone(field, str(properties[key].get("x-prefill", "")))


def _for_a_phone(field: forms.Field, prefill: str) -> None:
    match field:
        case DayField():
            field.widget = DayParts(is_birthday=prefill == "citizen.birth_date")
            if isinstance(field, PartialDateField) and not field.help_text:
                field.help_text = _("Where only the year is known, the year is enough.")
        case forms.ChoiceField():
            answers: list[Any] = [choice for choice in cast(Iterable[Any], field.choices) if choice[0] != ""]
            if len(answers) <= MOST_TO_TOUCH:
                blank: list[Any] = [] if field.required else [("", _("I leave this open"))]
                field.widget = forms.RadioSelect(choices=[*answers, *blank])
        case forms.IntegerField():
            field.widget.attrs.update({"inputmode": "numeric", "class": "short"})
        case _ if prefill in _AUTOCOMPLETE:
            field.widget.attrs["autocomplete"] = _AUTOCOMPLETE[prefill]
    field.widget.is_required = field.required
