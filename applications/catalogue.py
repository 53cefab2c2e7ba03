"""What a dossier asks of the catalogue: its quote and its form, with the centre's and the citizen's own facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from applications.models import Application, CertificationItem, FeeLine
from applications.notarisation.requests import by_document, is_request, items_of, lines_for, paid_for, request_of
from centres.hours import closing_times
from citizens.enums import Sex
from citizens.models import Citizen
from portal import clock
from procedures.catalogue_cache import load_calendar, version_by_id
from procedures.conditions import holds
from procedures.eligibility import found_facts
from procedures.forms import ProcedureForm, prefill
from procedures.limits import OTHER_TERRITORY, office_has_it_by
from procedures.models import ProcedureVersion
from procedures.questions import may_be_answered
from procedures.quote import Quote, quote

# What some forms ask of what the dossier itself counts, since a fee goes by it: asked once, beside the fee.
COUNTED = {"page_count": "pages", "copy_count": "copies"}
# What the card says of its person, by the names that the forms know it by.
_OF_CARD = re.compile(r"(citizen|man|woman)\.(full_name|identity_number|birth_date|sex)").fullmatch
_SIDES: dict[str, str] = {Sex.MALE: "man", Sex.FEMALE: "woman"}


def version_of(application: Application) -> ProcedureVersion:
    """The version the draft or dossier lives under, with its rules, from this process's memory."""
    return version_by_id(application.version_id)


def facts_of(application: Application, at: datetime) -> dict[str, bool]:
    """What the centre knows, what was answered, and what follows from the form: nobody answers what the portal finds."""
    found = found_facts(version_of(application), form_values(application), clock.local_day(at))
    answered = {key: yes for key, yes in application.facts.items() if may_be_answered(key)}
    return {"in_ward": application.competent.in_ward, **answered, **found}


def quote_for(application: Application, at: datetime) -> Quote:
    """Papers, fees and due date if it were received at this moment; a request for certification costs what its documents
    do."""
    version, facts = version_of(application), facts_of(application, at)
    asked = quote(
        version,
        facts,
        at,
        load_calendar(),
        closing_times(application.competent),
        application.pages,
        application.copies,
    )
    if not is_request(version):
        return asked
    items = paid_for(items_of(request_of(application, version)))
    return by_document(asked, (lines_for(version, facts, at, item) for item in items))


def is_for_elsewhere(application: Application) -> bool:
    """Whether it is taken in for a competent office elsewhere, under a version that knows of that."""
    return bool(application.facts.get(OTHER_TERRITORY) and version_of(application).time_limit.get(OTHER_TERRITORY))


def forward_by(application: Application, at: datetime) -> datetime | None:
    """By when its competent office has to have it if it is received at this moment; None for what stays here."""
    if not is_for_elsewhere(application):
        return None
    return office_has_it_by(at, load_calendar(), closing_times(application.competent))


def fee_rows(application: Application, quote: Quote, at: datetime) -> list[FeeLine]:
    """The fees to be kept with the receipt; those of a request name the document each is for."""
    version = version_of(application)
    if not is_request(version):
        return [_fee_row(application, line, None) for line in quote.fee_lines]
    request = request_of(application, version)
    return [row for item in paid_for(items_of(request)) for row in fee_rows_of(application, item, at)]


def fee_rows_of(application: Application, item: CertificationItem, at: datetime) -> list[FeeLine]:
    """Those of one document."""
    lines = lines_for(version_of(application), facts_of(application, at), at, item)
    return [_fee_row(application, line, item) for line in lines]


def _fee_row(application: Application, line: Any, item: CertificationItem | None) -> FeeLine:
    return FeeLine(
        application=application,
        name=line.name,
        article=line.article,
        quantity=line.quantity,
        amount=line.amount,
        item=item,
    )


def notices_for(application: Application, at: datetime) -> list[dict[str, Any]]:
    """What must be said first under the present facts, such as that a change is not compulsory."""
    facts = facts_of(application, at)
    return [notice for notice in version_of(application).notices if holds(notice.get("when"), facts)]


def form_values(application: Application) -> dict[str, Any]:
    """What is known of the form: what was typed, over what the citizen's record and contact give. Nothing is typed twice."""
    known = prefill(version_of(application), _known_of(application, application.applicant))
    return {**known, **application.form_data, **counted(application)}


def counted(application: Application) -> dict[str, int | None]:
    """The form's questions that the dossier's own pages and copies answer; ``None`` while they are not counted."""
    asked = version_of(application).form_schema.get("properties", {})
    return {key: getattr(application, name) for key, name in COUNTED.items() if key in asked}


def given_by(application: Application, citizen: Citizen) -> set[str]:
    """The fields of the form that this person's record, or how the draft says to reach them, fills in."""
    return set(prefill(version_of(application), _known_of(application, citizen)))


def identity_given_by(application: Application, citizen: Citizen) -> set[str]:
    """Those of them that say who this person is, as their card does."""
    known = _known_of(application, citizen)
    return set(prefill(version_of(application), {key: value for key, value in known.items() if _OF_CARD(key)}))


def cleaned(version: ProcedureVersion, data: Mapping[str, Any]) -> dict[str, Any]:
    """Stored or typed values in the one form that the version's fields give them; what is wrong stays as it is."""
    form = ProcedureForm(version, data)
    form.is_valid()
    return {key: form.cleaned_data.get(key, data.get(key)) for key in form.fields}


def other_side(application: Application, citizen: Citizen) -> dict[str, str]:
    """What this person's record gives to the side of the form that is not the applicant's; nothing where there is none."""
    version, applicant = version_of(application), application.applicant
    theirs = prefill(version, _side_of(citizen))
    return {} if applicant and theirs.keys() & prefill(version, _side_of(applicant)).keys() else theirs


def contact_in_form(application: Application) -> dict[str, str]:
    """What the draft's present contact gives to the form, field by field, as the form's page shows it."""
    known = prefill(version_of(application), _known_of(application, None))
    form = ProcedureForm(version_of(application), known)
    return {key: str(form[key].value()) for key in known}


def bound_form(application: Application, at: datetime) -> ProcedureForm:
    """The version's form holding what is known so far, checked as of this moment."""
    return ProcedureForm(
        version_of(application), form_values(application), on=clock.local_day(at), counted=counted(application)
    )


def _known_of(application: Application, citizen: Citizen | None) -> dict[str, str]:
    reached = {"citizen.phone": application.contact_phone, "citizen.email": application.contact_email}
    if citizen is None:
        return reached
    return {
        **{f"citizen.{name}": value for name, value in _record_of(citizen).items()},
        **_side_of(citizen),
        "citizen.sex": citizen.sex,
        "citizen.unit": citizen.unit_code,
        "citizen.phone": reached["citizen.phone"] or citizen.phone,
        "citizen.email": reached["citizen.email"] or citizen.email,
    }


def _record_of(citizen: Citizen) -> dict[str, str]:
    return {
        "full_name": citizen.full_name,
        "identity_number": citizen.identity_number or "",
        "birth_date": citizen.birth_text,
        "residence": citizen.address or citizen.card_address,
    }


def _side_of(citizen: Citizen) -> dict[str, str]:
    """The same by the side that the card's sex says, for a form with a man's and a woman's."""
    side = _SIDES.get(citizen.sex)
    return {f"{side}.{name}": value for name, value in _record_of(citizen).items()} if side else {}
