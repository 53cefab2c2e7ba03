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
from applications.actions.pay import NO_REFERENCE
from applications.bank import is_connected
from applications.enums import Method
from applications.virus import take_upload
from portal.errors import RuleBroken
from portal.money_field import MoneyField
from portal.uploads import ACCEPT, Inspected
from portal.vn.money import format_vnd
from procedures.forms import LineField, PhoneField

LONG_TEXT = 2000
SIGNATURE_BYTES = 200_000
_PNG = "data:image/png;base64,"


class NothingForm(forms.Form):
    """A button alone."""


class _PartForm(forms.Form):
    """About one of the linked services; ``initial["parts"]`` are those it may be, as (key, name)."""

    part = forms.ChoiceField(
        label=_("Which service"), error_messages={"required": _("Choose which of the services it is for.")}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["part"].choices = self.initial.get("parts", [])  # type: ignore[attr-defined]


class SupplementedForm(_PartForm):
    """Of a dossier with linked services it says which one; of another it asks for nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.initial.get("parts"):
            del self.fields["part"]

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


class PartDoneForm(_PartForm):
    """The office's result."""

    number = forms.CharField(
        label=_("Number of the result"),
        max_length=60,
        error_messages={"required": _("Give the number of the result.")},
    )
    file = forms.FileField(
        label=_("The result as a file"),
        help_text=_("Empty where the office has sent it on paper."),
        required=False,
        widget=forms.ClearableFileInput({"accept": ACCEPT}),
    )

    def clean_file(self) -> Inspected | None:
        upload = self.cleaned_data["file"]
        return _inspected(upload) if upload else None


class PartRefusedForm(_PartForm):
    ground = forms.CharField(
        label=_("Ground, with the article of the law"),
        help_text=_("The citizen reads this."),
        max_length=LONG_TEXT,
        error_messages={"required": _("Write the ground: the citizen reads it.")},
        widget=forms.Textarea({"rows": 3}),
    )


class AsShown(forms.IntegerField):
    """Says what the page shows now, whatever an older page had sent."""

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial


class SignForm(forms.Form):
    """The proposal that the page shows: no other is signed by it."""

    proposal = AsShown(required=False, widget=forms.HiddenInput)

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


def _ask_why_unpaid(form: forms.Form) -> None:
    """Only while something is to be paid."""
    if unpaid := form.initial.get("unpaid"):
        field = form.fields["unpaid_reason"]
        field.help_text = _("%(sum)s is still to be paid: take it first. A reason here is kept in the history.") % {
            "sum": format_vnd(unpaid)
        }
        field.is_sometimes_required = True  # type: ignore[attr-defined]
    else:
        del form.fields["unpaid_reason"]


class HandOverForm(forms.Form):
    """Against a signature: drawn on the screen, or on paper. ``initial["unpaid"]``: what is still to be paid."""

    handed_to = forms.CharField(
        label=_("Who takes the result"),
        max_length=120,
        error_messages={"required": _("Write the name of the person who takes the result.")},
    )
    authorisation = forms.CharField(
        label=_("Paper shown, if somebody else than the applicant takes it"),
        help_text=_("An authorisation with its number, day and who certified it, or what else shows their right."),
        max_length=200,
        required=False,
    )
    unpaid_reason = forms.CharField(label=_("Why it is handed over unpaid"), max_length=500, required=False)
    signature = forms.CharField(required=False, max_length=SIGNATURE_BYTES, widget=forms.HiddenInput)
    on_paper = forms.BooleanField(label=_("Signed on paper"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["authorisation"].is_sometimes_required = True  # type: ignore[attr-defined]
        if originals := self.initial.get("originals"):
            self.fields["handed_to"].help_text = _("Given out with it: %(originals)s") % {"originals": originals}
        _ask_why_unpaid(self)

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


class HandOverPartsForm(HandOverForm):
    """Some of the results of linked services; ``initial["waiting"]`` are those that are there, as (key, name)."""

    parts = forms.MultipleChoiceField(
        label=_("Which results"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose which result is handed over.")},
    )
    field_order = ("parts", "handed_to", "authorisation", "signature", "on_paper")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parts"].choices = self.initial.get("waiting", [])  # type: ignore[attr-defined]
        self.fields["parts"].initial = [key for key, _name in self.initial.get("waiting", [])]


class PostForm(forms.Form):
    """A letter with the result, as the post took it in. ``initial["unpaid"]``: what is still to be paid."""

    recipient = forms.CharField(
        label=_("To whom"), max_length=120, error_messages={"required": _("Write to whom it is sent.")}
    )
    address = forms.CharField(
        label=_("Address"),
        help_text=_("As the citizen gave it for the letter."),
        max_length=300,
        error_messages={"required": _("Write the address it is sent to.")},
        widget=forms.Textarea({"rows": 2}),
    )
    carrier = forms.CharField(
        label=_("Who carries it"), max_length=100, error_messages={"required": _("Write who carries it.")}
    )
    tracking_number = forms.CharField(
        label=_("Tracking number"),
        help_text=_("From the slip of the post. The citizen reads it and can follow the letter."),
        max_length=40,
        error_messages={"required": _("Give the number by which the letter can be followed.")},
        widget=forms.TextInput({"class": "figure short", "autocomplete": "off"}),
    )
    unpaid_reason = forms.CharField(label=_("Why it is sent unpaid"), max_length=500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_why_unpaid(self)


class GiveFileForm(forms.Form):
    """The citizen has it as a file. ``initial["unpaid"]``: what is still to be paid."""

    unpaid_reason = forms.CharField(label=_("Why it is handed over unpaid"), max_length=500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_why_unpaid(self)


class DeliveredForm(forms.Form):
    """What the post says of its end."""

    handed_to = forms.CharField(
        label=_("Who signed for it"),
        max_length=120,
        error_messages={"required": _("Write the name of the person who takes the result.")},
    )
    delivered_on = forms.DateField(label=_("Delivered on"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


def _inspected(upload: Any) -> Inspected:
    try:
        return take_upload(upload)
    except RuleBroken as problem:
        raise ValidationError(str(problem), code=problem.code) from problem


class _NewDate(forms.Form):
    """Why it will be late, and by when it can be done."""

    reason = forms.CharField(
        label=_("Why it will be late"),
        help_text=_("It is printed on the apology, so write it for the citizen."),
        max_length=LONG_TEXT,
        error_messages={"required": _("Say why it will be late.")},
        widget=forms.Textarea({"rows": 3}),
    )
    until = forms.DateField(label=_("New date"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


class PrepareApologyForm(_NewDate):
    """By the specialist, for the leader to sign."""


class SignApologyForm(_NewDate):
    """The draft as the leader signs it."""


class EndForm(forms.Form):
    """The end of the road before a result; what is given back is noted."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONG_TEXT,
        error_messages={"required": _("Write the reason.")},
        widget=forms.Textarea({"rows": 2}),
    )
    given_back = forms.CharField(label=_("Originals given back"), max_length=300, required=False)


class KeepOriginalForm(forms.Form):
    """An original handed in after the receipt."""

    paper = forms.TypedChoiceField(
        label=_("Which paper"), coerce=int, error_messages={"required": _("Choose the paper.")}
    )
    number = forms.CharField(label=_("Number or serial on it"), max_length=40, required=False)
    pages = forms.IntegerField(label=_("Pages"), min_value=1, max_value=500, initial=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paper"].choices = self.initial.get("papers", [])  # type: ignore[attr-defined]


class GiveBackForm(forms.Form):
    """Originals given back without a result, against a signature on the list that is printed."""

    given_to = forms.CharField(
        label=_("Who takes the original"),
        max_length=120,
        error_messages={"required": _("Write the name of the person who takes the original.")},
    )
    authorisation = forms.CharField(
        label=_("Authorisation, if it is not the applicant"),
        help_text=_("Number, day and who certified it."),
        max_length=200,
        required=False,
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, error_messages={"required": _("Write the reason.")})
    signed = forms.BooleanField(
        label=_("Signed for on paper"),
        error_messages={"required": _("Let the person sign for it first.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["given_to"].help_text = self.initial.get("originals", "")


class DeclineForm(forms.Form):
    answer = forms.CharField(
        label=_("Why it cannot be withdrawn"),
        help_text=_("The citizen reads this."),
        max_length=500,
        error_messages={"required": _("Write the reason.")},
        widget=forms.Textarea({"rows": 2}),
    )


class AskPaymentForm(forms.Form):
    name = forms.CharField(
        label=_("What is to be paid"),
        max_length=200,
        error_messages={"required": _("Say what is to be paid.")},
    )
    amount = MoneyField(label=_("Sum in đồng"), min_value=1, max_value=10**9)
    article = forms.CharField(label=_("By which rule"), max_length=300, required=False)


class _MoneyForm(forms.Form):
    method = forms.ChoiceField(label=_("How"), choices=Method.choices, initial=Method.CASH, widget=forms.RadioSelect)
    receipt_number = forms.CharField(
        label=_("Number of the fee receipt"),
        max_length=40,
        error_messages={"required": _("Give the number of the fee receipt.")},
        widget=forms.TextInput({"class": "figure short", "autocomplete": "off"}),
    )
    reference = forms.CharField(
        label=_("Reference"),
        help_text=_("Of the card terminal's slip, or of the transfer."),
        max_length=40,
        required=False,
        widget=forms.TextInput({"class": "figure short", "autocomplete": "off"}),
    )


class TakeFeeForm(_MoneyForm):
    """The sum that the page shows: no other is booked by it."""

    amount = AsShown(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reference"].label = _("Reference (always with a card)")
        if is_connected():  # the bank's notice books a transfer
            ways = [(value, label) for value, label in Method.choices if value != Method.TRANSFER]
            self.fields["method"].choices = ways  # type: ignore[attr-defined]
        self.fields["reference"].is_sometimes_required = True  # type: ignore[attr-defined]
        self.fields["method"].label = _("Take %(sum)s") % {"sum": format_vnd(self.initial.get("amount") or 0)}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("method") == Method.CARD and not cleaned.get("reference", "").strip():
            self.add_error("reference", NO_REFERENCE)
        return cleaned


def _named(lines: list[tuple[int, str, int]]) -> list[tuple[str, str]]:
    """Fee lines as choices, each with its sum."""
    return [(str(pk), f"{name}: {format_vnd(amount)}") for pk, name, amount in lines]


class RefundForm(_MoneyForm):
    """What was paid beyond what is owed. ``initial``: ``surplus`` as shown; ``lines`` that may fall away by the same
    decision, as (id, name, sum); ``people`` of the counter, as (id, name)."""

    surplus = AsShown(required=False, widget=forms.HiddenInput)
    fallen = forms.MultipleChoiceField(
        label=_("Fees that are not owed any more, and are given back too"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    cashier = forms.TypedChoiceField(
        label=_("Who pays it out"), coerce=int, error_messages={"required": _("Say who pays it out.")}
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        error_messages={"required": _("Write the reason.")},
        widget=forms.Textarea({"rows": 2}),
    )
    field_order = ("fallen", "reason", "method", "cashier", "receipt_number", "reference")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        voucher = self.fields["receipt_number"]
        voucher.label = _("Number of the refund voucher")
        voucher.error_messages["required"] = _("Give the number of the refund voucher.")
        paid_out = format_vnd(self.initial.get("surplus") or 0)
        if self.initial.get("surplus"):
            self.fields["method"].label = _("Give back what was paid too much: %(sum)s") % {"sum": paid_out}
        else:
            self.fields["method"].label = _("How it is given back")
        self.fields["fallen"].choices = _named(self.initial.get("lines", []))  # type: ignore[attr-defined]
        self.fields["cashier"].choices = self.initial.get("people", [])  # type: ignore[attr-defined]


class CancelReceiptForm(forms.Form):
    """A transfer was booked for the wrong dossier; ``initial["receipts"]`` as (id, number, sum)."""

    payment = forms.ChoiceField(label=_("Which receipt"))
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It stands on the paper of the counter-entry."),
        max_length=500,
        error_messages={"required": _("Write the reason.")},
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payment"].choices = _named(self.initial.get("receipts", []))  # type: ignore[attr-defined]


class LowerFeeForm(forms.Form):
    """One fee becomes smaller, or nothing; ``initial["lines"]`` as ``RefundForm``."""

    line = forms.ChoiceField(label=_("Which fee"))
    lowered = MoneyField(label=_("New sum in đồng"), help_text=_("0 where it is waived."), max_value=10**9)
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("An exemption with its rule, or fewer copies than were counted."),
        max_length=500,
        error_messages={"required": _("Write the reason.")},
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].choices = _named(self.initial.get("lines", []))  # type: ignore[attr-defined]


class ConsultForm(forms.Form):
    """A question to another office."""

    office = forms.CharField(
        label=_("Office"), max_length=200, error_messages={"required": _("Name the office and what it is asked.")}
    )
    email = forms.EmailField(
        label=_("Its e-mail address"),
        help_text=_("It is reminded there a day before the answer is due."),
        required=False,
    )
    question = forms.CharField(
        label=_("Question"),
        max_length=LONG_TEXT,
        error_messages={"required": _("Name the office and what it is asked.")},
        widget=forms.Textarea({"rows": 3}),
    )
    until = forms.DateField(label=_("Answer by"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


class NoteAnswerForm(forms.Form):
    """What an office answered; ``initial["asked"]`` are the open questions as (id, office)."""

    consultation = forms.TypedChoiceField(label=_("Office"), coerce=int)
    answer = forms.CharField(
        label=_("Answer"),
        max_length=LONG_TEXT,
        error_messages={"required": _("Write what the office answered.")},
        widget=forms.Textarea({"rows": 3}),
    )
    file = forms.FileField(
        label=_("The letter as a file"), required=False, widget=forms.ClearableFileInput({"accept": ACCEPT})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["consultation"].choices = self.initial.get("asked", [])  # type: ignore[attr-defined]

    def clean_file(self) -> Inspected | None:
        upload = self.cleaned_data["file"]
        return _inspected(upload) if upload else None


class HandOnForm(forms.Form):
    """To a colleague; ``initial["people"]`` are those of the centre as (id, name)."""

    to = forms.TypedChoiceField(label=_("To"), coerce=int)
    reason = forms.CharField(label=_("Reason"), max_length=200, error_messages={"required": _("Write the reason.")})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = self.initial.get("people", [])  # type: ignore[attr-defined]


class NewReceiptForm(forms.Form):
    """What the new receipt says otherwise, and why it is issued again."""

    reason = forms.CharField(
        label=_("What was wrong or has changed"),
        help_text=_("It is printed on the new receipt."),
        max_length=300,
        error_messages={"required": _("Write the reason.")},
    )
    phone = PhoneField(label=_("Right phone number"), help_text=_("Empty: it stays as it is."), required=False)
    email = forms.EmailField(label=_("Right e-mail address"), help_text=_("Empty: it stays as it is."), required=False)
    delivery = forms.ChoiceField(label=_("Result wanted"), required=False)
    delivery_address = LineField(
        label=_("Address for the post"), help_text=_("Only where it goes by post."), max_length=300, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = self.initial.get("ways", [])
        if len(ways) > 1:
            self.fields["delivery"].choices = [(way.value, way.label) for way in ways]  # type: ignore[attr-defined]
        else:
            del self.fields["delivery"], self.fields["delivery_address"]


class CorrectionForm(forms.Form):
    reason = forms.CharField(
        label=_("What is wrong"),
        max_length=LONG_TEXT,
        error_messages={"required": _("Say what is wrong.")},
        widget=forms.Textarea({"rows": 2}),
    )
    number = forms.CharField(
        label=_("Number of the new result"),
        max_length=60,
        error_messages={"required": _("Give the number of the result.")},
    )
    file = forms.FileField(
        label=_("The result as a file"), required=False, widget=forms.ClearableFileInput({"accept": ACCEPT})
    )

    def clean_file(self) -> Inspected | None:
        upload = self.cleaned_data["file"]
        return _inspected(upload) if upload else None


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500, error_messages={"required": _("Write the reason.")})
