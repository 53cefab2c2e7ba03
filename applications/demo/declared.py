"""A birth declared at home in the demo, ready for whoever tries a desk: at an address that is always the same."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from applications.actions.declare import answer_question, begin, finish, keep_page
from applications.declaration_codes import new_code
from applications.declaring import Kind, Walk
from applications.demo.people import DIVIDED
from applications.models import Declaration
from centres.models.ticket import new_token
from portal import clock, demo
from portal.vn.dates import format_date
from procedures.catalogue_cache import version_in_force

BORN_BEFORE, DECLARED_BEFORE = timedelta(days=12), timedelta(hours=14)


def seed_declaration(at: datetime) -> Declaration | None:
    """Every page answered, as its owner would have the evening before. One that was used meanwhile makes room."""
    then = at - DECLARED_BEFORE
    version = version_in_force("birth", clock.local_day(then))
    if version is None:
        return None
    for before in Declaration.objects.filter(token=demo.DECLARATION_TOKEN):
        before.token, before.code = new_token(), new_code()
        before.save(update_fields=["token", "code"])
    row = begin(version=version, facts={}, at=then)
    row.token, row.code = demo.DECLARATION_TOKEN, demo.DECLARATION_CODE
    row.save(update_fields=["token", "code"])
    walk, answers = Walk(row, then), _answers(then)
    while (place := walk.first_open).kind == Kind.ASK:
        walk = answer_question(declaration=row, fact=place.key, yes=place.key == "parents_married", at=then)
    for page in walk.pages:
        keep_page(declaration=row, page=page.key, typed={key: answers.get(key, "") for key in page.fields}, at=then)
    return finish(declaration=row, at=then)


def _answers(at: datetime) -> dict[str, Any]:
    born, residence = format_date(DIVIDED.born), "8 ngõ 31, phường Láng, Hà Nội"
    return {
        "applicant_name": DIVIDED.full_name,
        "applicant_born": born,
        "applicant_identity": DIVIDED.number,
        "applicant_residence": residence,
        "applicant_phone": DIVIDED.phone,
        "child_name": "Hoàng Gia Mẫu",
        "child_born": format_date(clock.local_day(at - BORN_BEFORE)),
        "child_sex": "male",
        "child_ethnicity": "Kinh",
        "child_nationality": "Việt Nam",
        "birth_place": "Bệnh viện Phụ sản Hà Nội",
        "child_home_place": "Hà Nội",
        "mother_name": DIVIDED.full_name,
        "mother_born": born,
        "mother_identity": DIVIDED.number,
        "mother_residence": residence,
        "father_name": "Hoàng Văn Nháp",
        "father_born": "1988",
        "father_identity": "001088000035",
        "father_residence": residence,
        "relation": "mother",
        "extract_copies": "2",
    }
