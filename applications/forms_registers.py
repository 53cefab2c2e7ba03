"""What is typed about a register: who keeps it from now on, and its last number when it is closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.actions.hand_over_register import possible_keepers
from applications.models import Register
from applications.notarisation.keeping import REASON_LENGTH
from citizens.models import User


class HandOverForm(forms.Form):
    to = forms.ModelChoiceField(
        label=_("New keeper"),
        queryset=User.objects.none(),
        error_messages={"required": _("Choose who keeps the register from now on.")},
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=REASON_LENGTH, error_messages={"required": _("Please say why in a few words.")}
    )

    def __init__(self, *args: Any, register: Register, keeper: User | None, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = possible_keepers(register.centre, at)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = others.exclude(pk=keeper.pk) if keeper else others


class StrikeForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is the line mistaken?"),
        help_text=_("It is printed in the register. Name nobody here."),
        max_length=REASON_LENGTH,
        error_messages={"required": _("Please say why in a few words.")},
    )


class CloseForm(forms.Form):
    last_number = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
