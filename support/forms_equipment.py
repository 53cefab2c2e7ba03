"""Input about the inventory."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from support.enums_equipment import EquipmentKind, EquipmentState
from support.fields import CentreChoice
from support.forms import PersonChoice
from support.models.equipment import NAME_LIMIT, NOTE_LIMIT

SEARCH_LIMIT = 200


class Day(forms.DateInput):
    """A day, picked on the device."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class EquipmentFilterForm(forms.Form):
    """Which things of the inventory."""

    q = forms.CharField(label=_("Search"), max_length=SEARCH_LIMIT, required=False, widget=forms.TextInput({"type": "search", "placeholder": _("Name, code, serial number, place")}))  # fmt: skip
    kind = forms.ChoiceField(label=_("What"), choices=[("", _("everything")), *EquipmentKind.choices], required=False)
    state = forms.ChoiceField(
        label=_("State"),
        choices=[
            ("", _("what we have")),
            *EquipmentState.choices,
            ("broken", _("with a fault")),
            ("warranty", _("warranty ends soon")),
            ("all", _("all")),
        ],
        required=False,
    )
    field_order = ("q", "centre", "kind", "state")

    def __init__(self, *arguments: Any, centres: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["centre"] = CentreChoice(centres, label=_("Where"), required=False, empty_label=_("everywhere"))
        self.order_fields(self.field_order)


class EquipmentForm(forms.Form):
    """What is written about a thing."""

    kind = forms.ChoiceField(label=_("What is it?"), choices=EquipmentKind.choices)
    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        help_text=_("What people call it, such as: Printer of counter 2."),
        max_length=NAME_LIMIT,
    )
    maker = forms.CharField(label=_("Maker"), max_length=60, required=False)
    model = forms.CharField(label=_("Model"), max_length=60, required=False)
    serial = forms.CharField(label=_("Serial number"), max_length=60, required=False)
    bought_on = forms.DateField(label=_("Bought on"), required=False, widget=Day())
    warranty_until = forms.DateField(label=_("Warranty until"), required=False, widget=Day())

    def __init__(self, *arguments: Any, devices: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if devices:
            self.fields["device"] = forms.ModelChoiceField(
                devices,
                label=_("The screen that it is"),
                help_text=_("A kiosk or a board says by itself when it was last there."),
                required=False,
                empty_label=_("none"),
            )


class PlaceForm(forms.Form):
    """Where a thing stands, and who has it."""

    place = forms.CharField(
        label=_("Place"), help_text=_("Where it stands, if not at a counter."), max_length=NAME_LIMIT, required=False
    )
    field_order = ("counter", "place", "holder")

    def __init__(self, *arguments: Any, counters: Any, people: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["counter"] = forms.ModelChoiceField(
            counters, label=_("Counter"), required=False, empty_label=_("none")
        )
        self.fields["holder"] = PersonChoice(people, label=_("Who has it"), required=False, empty_label=_("nobody"))
        self.order_fields(self.field_order)


class NoteForm(forms.Form):
    note = forms.CharField(label=_("In a few words"), max_length=NOTE_LIMIT, required=False)


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("The file (CSV)"),
        widget=forms.FileInput({"accept": ".csv,text/csv"}),
    )
