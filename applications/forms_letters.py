"""What is written about a dossier beside its steps."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.actions.letters import MOST_CHARACTERS


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Note for colleagues"),
        help_text=_("Stays in the history. The citizen never sees it."),
        max_length=MOST_CHARACTERS,
        error_messages={"required": _("Write something first.")},
        widget=forms.Textarea({"rows": 2}),
    )


class LetterForm(forms.Form):
    letter = forms.CharField(
        label=_("Letter to the citizen"),
        help_text=_("Read and answered on the tracking page. The SMS or e-mail says only that you wrote."),
        max_length=MOST_CHARACTERS,
        error_messages={"required": _("Write something first.")},
        widget=forms.Textarea({"rows": 4}),
    )


class CorrectionReasonForm(forms.Form):
    """Stands beside a procedure's form, which may ask for a reason of its own."""

    prefix = "correction"

    reason = forms.CharField(
        label=_("Why it is corrected"),
        help_text=_("Such as what the citizen brought with the supplement."),
        max_length=500,
        error_messages={"required": _("Write the reason.")},
        widget=forms.TextInput(),
    )
