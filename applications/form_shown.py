"""The values of a procedure's form as they are read on a screen."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from portal.text import pick
from portal.vn.identity import mask_identity
from portal.vn.phones import mask_phone
from procedures.forms import IdentityNumberField, PhoneField


def shown(field: Any) -> str:
    """The bound field's value in words; identity numbers and phones are masked as everywhere on a screen."""
    value = field.value()
    if isinstance(field.field, IdentityNumberField):
        return mask_identity(str(value))
    if isinstance(field.field, PhoneField):
        return mask_phone(str(field.initial or value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    choices = dict(getattr(field.field, "choices", ()))
    return pick(str(choices.get(value, value)))
