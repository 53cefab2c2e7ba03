"""What is typed about a row for the national portal, and about what was filed there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class SkipForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("Why the national portal need not be told of this, or how it was told otherwise."),
        error_messages={"required": _("Say why the national portal need not be told of this.")},
    )


class RefuseForm(forms.Form):
    """Why something asked for at the counter is not taken in."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        error_messages={"required": _("Write the reason and its ground in the law.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    ground = forms.CharField(
        label=_("Ground in the law"),
        max_length=500,
        error_messages={"required": _("Write the reason and its ground in the law.")},
        help_text=_("For a refusal: the article that forbids it. It stands on the paper that the citizen gets."),
    )


class EndFilingForm(forms.Form):
    """Why something that was filed online ends here; its ground is asked for where the office refuses."""

    WITHDRAWN, REFUSED = "withdrawn", "refused"

    how = forms.ChoiceField(
        label=_("What happens"),
        choices=[(REFUSED, _("The office refuses it (form 03)")), (WITHDRAWN, _("The citizen has withdrawn it there"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    ground = forms.CharField(
        label=_("Ground in the law"),
        max_length=500,
        required=False,
        help_text=_("For a refusal: the article that forbids it. It stands on the paper that the citizen gets."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("how") == self.REFUSED:
            for name in ("reason", "ground"):
                if not str(given.get(name, "")).strip():
                    self.add_error(name, _("Write the reason and its ground in the law."))
        return given
