"""One document of a request for certification, and who signs it."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications.actions.documents_wanted import MOST_COPIES, MOST_SIGNATORIES, Signs, Wanted
from applications.forms_certify import CertifyForm
from applications.models import Application, CertificationItem
from applications.notarisation.enums import IdentityPaper, RegisterKind
from applications.notarisation.identity_papers import check_issued, paper_number
from citizens.models import Citizen
from portal import clock
from portal.vn.problems import InvalidValue
from procedures.forms import LineField, NameField

KIND_NAMES = "kind-names"


class DocumentForm(CertifyForm):
    """As for a paper of a dossier, with a choice of paper and file, and of the register where there is one."""

    register = forms.ChoiceField(
        label=_("What is certified"),
        choices=[
            (RegisterKind.SIGNATURES.value, _("Signatures or fingerprints")),
            (RegisterKind.TRANSLATORS.value, _("A translator's signature")),
        ],
        required=False,
    )
    electronic = forms.BooleanField(label=_("Electronic copy as well"), required=False)

    def __init__(self, *args: Any, kinds: list[RegisterKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        copies = self.fields["copies"]
        # None on paper beside an electronic one; how many there may be at all is the action's to say.
        copies.label, copies.validators = _("Copies on paper"), []
        copies.widget.attrs.update(min=0, max=MOST_COPIES)
        self.fields["title"].widget.attrs.update(list=KIND_NAMES, autocomplete="off")
        if len(kinds) == 1:
            del self.fields["register"]
        if RegisterKind.COPIES not in kinds:
            del self.fields["electronic"]
            copies.label = _("Originals to sign")

    def wanted(self, signatories: tuple[Signs, ...] = ()) -> Wanted:
        typed = self.cleaned_data
        return Wanted(
            title=typed["title"],
            pages=typed["pages"],
            copies=typed["copies"] or 0,
            electronic=typed.get("electronic", False),
            several_on_a_sheet=typed["several_on_a_sheet"],
            signatories=signatories,
        )

    @classmethod
    def first_values(cls, application: Application) -> dict[str, Any]:
        """A new form; what was declared at home stands in that of the first document."""
        is_first = not hasattr(application, "certification")
        return {
            "client_key": secrets.token_urlsafe(16),
            "title": application.form_data.get("document_name", "") if is_first else "",
            "copies": application.copies if is_first else 1,
        }

    @classmethod
    def values_of(cls, item: CertificationItem) -> dict[str, Any]:
        return {
            "client_key": item.client_key,
            "title": item.title,
            # Left to the scan, where nobody counted otherwise.
            "pages": item.pages if item.pages != item.scan.pages else None,
            "several_on_a_sheet": item.pages > item.scan.pages,
            "copies": item.paper_copies,
            "electronic": item.electronic,
            "register": item.certification.kind,
        }


class SignatoryForm(forms.Form):
    """Who signs. A row left empty is nobody."""

    full_name = NameField(label=_("Full name"), max_length=120)
    identity_paper = forms.ChoiceField(label=_("Identity paper"), choices=IdentityPaper.choices)
    identity_number = LineField(label=_("Its number"), max_length=20)
    issued_on = forms.DateField(
        label=_("Issued on"),
        required=False,
        input_formats=["%d/%m/%Y", "%Y-%m-%d"],
        widget=forms.DateInput({"placeholder": "dd/mm/yyyy", "inputmode": "numeric"}, format="%d/%m/%Y"),
    )
    issued_by = LineField(label=_("Issued by"), required=False, max_length=150)
    by_fingerprint = forms.BooleanField(label=_("Gives a fingerprint, cannot sign"), required=False)
    from_language = LineField(label=_("Translated from"), required=False, max_length=40)
    to_language = LineField(label=_("into"), required=False, max_length=40)

    def has_changed(self) -> bool:
        """The kind of paper is always chosen: alone it names nobody."""
        return bool(set(self.changed_data) - {"identity_paper"})

    def clean_issued_on(self) -> date | None:
        day: date | None = self.cleaned_data["issued_on"]
        try:
            check_issued(day, clock.today())
        except InvalidValue as error:
            raise ValidationError(str(error), code=error.code) from error
        return day

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if "identity_paper" in typed and "identity_number" in typed:
            try:
                typed["identity_number"] = paper_number(typed["identity_paper"], typed["identity_number"])
            except InvalidValue as error:
                self.add_error("identity_number", ValidationError(str(error), code=error.code))
        return typed

    def signs(self) -> Signs:
        return Signs(**self.cleaned_data)


SignatoryForms = forms.formset_factory(SignatoryForm, extra=0, max_num=MOST_SIGNATORIES, validate_max=True)


def signatories_of(item: CertificationItem) -> list[dict[str, Any]]:
    """The rows of a document as it stands."""
    names = ("full_name", "identity_paper", "identity_number", "issued_on", "issued_by", "by_fingerprint")
    return [
        {name: getattr(row, name) for name in (*names, "from_language", "to_language")}
        for row in item.signatories.all()
    ]


def signatory_from_card(person: Citizen | None) -> list[dict[str, Any]]:
    """The first row of a new document: who stands at the counter."""
    if person is None:
        return [{}]
    return [{"full_name": person.full_name, "identity_number": person.identity_number or ""}]
