"""Input of support and of whoever reports."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from support.enums import REPORTED_BY_PEOPLE, Kind, Severity
from support.models.incident import NOTE_LIMIT, WHAT_LIMIT

KINDS = [(kind.value, kind.label) for kind in REPORTED_BY_PEOPLE]


class CentreChoice(forms.ModelChoiceField):
    """An active centre among these."""

    def __init__(self, centres: Any, **options: Any) -> None:
        super().__init__(centres.filter(is_active=True).order_by("code"), **options)


class ReportForm(forms.Form):
    """What an officer reports: two choices, the rest comes by itself or may be left out."""

    kind = forms.ChoiceField(label=_("What does not work?"), choices=KINDS)
    severity = forms.TypedChoiceField(label=_("How bad is it?"), choices=Severity.choices, coerce=int)
    what = forms.CharField(
        label=_("In a few words"),
        help_text=_("No names and no numbers of citizens, please."),
        max_length=WHAT_LIMIT,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )
    page = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput())
    errors_seen = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput())

    def __init__(self, *arguments: Any, centres: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["centre"] = CentreChoice(centres, label=_("Where?"), required=False, empty_label=_("everywhere"))


class TellForm(forms.Form):
    """What a citizen tells: where, what, and a phone if they want to be asked back."""

    centre = CentreChoice(
        Centre.objects.all(), label=_("Where is it?"), required=False, empty_label=_("on the website")
    )
    what = forms.CharField(
        label=_("What does not work?"),
        help_text=_("In your own words. Please no identity numbers."),
        max_length=WHAT_LIMIT,
        widget=forms.Textarea({"rows": 4}),
    )
    contact = forms.CharField(
        label=_("Phone number, if we may ask you back"),
        help_text=_("It is deleted when this is settled."),
        max_length=20,
        required=False,
        widget=forms.TextInput({"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )


class FilterForm(forms.Form):
    """Which incidents of the list."""

    show = forms.ChoiceField(
        label=_("Which"),
        choices=[("open", _("open")), ("resolved", _("work again")), ("all", _("all"))],
        required=False,
        initial="open",
    )
    kind = forms.ChoiceField(label=_("What"), choices=[("", _("everything")), *Kind.choices], required=False)

    def __init__(self, *arguments: Any, centres: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["centre"] = CentreChoice(centres, label=_("Where"), required=False, empty_label=_("everywhere"))


class NoteForm(forms.Form):
    note = forms.CharField(label=_("In words"), max_length=NOTE_LIMIT, required=False)


class Moment(forms.DateTimeInput):
    """A day and a minute, picked on the device."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class PersonChoice(forms.ModelChoiceField):
    """Somebody of support, by name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj)


class ShiftForm(forms.Form):
    """Who is on call from when to when. Times are those of Hanoi."""

    level = forms.TypedChoiceField(
        label=_("Is told"),
        choices=[(1, _("first")), (2, _("second, if nobody answers")), (3, _("third, if nobody answers"))],
        coerce=int,
    )
    from_at = forms.DateTimeField(label=_("From"), widget=Moment())
    until_at = forms.DateTimeField(label=_("Until"), widget=Moment())
    field_order = ("user", "centre", "level", "from_at", "until_at")

    def __init__(self, *arguments: Any, people: Any, centres: Any, for_all: bool, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["user"] = PersonChoice(people, label=_("Who"))
        self.fields["centre"] = CentreChoice(
            centres, label=_("For"), required=not for_all, empty_label=_("the whole city") if for_all else "–"
        )
        self.order_fields(self.field_order)


class ContactForm(forms.Form):
    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
