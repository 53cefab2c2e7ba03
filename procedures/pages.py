"""A version's form one thing a page, for whoever fills it in alone: what belongs together stands together."""

from __future__ import annotations

from dataclasses import dataclass

from procedures.forms import NAMES_OF_PEOPLE
from procedures.models import ProcedureVersion

# A person is one thing: these are read off one card, and follow the field of the name.
_OF_A_PERSON = ("born", "identity", "sex")
# Who declares is not who was just born, nor who died.
_NEVER_THE_APPLICANT = {"applicant", "child", "deceased"}
# Beside the first field of a row, the others of it.
_TOGETHER = (
    ("child_ethnicity", "child_nationality"),
    ("died_on", "died_at"),
    ("certificate_serial", "certificate_issued"),
    ("parcel_number", "map_sheet", "parcel_unit"),
    ("page_count", "copy_count"),
    ("record_of", "record_born"),
    ("now_written", "to_be_written"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the form: the heading of its group, and its fields in order. Its key is that of the first field."""

    key: str
    title: dict[str, str]
    fields: tuple[str, ...]


def pages_of(version: ProcedureVersion) -> list[Page]:
    """Every field of the form on one page, in the form's order."""
    pages = []
    for group in version.form_schema.get("x-groups", ()):
        rest = list(group["fields"])
        while rest:
            beside = _beside(rest[0])
            fields = tuple(key for key in rest if key == rest[0] or key in beside)
            pages.append(Page(fields[0], group["title"], fields))
            rest = [key for key in rest if key not in fields]
    return pages


def same_as_applicant(version: ProcedureVersion, page: Page) -> dict[str, str]:
    """Where the person of this page may be the applicant: each of their fields, and the applicant's that says the same."""
    person = page.key.removesuffix("_name")
    if page.key not in NAMES_OF_PEOPLE or person in _NEVER_THE_APPLICANT or not page.key.endswith("_name"):
        return {}
    properties = version.form_schema["properties"]
    pairs = {f"{person}_{part}": f"applicant_{part}" for part in ("name", *_OF_A_PERSON, "residence")}
    return {key: own for key, own in pairs.items() if key in properties and own in properties}


def _beside(key: str) -> set[str]:
    if key in NAMES_OF_PEOPLE and key.endswith("_name"):
        return {f"{key.removesuffix('name')}{part}" for part in _OF_A_PERSON}
    return {other for row in _TOGETHER if row[0] == key for other in row[1:]}
