"""How its citizen is reached, where a dossier's own form says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from applications.catalogue import version_of
from applications.models import Application
from portal.vn.phones import InvalidPhone, parse_phone

# What the catalogue fills in from the contact is the contact: by which name the dossier keeps it.
_KEPT_AS = {"citizen.phone": "contact_phone", "citizen.email": "contact_email"}


def contact_in(application: Application, values: Mapping[str, Any]) -> dict[str, str]:
    """Phone in E.164 and e-mail address that these answers of its form give, by the dossier's names for them."""
    found: dict[str, str] = {}
    for key, rule in version_of(application).form_schema.get("properties", {}).items():
        name = _KEPT_AS.get(rule.get("x-prefill", ""))
        if name and name not in found and (said := _clean(name, values.get(key))):
            found[name] = said
    return found


def take_contact(application: Application, values: Mapping[str, Any]) -> None:
    """What of the contact is empty is as the form says it. The caller saves."""
    for name, said in contact_in(application, values).items():
        if not getattr(application, name):
            setattr(application, name, said)


def follow_contact(application: Application, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    """The form was corrected: a contact that said the same, or nothing, goes with it. Gives what it was and is, as the history
    of a corrected receipt has it; nothing where it stays. The caller saves."""
    was = contact_in(application, before)
    changes: dict[str, str] = {}
    for name, said in contact_in(application, after).items():
        kept = getattr(application, name)
        if said != was.get(name) and kept in ("", was.get(name)):
            setattr(application, name, said)
            short = name.removeprefix("contact_")
            changes |= {f"{short}_before": kept, short: said}
    return changes


def _clean(name: str, value: Any) -> str:
    """Empty for what reaches nobody."""
    text = str(value or "").strip()
    try:
        if name == "contact_phone":
            return parse_phone(text)
        validate_email(text)
    except (InvalidPhone, ValidationError):
        return ""
    return text
