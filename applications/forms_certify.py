"""What the officer counted on the scan, which comes beside it."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.actions.documents_wanted import MOST_COPIES, MOST_PAGES
from procedures.forms import LineField


class CertifyForm(forms.Form):
    """What to certify. The scan lies ready beside it (``applications.scanning``); ``file`` says what is wrong with it.

    ``pages`` may stay empty: they are then counted from the scan.
    """

    client_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    title = LineField(label=_("Name of the paper"), max_length=200)
    file = forms.FileField(label=_("Scan or file"), required=False)
    pages = forms.IntegerField(
        label=_("Pages of the original"),
        min_value=1,
        max_value=MOST_PAGES,
        required=False,
        help_text=_("Left empty: as many as in the scan."),
    )
    several_on_a_sheet = forms.BooleanField(label=_("Several pages are on one sheet of the scan"), required=False)
    copies = forms.IntegerField(label=_("Copies"), min_value=1, max_value=MOST_COPIES, initial=1)

    def beside(self, slot: str) -> CertifyForm:
        """What is said of the file leads to the field of the scan in this slot."""
        self.fields["file"].widget.attrs["id"] = f"id_{slot}_file"
        return self

    @classmethod
    def blank(cls, title: str) -> CertifyForm:
        return cls(initial={"title": title, "client_key": secrets.token_urlsafe(16), "copies": 1})

    def clean_file(self) -> Any:
        # Looked at by inspect_upload; Django's own field would speak of it in other words.
        return None
