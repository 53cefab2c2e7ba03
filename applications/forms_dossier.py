"""What is typed about a dossier between receipt and result."""

from __future__ import annotations

import base64
import binascii
from io import BytesIO
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.utils.translation import gettext_lazy as _

from applications.actions.handle import PROPOSAL_CHANGED
from portal.errors import RuleBroken
from portal.uploads import ACCEPT, Inspected, inspect_upload

LONG_TEXT = 2000
SIGNATURE_BYTES = 200_000
_PNG = "data:image/png;base64,"


class NothingForm(forms.Form):
    """A button alone."""


class SupplementForm(forms.Form):
    faults = forms.CharField(
        label=_("What is missing, and what the citizen should do"),
        help_text=_(
            "The law allows one complete request. Name everything now, with the reason and how to put it right."
        ),
        max_length=LONG_TEXT,
        error_messages={"required": _("Write what is missing and what the citizen should do.")},
        widget=forms.Textarea({"rows": 5}),
    )


class SupplementedForm(forms.Form):
    note = forms.CharField(label=_("What was brought"), max_length=200, required=False)


class ProposalForm(forms.Form):
    number = forms.CharField(
        label=_("Number of the result"),
        max_length=60,
        error_messages={"required": _("Give the number of the result.")},
    )
    file = forms.FileField(
        label=_("The result as a file"), required=False, widget=forms.ClearableFileInput({"accept": ACCEPT})
    )

    drop_file = forms.BooleanField(label=_("Propose without the file"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.initial.get("kept_file")
        if kept:
            self.fields["file"].help_text = _("“%(name)s” stays unless you choose another file.") % {"name": kept}
        else:
            del self.fields["drop_file"]

    def clean_file(self) -> Inspected | None:
        upload = self.cleaned_data["file"]
        return _inspected(upload) if upload else None


class _AsShown(forms.IntegerField):
    """Says what the page shows now, whatever an older page had sent."""

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial


class SignForm(forms.Form):
    """The proposal that the page shows: no other is signed by it."""

    proposal = _AsShown(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("proposal") is None:
            raise ValidationError(PROPOSAL_CHANGED, code="proposal_changed")
        return cleaned


class SendBackForm(forms.Form):
    reason = forms.CharField(
        label=_("What has to be changed"),
        max_length=LONG_TEXT,
        error_messages={"required": _("Say what has to be changed.")},
        widget=forms.Textarea({"rows": 3}),
    )


class HandOverForm(forms.Form):
    """Against a signature: drawn on the screen, or on paper."""

    handed_to = forms.CharField(
        label=_("Who takes the result"),
        max_length=120,
        error_messages={"required": _("Write the name of the person who takes the result.")},
    )
    signature = forms.CharField(required=False, max_length=SIGNATURE_BYTES, widget=forms.HiddenInput)
    on_paper = forms.BooleanField(label=_("Signed on paper"), required=False)

    def clean_signature(self) -> Inspected | None:
        """The drawing, a PNG picture as a ``data:`` URL."""
        drawn = self.cleaned_data["signature"]
        if not drawn:
            return None
        try:
            content = base64.b64decode(drawn.removeprefix(_PNG), validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValidationError(_("The signature did not arrive. Please sign again."), code="signature") from error
        picture = InMemoryUploadedFile(BytesIO(content), "signature", "signature.png", "image/png", len(content), None)
        return _inspected(picture)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not cleaned.get("signature") and not cleaned.get("on_paper"):
            self.add_error("on_paper", _("Let the person sign on the screen, or tick that they signed on paper."))
        return cleaned


def _inspected(upload: Any) -> Inspected:
    try:
        return inspect_upload(upload)
    except RuleBroken as problem:
        raise ValidationError(str(problem), code=problem.code) from problem
