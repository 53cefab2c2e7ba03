"""What was declared at home, beside what stands in the draft now: the officer sees both where they differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from applications.catalogue import cleaned, contact_in_form, identity_given_by, version_of
from applications.declaring import answer_in_words
from applications.models import Application
from portal.text import pick
from procedures.forms import ProcedureForm


@dataclass(frozen=True, slots=True)
class Said:
    """One answer from home in words, and whether the form still says the same."""

    words: str
    is_same: bool


@dataclass(frozen=True, slots=True)
class Other:
    """Where the desk knows the same thing of its own, by the card or the contact, and it differs."""

    label: str
    declared: str
    here: str


@dataclass(frozen=True, slots=True)
class Declared:
    """The answers from home by the keys of their fields, and of their questions."""

    at: datetime
    fields: dict[str, Said]
    facts: dict[str, Said]
    others: list[Other]
    helper: str = ""


def declared_for(application: Application, form: ProcedureForm, facts: Mapping[str, bool]) -> Declared | None:
    """Of a draft that began at home; ``None`` of any other. ``form`` is the draft's, checked already."""
    declaration = getattr(application, "declaration", None)
    if declaration is None or declaration.erased_at is not None:
        return None
    version = version_of(application)
    properties = version.form_schema.get("properties", {})
    said = cleaned(version, declaration.answers)
    fields = {
        key: Said(
            answer_in_words(properties[key], said[key]), form.cleaned_data.get(key, form[key].value()) == said[key]
        )
        for key in form.fields
        if said[key] not in ("", None)
    }
    own = identity_given_by(application, application.applicant) if application.applicant else set()
    own |= {key for key in contact_in_form(application) if key not in application.form_data}
    others = [
        Other(
            f"{form.heading_of(key)}: {pick(properties[key]['x-label'])}",
            row.words,
            answer_in_words(properties[key], form.cleaned_data.get(key, form[key].value())),
        )
        for key, row in fields.items()
        if key in own and not row.is_same
    ]
    answered = {
        key: Said(gettext("Yes") if yes else gettext("No"), facts.get(key, False) == yes)
        for key, yes in declaration.facts.items()
    }
    helper = str(declaration.helped_by) if declaration.helped_by else ""
    return Declared(declaration.done_at or declaration.touched_at, fields, answered, others, helper)
