"""Declarations from home, made the way their owners make them: page by page.

row = a_declaration()                  # a birth, every page answered and checked
row = a_declaration("marriage", finished=False, answers={})
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from applications.actions.declare import answer_question, begin, finish, keep_page
from applications.declaring import Kind, Walk
from applications.models import Declaration
from portal.clock import local_day
from procedures.catalogue_cache import version_in_force
from procedures.models import ProcedureVersion
from tests.factories.applications import FORMS, MONDAY, load_law

APPLICANT = {
    "applicant_name": "Nguyễn Thị Ánh",
    "applicant_born": "1/2/1990",
    "applicant_identity": "001190000321",
    "applicant_residence": "12 ngõ 5, phường Kim Liên, Hà Nội",
    "applicant_phone": "0912 345 678",
}
# Something that each kind of field accepts.
PLAUSIBLE: dict[str, Any] = {
    "text": "Nguyễn Thị Mẫu",
    "long_text": "Xin đính chính\ntheo giấy khai sinh.",
    "date": "2/11/1990",
    "partial_date": "1968",
    "number": "1",
    "unit": "00229",
    "phone": "0912 345 678",
    "identity_number": "001190000321",
    "organisation_code": "0101234567",
    "passport": "B1234567",
    "certificate_serial": "CT 123456",
    "birth_notice_code": "01234.GCS.56789.26",
    "yes_no": "no",
}


def plausible(version: ProcedureVersion) -> dict[str, Any]:
    """An answer for every field of a version; people who are two have two numbers."""
    found: dict[str, Any] = {}
    for key, rule in version.form_schema.get("properties", {}).items():
        found[key] = rule["enum"][0] if "enum" in rule else PLAUSIBLE[rule["x-kind"]]
    second = {"father_identity": "001088000123", "wife_identity": "001190000999", "deceased_identity": "001045000111"}
    return found | {key: value for key, value in second.items() if key in found}


def a_declaration(
    procedure: str = "birth",
    *,
    answers: dict[str, Any] | None = None,
    yes: tuple[str, ...] = (),
    finished: bool = True,
    at: datetime = MONDAY,
) -> Declaration:
    """Every page sent in its turn, with these answers over the usual ones, and every question answered no but these."""
    load_law()
    version = version_in_force(procedure, local_day(at))
    assert version is not None
    row = begin(version=version, facts={}, at=at)
    typed = {**APPLICANT, **FORMS.get(procedure, {}), **(answers or {})}
    while (place := (walk := Walk(reloaded(row), at)).first_open).kind in (Kind.ASK, Kind.FILL):
        if place.kind == Kind.ASK:
            answer_question(declaration=row, fact=place.key, yes=place.key in yes, at=at)
            continue
        page = walk.page(place.key)
        assert page is not None
        keep_page(declaration=row, page=page.key, typed={key: str(typed.get(key, "")) for key in page.fields}, at=at)
        now = Walk(reloaded(row), at)
        assert not now.is_open(place), {key: now.form.errors.get(key) for key in page.fields}
    return finish(declaration=row, at=at) if finished else reloaded(row)


def reloaded(row: Declaration) -> Declaration:
    return Declaration.objects.get(pk=row.pk)
