"""What a cashier counts at the end of the day."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.actions.close_till import NOTE_LENGTH, Counted
from applications.forms_dossier import AsShown
from portal.money_field import MoneyField

# Counting nothing is not the same as not counting.
_NONE_IS_NOUGHT = {"required": _("Give the sum; 0 where there is none.")}
_LARGEST = 10**12


class CountForm(forms.Form):
    """Counted money by way of payment; nothing is filled in from what was booked."""

    change_money = MoneyField(
        label=_("Change money at the start"),
        help_text=_("Empty: there was none."),
        max_value=_LARGEST,
        required=False,
    )
    cash = MoneyField(
        label=_("Cash counted in the till"),
        help_text=_("The change money with it. With a minus where you gave back more than there was."),
        min_value=-_LARGEST,
        max_value=_LARGEST,
        error_messages=_NONE_IS_NOUGHT,
    )
    card = MoneyField(
        label=_("Card slips in sum"),
        help_text=_("Of the terminal's report; what went back to cards taken off."),
        min_value=-_LARGEST,
        max_value=_LARGEST,
        error_messages=_NONE_IS_NOUGHT,
    )
    transfer = MoneyField(
        label=_("Transfers in sum"),
        help_text=_("Of the bank's statement; what was sent back taken off."),
        min_value=-_LARGEST,
        max_value=_LARGEST,
        error_messages=_NONE_IS_NOUGHT,
    )
    note = forms.CharField(
        label=_("Why it differs"),
        max_length=NOTE_LENGTH,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )
    last = AsShown(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].is_sometimes_required = True  # type: ignore[attr-defined]

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
