"""What is typed about a row for the national portal."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SkipForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("Why the national portal need not be told of this, or how it was told otherwise."),
        error_messages={"required": _("Say why the national portal need not be told of this.")},
    )
