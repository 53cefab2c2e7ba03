"""What is typed to make two records of one person one, or to take it back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from citizens.actions.merge import LONGEST_REASON
from citizens.models import Citizen
from portal.vn.identity import InvalidIdentity, parse_identity_number


class NumbersForm(forms.Form):
    """Whose records are looked for: sent by POST, so that no number stands in an address."""

    number = forms.CharField(
        label=_("Identity number"),
        max_length=20,
        error_messages={"required": _("Type the identity number of one of the records.")},
        widget=forms.TextInput({"inputmode": "numeric", "class": "figure", "autocomplete": "off"}),
    )
    other = forms.CharField(
        label=_("Number of the other record"),
        help_text=_("Empty: records that may be of the same person are looked for."),
        max_length=20,
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", "class": "figure", "autocomplete": "off"}),
    )

    def clean_number(self) -> str:
        return self._read("number")

    def clean_other(self) -> str:
        return self._read("other") if self.cleaned_data["other"].strip() else ""

    def _read(self, name: str) -> str:
        try:
            return parse_identity_number(self.cleaned_data[name]).number
        except InvalidIdentity as error:
            raise ValidationError(str(error), code=error.code) from error


class MergeForm(forms.Form):
    """``records`` are the two; none of them is chosen for the officer."""

    survivor = forms.TypedChoiceField(
        label=_("Which record counts"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whose number and name are right.")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("How it is known that both are one person, for example the card that was shown."),
        max_length=LONGEST_REASON,
        error_messages={"required": _("Write the reason.")},
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, data: Any = None, *, records: list[Citizen]) -> None:
        super().__init__(data)
        self.fields["survivor"].choices = [  # type: ignore[attr-defined]
            (row.pk, _("%(which)s: %(name)s, %(number)s") % {
                "which": which, "name": row.full_name, "number": row.masked_identity or _("without a number"),
            })
            for row, which in zip(records, (_("on the left"), _("on the right")), strict=True)
        ]  # fmt: skip


class UndoForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is taken back"),
        max_length=LONGEST_REASON,
        error_messages={"required": _("Write the reason.")},
        widget=forms.Textarea({"rows": 2}),
    )
