"""What a cashier counts at the end of the day."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.actions.close_till import NOTE_LENGTH, Counted
from applications.forms_dossier import AsShown

_LARGEST = 10**12
_FIGURE = {"inputmode": "numeric", "class": "figure short", "autocomplete": "off"}


def _sum(label: Any, help_text: Any = "", *, least: int = 0, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        min_value=least,
        max_value=_LARGEST,
        required=required,
        error_messages={"required": _("Give a whole sum in đồng.")},
        widget=forms.TextInput(_FIGURE),
    )


class CountForm(forms.Form):
    """Counted money by way of payment; nothing is filled in from what was booked."""

    change_money = _sum(_("Change money at the start"), _("Empty: there was none."), required=False)
    cash = _sum(_("Cash counted in the till"), _("In đồng, the change money with it."))
    card = _sum(
        _("Card slips in sum"), _("Of the terminal's report; what went back to cards taken off."), least=-_LARGEST
    )
    transfer = _sum(_("Transfers in sum"), _("Of the bank's statement; what was sent back taken off."), least=-_LARGEST)
    note = forms.CharField(
        label=_("Why it differs"),
        max_length=NOTE_LENGTH,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )
    last = AsShown(required=False, widget=forms.HiddenInput)

    def counted(self) -> Counted:
        given = self.cleaned_data
        return Counted(
            cash=given["cash"],
            card=given["card"],
            transfer=given["transfer"],
            change_money=given["change_money"] or 0,
            note=given["note"],
        )


class CorrectCountForm(CountForm):
    """The same anew, with the reason."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["last"]
        self.fields["note"].label = _("What was counted wrong")
        self.fields["note"].required = True
        self.fields["note"].error_messages["required"] = _("Write the reason.")


class CountersignForm(forms.Form):
    note = forms.CharField(
        label=_("Remark"), max_length=NOTE_LENGTH, required=False, widget=forms.Textarea({"rows": 2})
    )
