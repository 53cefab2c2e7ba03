"""By which words a dossier is found, and keeping them as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from applications.models import Application, SearchWord
from citizens.models import Citizen
from portal.vn.text import fold, syllables

# Fields in which a form names somebody whom the dossier is about, beside its applicant.
NAMES = (
    "child_name", "deceased_name", "husband_name", "wife_name", "mother_name", "father_name", "record_name",
    "business_name",
)  # fmt: skip
# Fields in which it gives the identity number of such a person.
IDENTITIES = (
    "applicant_identity", "deceased_identity", "husband_identity", "wife_identity", "mother_identity", "father_identity",
)  # fmt: skip
PARCEL, SHEET, SERIAL = "parcel_number", "map_sheet", "certificate_serial"
_MARKS = {PARCEL: "parcel", SHEET: "sheet", SERIAL: "serial"}
NUMBERS = frozenset(_MARKS)
_NOT_IN_A_NUMBER = re.compile(r"[^0-9a-z]+")
_IDENTITY = re.compile(r"[0-9]{12}")
_LONGEST = 40
_AT_ONCE = 500


def mark(field: str, value: Any) -> str:
    """The word for a number that a form asks for, spelled in one way ("CT 123456" and "ct123456"); empty for none."""
    number = _NOT_IN_A_NUMBER.sub("", fold(str(value or "")))
    # A parcel "07" is the parcel 7.
    number = number.lstrip("0") or number
    return f"{_MARKS[field]}:{number}"[:_LONGEST] if number else ""


def identity_mark(number: Any) -> str:
    """The word for an identity number of twelve digits; empty for anything else."""
    return f"id:{number}" if isinstance(number, str) and _IDENTITY.fullmatch(number) else ""


def names_in(application: Application) -> list[tuple[str, str]]:
    """Whom it names: (field of the form, name); the applicant's field is empty."""
    applicant = application.applicant
    form = application.form_data
    found = [("", applicant.full_name)] if applicant else []
    return found + [(key, form[key]) for key in NAMES if isinstance(form.get(key), str) and form[key]]


def words_of(application: Application) -> set[tuple[int, str]]:
    """Every word by which it is found, each with the number of the name that it is of; the marks of a parcel are one. The
    applicant's own number is found by the person's record."""
    names = names_in(application)
    named = {(part, word[:_LONGEST]) for part, (_key, name) in enumerate(names) for word in syllables(name)}
    form, applicant = application.form_data, application.applicant
    marks = {mark(key, form.get(key)) for key in _MARKS} | {identity_mark(form.get(key)) for key in IDENTITIES}
    known = {"", identity_mark(applicant.identity_number) if applicant else ""}
    return named | {(0, one) for one in marks - known}


def rows_for(application: Application) -> list[SearchWord]:
    """A row a word for each centre that has to do with it."""
    places = (application.helped_at_id, application.received_at_centre_id, application.competent_id)
    centres = {place for place in places if place is not None}
    words = sorted(words_of(application))
    return [
        SearchWord(centre_id=centre, word=word, application=application, part=part)
        for centre in sorted(centres)
        for part, word in words
    ]


def note_words(application: Application) -> None:
    """Write down by what a dossier that was just received is found. One statement."""
    SearchWord.objects.bulk_create(rows_for(application))


def note_words_again(applications: Iterable[Application]) -> None:
    """Do so anew after somebody in them is called otherwise."""
    rows = list(applications)
    SearchWord.objects.filter(application__in=rows).delete()
    SearchWord.objects.bulk_create(row for application in rows for row in rows_for(application))


def follow_name(citizen: Citizen) -> None:
    """The person's name was changed: their dossiers are found by the new one."""
    rows = Application.objects.filter(applicant=citizen, code__isnull=False).select_related("applicant")
    keys = list(rows.values_list("pk", flat=True))
    for start in range(0, len(keys), _AT_ONCE):
        note_words_again(rows.filter(pk__in=keys[start : start + _AT_ONCE]))
