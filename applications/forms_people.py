"""What is typed about the people of a centre: who gets whose work, and who is away."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.people import Load
from citizens.models import User


class _PeopleForm(forms.Form):
    """``everybody`` has work here; ``here`` may take it."""

    def __init__(self, data: Any, loads: list[Load], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        everybody = [(load.person.pk, str(load.person)) for load in loads]
        here = [(load.person.pk, str(load.person)) for load in loads if load.works_here]
        for name, people in (("person", everybody), (self.receiver, here)):
            self.fields[name].choices = [("", "–"), *people]  # type: ignore[attr-defined]

    receiver = "to"


class HandOnAllForm(_PeopleForm):
    """Everything of one person to another."""

    person = forms.TypedChoiceField(
        label=_("From"), coerce=int, error_messages={"required": _("Choose whose dossiers go.")}
    )
    to = forms.TypedChoiceField(label=_("To"), coerce=int, error_messages={"required": _("Choose who gets them.")})
    reason = forms.CharField(label=_("Reason"), max_length=200, error_messages={"required": _("Write the reason.")})


class AbsenceForm(_PeopleForm):
    receiver = "substitute"

    person = forms.TypedChoiceField(
        label=_("Who is away"), coerce=int, error_messages={"required": _("Choose who is away.")}
    )
    substitute = forms.TypedChoiceField(
        label=_("Who stands in"), coerce=int, error_messages={"required": _("Choose who stands in.")}
    )
    from_day = forms.DateField(label=_("From the day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    to_day = forms.DateField(label=_("To the day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class HandOnTickedForm(forms.Form):
    """What was ticked in a list, to one of ``people``; its fields stand outside of their form element."""

    to = forms.TypedChoiceField(
        label=_("To"),
        coerce=int,
        error_messages={"required": _("Choose who gets them.")},
        widget=forms.Select({"form": "together"}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        error_messages={"required": _("Write the reason.")},
        widget=forms.TextInput({"form": "together"}),
    )

    def __init__(self, data: Any, people: list[User]) -> None:
        super().__init__(data)
        self.fields["to"].choices = [("", "–"), *((one.pk, str(one)) for one in people)]  # type: ignore[attr-defined]
