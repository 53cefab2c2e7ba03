"""The scan and what the officer counted on it."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.actions.documents_wanted import MOST_COPIES, MOST_PAGES
from portal.uploads import ACCEPT
from procedures.forms import LineField


class CertifyForm(forms.Form):
    """What to certify. The file comes beside it (``portal.uploads``): a bad one must not cost what was typed.

    ``pages`` may stay empty: they are then counted from the file.
    """

    client_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    title = LineField(label=_("Name of the paper"), max_length=200)
    file = forms.FileField(
        label=_("Scan or file"),
        required=False,
        help_text=_("A PDF, or a JPEG, PNG, TIFF or WebP picture."),
        widget=forms.FileInput({"accept": ACCEPT}),
    )
    pages = forms.IntegerField(
        label=_("Pages of the original"),
        min_value=1,
        max_value=MOST_PAGES,
        required=False,
        help_text=_("Left empty: as many as in the file."),
    )
    several_on_a_sheet = forms.BooleanField(label=_("Several pages are on one sheet of the scan"), required=False)
    copies = forms.IntegerField(label=_("Copies"), min_value=1, max_value=MOST_COPIES, initial=1)

    @classmethod
    def blank(cls, title: str) -> CertifyForm:
        return cls(initial={"title": title, "client_key": secrets.token_urlsafe(16), "copies": 1})

    def clean_file(self) -> Any:
        # Looked at by inspect_upload; Django's own field would speak of it in other words.
        return None
