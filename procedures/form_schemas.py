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
}


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
    for ours, theirs in (("max_length", "maxLength"), ("minimum", "minimum"), ("maximum", "maximum")):
        if ours in field:
            result[theirs] = field[ours]
    if "choices" in field:
        result["enum"] = [choice["value"] for choice in field["choices"]]
        result["x-choices"] = field["choices"]
    for ours in ("help", "prefill", "may_be_ahead"):
        if ours in field:
            result[f"x-{ours.replace('_', '-')}"] = field[ours]
    return result
