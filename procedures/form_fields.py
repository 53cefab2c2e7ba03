"""Between a version's form as rows, which people edit, and its schema, which everything else reads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.vn.text import syllables
from procedures.form_schemas import form_groups, form_schema
from procedures.models import FormField, ProcedureVersion

FIRST_HEADING = {"vi": "Nội dung", "en": "Details", "ko": "내용"}
# What the citizen's record can fill in, by the name that the desk knows it by.
PREFILLS = {
    "citizen.full_name": _("the citizen's name"),
    "citizen.identity_number": _("the citizen's identity number"),
    "citizen.birth_date": _("the citizen's date of birth"),
    "citizen.sex": _("the citizen's sex"),
    "citizen.phone": _("the citizen's phone"),
    "citizen.email": _("the citizen's e-mail"),
    "citizen.residence": _("the citizen's residence"),
    "citizen.unit": _("the citizen's ward or commune"),
    "man.full_name": _("the man's name"),
    "man.identity_number": _("the man's identity number"),
    "man.birth_date": _("the man's date of birth"),
    "man.residence": _("the man's residence"),
    "woman.full_name": _("the woman's name"),
    "woman.identity_number": _("the woman's identity number"),
    "woman.birth_date": _("the woman's date of birth"),
    "woman.residence": _("the woman's residence"),
}


def rows_of(version: ProcedureVersion) -> list[FormField]:
    """The rows of a version whose form is known by its schema only; not saved."""
    rows: list[FormField] = []
    for group in form_groups(version.form_schema):
        for place, field in enumerate(group["fields"]):
            values = {name: value for name, value in field.items() if name != "required"}
            begins = {"heading": group["title"], "group_key": group["key"]} if place == 0 else {}
            is_required = field.get("required", False)
            rows.append(FormField(version=version, order=len(rows) + 1, is_required=is_required, **begins, **values))
    return rows


def write_rows(version: ProcedureVersion) -> None:
    for row in rows_of(version):
        row.save()


def schema_of_rows(rows: Iterable[FormField]) -> dict[str, Any]:
    """The schema of these rows; a key that is missing is made of the label, one that stands twice is numbered."""
    groups: list[dict[str, Any]] = []
    taken: set[str] = set()
    for row in rows:
        if row.heading or not groups:
            title = row.heading or FIRST_HEADING
            key = free(row.group_key or key_of(title["vi"]), {group["key"] for group in groups})
            groups.append({"key": key, "title": title, "fields": []})
        row.key = free(row.key.replace("-", "_") or key_of(row.label["vi"]), taken)
        taken.add(row.key)
        groups[-1]["fields"].append(_as_field(row))
    return form_schema(groups)


def _as_field(row: FormField) -> dict[str, Any]:
    given = {
        "required": row.is_required or None,
        "help": row.help,
        "choices": row.choices or None,
        "max_length": row.max_length,
        "minimum": row.minimum,
        "maximum": row.maximum,
        "may_be_ahead": row.may_be_ahead or None,
        "prefill": row.prefill or None,
    }
    known = {name: value for name, value in given.items() if value is not None}
    return {"key": row.key, "kind": row.kind, "label": row.label, **known}


def key_of(text: str, before: str = "f") -> str:
    """ "Họ và tên cha" gives "ho_va_ten_cha"; what does not begin with a letter gets one before it."""
    key = "_".join(word for word in syllables(text) if word.isascii())[:50].strip("_")
    return key if key[:1].isalpha() else f"{before}_{key}".rstrip("_")


def free(key: str, taken: set[str]) -> str:
    """The key itself, or numbered where it is taken."""
    number, wanted = 1, key
    while key in taken:
        number += 1
        key = f"{wanted}_{number}"
    return key
