"""What the law says about the values of a form: late, too young. Data in a version's ``conditions``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.vn.dates import InvalidPartialDate, PartialDate, age_on
from procedures.models import ProcedureVersion

WARNING, REFUSAL = "warning", "refusal"


@dataclass(frozen=True, slots=True)
class Finding:
    """A condition that is not met. A warning is said and goes on; a refusal stops the receipt."""

    key: str
    field: str
    severity: str
    message: dict[str, str]
    article: str

    @property
    def is_refusal(self) -> bool:
        return self.severity == REFUSAL


def findings(version: ProcedureVersion, form_data: Mapping[str, Any], on: date) -> list[Finding]:
    """The conditions that this form does not meet on this day. A value that is missing or only partly known is passed."""
    return [
        Finding(check["key"], check["field"], check["severity"], check["message"], check["article"])
        for check in version.conditions
        if _met(check, form_data, on) is False
    ]


def found_facts(version: ProcedureVersion, form_data: Mapping[str, Any], on: date) -> dict[str, bool]:
    """The facts that follow from the form on this day, such as ``late_registration``."""
    return {
        check["sets_fact"]: _met(check, form_data, on) is False
        for check in version.conditions
        if check.get("sets_fact")
    }


def _met(check: Mapping[str, Any], form_data: Mapping[str, Any], on: date) -> bool | None:
    """Whether it is met; None where the day is not known, lies ahead or is no date at all: such a form is refused itself."""
    raw = form_data.get(check["field"])
    try:
        day = PartialDate.parse(str(raw)).as_date() if raw else None
    except InvalidPartialDate:
        return None
    if day is None or day > on:
        return None
    if check["kind"] == "age_at_least":
        return age_on(day, on) >= check["years"]
    return (on - day).days <= check["days"]
