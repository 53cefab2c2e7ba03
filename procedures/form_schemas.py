"""A form as the catalogue writes it, turned into the JSON Schema that is stored and served.

Order and labels are in ``x-`` keys, since a JSON object has no order and a schema's ``title`` one language:
``x-groups`` (key, title, fields in order) and for each property ``x-label``, ``x-help``, ``x-kind``, ``x-prefill``,
``x-may-be-ahead`` (a day that may lie in the future) and ``x-choices``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEXT_LENGTH, LONG_TEXT_LENGTH = 200, 2000

_TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string", "maxLength": TEXT_LENGTH},
    "long_text": {"type": "string", "maxLength": LONG_TEXT_LENGTH},
    "date": {"type": "string", "format": "date"},
    # A year, a month of a year, or a day: old papers often know no more.
    "partial_date": {"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"},
    "number": {"type": "integer"},
    "choice": {"type": "string"},
    "yes_no": {"type": "boolean"},
    "unit": {"type": "string", "pattern": r"^\d{5}$"},
    "phone": {"type": "string", "pattern": r"^\+84\d{9,10}$"},
    "identity_number": {"type": "string", "pattern": r"^\d{12}$"},
    "organisation_code": {"type": "string", "pattern": r"^\d{10}(-\d{3})?$"},
    "passport": {"type": "string", "pattern": "^[0-9A-Z]{5,9}$"},
    "certificate_serial": {"type": "string", "pattern": r"^[A-ZĐ]{1,2} (\d{6}|\d{8})$"},
    "birth_notice_code": {"type": "string", "pattern": r"^[0-9A-Z]{5}\.GCS\.[0-9A-Z]{5}\.\d{2}$"},
}

_LIMITS = (("max_length", "maxLength"), ("minimum", "minimum"), ("maximum", "maximum"))
_HINTS = ("help", "prefill", "may_be_ahead")
_PRACTICE = ("x-help", "x-prefill")


def form_schema(groups: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The JSON Schema of a form made of these groups; empty for a procedure without a form of its own."""
    if not groups:
        return {}
    fields = [field for group in groups for field in group["fields"]]
    return {
        "$schema": DIALECT,
        "type": "object",
        "properties": {field["key"]: _property(field) for field in fields},
        "required": [field["key"] for field in fields if field.get("required")],
        "additionalProperties": False,
        "x-groups": [
            {"key": group["key"], "title": group["title"], "fields": [field["key"] for field in group["fields"]]}
            for group in groups
        ],
    }


def _property(field: Mapping[str, Any]) -> dict[str, Any]:
    result = {**_TYPES[field["kind"]], "x-kind": field["kind"], "x-label": field["label"]}
    for ours, theirs in _LIMITS:
        if ours in field:
            result[theirs] = field[ours]
    if "choices" in field:
        result["enum"] = [choice["value"] for choice in field["choices"]]
        result["x-choices"] = field["choices"]
    for ours in _HINTS:
        if ours in field:
            result[f"x-{ours.replace('_', '-')}"] = field[ours]
    return result


def as_law(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema without what only helps to fill it in: from where, and with which words of help."""
    properties = {
        key: {name: value for name, value in rule.items() if name not in _PRACTICE}
        for key, rule in schema.get("properties", {}).items()
    }
    return {**schema, "properties": properties}


def form_groups(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The groups that ``form_schema`` makes this schema of: a form as the catalogue's files write it."""
    properties, required = schema.get("properties", {}), set(schema.get("required", ()))
    return [
        {
            "key": group["key"],
            "title": group["title"],
            "fields": [_field(key, properties[key], key in required) for key in group["fields"]],
        }
        for group in schema.get("x-groups", ())
    ]


def _field(key: str, rule: Mapping[str, Any], is_required: bool) -> dict[str, Any]:
    field: dict[str, Any] = {"key": key, "kind": rule["x-kind"], "label": rule["x-label"]}
    if is_required:
        field["required"] = True
    usual = _TYPES[rule["x-kind"]]
    for ours, theirs in _LIMITS:
        if theirs in rule and rule[theirs] != usual.get(theirs):
            field[ours] = rule[theirs]
    for ours in ("choices", *_HINTS):
        if (name := f"x-{ours.replace('_', '-')}") in rule:
            field[ours] = rule[name]
    return field
