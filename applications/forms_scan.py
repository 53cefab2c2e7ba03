"""Files for a scan, and how much of a page is cut off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.uploads import ACCEPT

# In percent of the page.
MOST_CUT = 95


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class ScanForm(forms.Form):
    """The file field of a scan. ``owner`` is the id of a form that takes the file along where no script sends it at once."""

    file = forms.FileField(
        label=_("Scan or file"),
        required=False,
        help_text=_("A PDF, or a JPEG, PNG, TIFF, WebP or HEIC picture; several for one paper too."),
        widget=SeveralFiles({"accept": ACCEPT}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, slot: str, owner: str = "") -> None:
        super().__init__(data, auto_id=f"id_{slot}_%s")
        if owner:
            self.fields["file"].widget.attrs["form"] = owner

    def clean_file(self) -> Any:
        # Looked at by inspect_upload; Django's own field would speak of it in other words.
        return None


class CropForm(forms.Form):
    """How much goes, from each edge of the page."""

    left = forms.IntegerField(label=_("From the left, in %"), min_value=0, max_value=MOST_CUT, initial=0)
    top = forms.IntegerField(label=_("From the top, in %"), min_value=0, max_value=MOST_CUT, initial=0)
    right = forms.IntegerField(label=_("From the right, in %"), min_value=0, max_value=MOST_CUT, initial=0)
    bottom = forms.IntegerField(label=_("From the bottom, in %"), min_value=0, max_value=MOST_CUT, initial=0)
