"""Input of support and of whoever reports."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from centres.enums import Role
from portal.text_fields import LanguagesField
from support.enums import REPORTED_BY_PEOPLE, Kind, Severity
from support.fields import CentreChoice
from support.models.incident import WHAT_LIMIT

# A report that lay on a device for longer says nothing about today.
MOST_AGE = 30 * 24 * 60 * 60
KINDS = [(kind.value, kind.label) for kind in REPORTED_BY_PEOPLE]


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
    # Of scripts: the key under which it is sent again, how many seconds ago it was noticed, and a picture of the page.
    client_key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput())
    age = forms.FloatField(required=False, min_value=0, max_value=MOST_AGE, widget=forms.HiddenInput())
    picture = forms.CharField(required=False, max_length=1_500_000, widget=forms.HiddenInput())

    def __init__(self, *arguments: Any, centres: Any, things: Any, **options: Any) -> None:
        """``things``: of the inventory, those it may be about."""
        super().__init__(*arguments, **options)
        if things:
            self.fields["equipment"] = forms.ModelChoiceField(
                things, label=_("Which one?"), required=False, empty_label=_("another one")
            )
        self.fields["centre"] = CentreChoice(centres, label=_("Where?"), required=False, empty_label=_("everywhere"))


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


class OutageForm(forms.Form):
    """What will stand still, where and when. Times are those of Hanoi."""

    what = LanguagesField(label=_("What stands still"))
    from_at = forms.DateTimeField(label=_("From"), widget=Moment())
    until_at = forms.DateTimeField(label=_("Until"), widget=Moment())
    field_order = ("centre", "what", "from_at", "until_at")

    def __init__(self, *arguments: Any, centres: Any, for_all: bool, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["centre"] = CentreChoice(
            centres, label=_("Where"), required=not for_all, empty_label=_("the whole city") if for_all else "–"
        )
        self.order_fields(self.field_order)


class AnnouncementForm(forms.Form):
    """What staff are told. Times are those of Hanoi."""

    title = forms.CharField(label=_("In one sentence"), max_length=120)
    text = forms.CharField(
        label=_("More about it"), max_length=2000, required=False, widget=forms.Textarea({"rows": 5})
    )
    roles = forms.MultipleChoiceField(
        label=_("Only for"),
        help_text=_("None chosen: for every one."),
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple(),
    )
    from_at = forms.DateTimeField(
        label=_("From"), help_text=_("Leave it empty to begin now."), required=False, widget=Moment()
    )
    until_at = forms.DateTimeField(label=_("Until"), widget=Moment())
    must_confirm = forms.BooleanField(label=_("Each confirms to have read it"), required=False)
    to_hall = forms.BooleanField(label=_("The boards of the centre show and say the sentence"), required=False)
    is_public = forms.BooleanField(label=_("Citizens read it on the public pages"), required=False)
    field_order = ("title", "text", "centre", "roles", "from_at", "until_at", "must_confirm", "to_hall", "is_public")

    def __init__(self, *arguments: Any, centres: Any, for_all: bool, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["centre"] = CentreChoice(
            centres, label=_("Where"), required=not for_all, empty_label=_("the whole city") if for_all else "–"
        )
        self.order_fields(self.field_order)


class KnownForm(forms.Form):
    kind = forms.ChoiceField(label=_("What"), choices=Kind.choices)
    title = forms.CharField(label=_("In one sentence"), max_length=120)
    symptoms = forms.CharField(label=_("How it shows itself"), max_length=1000, widget=forms.Textarea({"rows": 3}))
    remedy = forms.CharField(label=_("What helps"), max_length=2000, widget=forms.Textarea({"rows": 5}))
    is_retired = forms.BooleanField(label=_("It does not happen any more: offer it to nobody"), required=False)


class CausesForm(forms.Form):
    causes = forms.CharField(label=_("What caused it"), max_length=4000, widget=forms.Textarea({"rows": 5}))


class FollowUpForm(forms.Form):
    what = forms.CharField(label=_("What is to be done"), max_length=200)
    due_on = forms.DateField(label=_("Until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    field_order = ("what", "owner", "due_on")

    def __init__(self, *arguments: Any, people: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["owner"] = PersonChoice(people, label=_("Who"))
        self.order_fields(self.field_order)
