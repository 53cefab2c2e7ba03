"""What is chosen about readiness."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from support.forms import PersonChoice
from support.models.survey import NOTE_LIMIT


class ReadinessFilterForm(forms.Form):
    show = forms.ChoiceField(
        label=_("Which"),
        choices=[
            ("", _("all centres")),
            ("preparing", _("in preparation")),
            ("surveyed", _("surveyed")),
            ("gaps", _("with gaps")),
        ],
        required=False,
    )


class GapForm(forms.Form):
    due_on = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    field_order = ("owner", "due_on")

    def __init__(self, *arguments: Any, people: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["owner"] = PersonChoice(people, label=_("Who"), required=False, empty_label="–")
        self.order_fields(self.field_order)


class CloseGapForm(forms.Form):
    how = forms.CharField(label=_("What was done"), max_length=NOTE_LIMIT, required=False)
