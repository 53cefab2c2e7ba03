"""What helpers and those who look after them type."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from support.models.help import BADGE_LIMIT, PLACE_LIMIT


class BadgeForm(forms.Form):
    badge = forms.CharField(
        label=_("What people know you by"),
        help_text=_("Such as “blue vest, badge 12”. Whoever asks for somebody reads it."),
        max_length=BADGE_LIMIT,
    )


class PointForm(forms.Form):
    name = forms.CharField(
        label=_("Seat or place"), help_text=_("Such as “row 2, seat 5”. Helpers read it."), max_length=PLACE_LIMIT
    )
