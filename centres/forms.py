"""Input of kiosks, boards and managers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from centres.actions.devices import NAME_LIMIT
from centres.enums import DeviceKind
from centres.models import Centre, Counter, Device, Zone
from centres.models.hall import MOST_MINUTES, TEXT_LIMIT


class _Moment(forms.DateTimeInput):
    """A day and a minute, picked on the device."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class DeviceKeyForm(forms.Form):
    """The key that signs a screen in. It is pasted once and never part of an address."""

    key = forms.CharField(
        label=_("Key of this screen"),
        help_text=_("A manager makes it under Today, Screens."),
        max_length=80,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class ZoneChoice(forms.ModelChoiceField):
    """A zone of this centre; a centre without zones is not asked."""

    def __init__(self, centre: Centre, **options: Any) -> None:
        super().__init__(Zone.objects.filter(centre=centre), required=False, **options)
        self.empty_label = _("the whole hall")


class CounterChoice(forms.ModelChoiceField):
    """A counter of this centre by what it is called."""

    def label_from_instance(self, counter: Counter) -> str:
        return str(counter)


class DeviceForm(forms.Form):
    name = forms.CharField(label=_("Where it stands"), max_length=NAME_LIMIT)
    kind = forms.ChoiceField(label=_("What it is"), choices=DeviceKind.choices)
    prints_itself = forms.BooleanField(label=_("It has a printer: each slip comes out once by itself"), required=False)

    def __init__(self, *arguments: Any, centre: Centre, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if centre.zones.exists():
            self.fields["zone"] = ZoneChoice(centre, label=_("Whose calls a board shows"))
        self.fields["counter"] = CounterChoice(
            Counter.objects.filter(centre=centre), label=_("Counter of a citizen's screen"), required=False
        )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("kind") == DeviceKind.SCREEN and not values.get("counter"):
            self.add_error("counter", _("Choose the counter where the screen stands."))
        return values


class ArrangeForm(forms.Form):
    """What a manager changes about a screen that is there."""

    name = forms.CharField(label=_("Where it stands"), max_length=NAME_LIMIT)

    def __init__(self, *arguments: Any, device: Device, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if device.kind == DeviceKind.BOARD and device.centre.zones.exists():
            self.fields["zone"] = ZoneChoice(device.centre, label=_("Whose calls a board shows"))
        if device.kind == DeviceKind.SCREEN:
            self.fields["counter"] = CounterChoice(
                Counter.objects.filter(centre=device.centre), label=_("Counter of a citizen's screen")
            )


class HallAnnouncementForm(forms.Form):
    """What the boards should say. Times are those of Hanoi."""

    text = forms.CharField(
        label=_("What the boards should say"),
        help_text=_("In Vietnamese, as it is spoken: whole words, no abbreviations."),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    from_at = forms.DateTimeField(
        label=_("From"), help_text=_("Leave it empty to begin now."), required=False, widget=_Moment()
    )
    until_at = forms.DateTimeField(label=_("Until"), widget=_Moment())
    every_minutes = forms.IntegerField(
        label=_("Say it again every so many minutes"),
        help_text=_("Leave it empty to say it once; it stays on the boards until its end."),
        min_value=1,
        max_value=MOST_MINUTES,
        required=False,
    )

    def __init__(self, *arguments: Any, centre: Centre, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if centre.zones.exists():
            self.fields["zone"] = ZoneChoice(centre, label=_("On the boards of"))
