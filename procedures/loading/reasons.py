"""Why something cannot be the law as it stands: told to who writes files, and to who writes in the administration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Reason:
    """``file`` is English, with the words of a file; ``plain`` a sentence in the reader's language that says what to do."""

    file: str
    plain: Any


CAP_TOO_LOW = _("The most per copy is below the price of the first page. Write more, or leave it empty.")
_EMPTY = _("Fill this in; it may not be empty.")
_CHOOSE = _("Choose one of the list.")
_SHAPES = {
    r"^[a-z][a-z0-9_]*$": _("Write small letters without accents, digits and _, a letter first."),
    r"^\d{4}-\d{2}-\d{2}$": _("Write a day that there is."),
    r"^([01]\d|2[0-3]):[0-5]\d$": _("Write an hour like 15:00."),
    r"^\d\.\d{6}$": _("Write the national code like 1.001193."),
}
_OTHERWISE = _("This is not as it should be. Write it anew, or ask who looks after the portal.")


def of_schema(cause: Any) -> Reason:
    """The reason of what a validator of the files' shapes found."""
    return Reason(cause.message, _plain(cause))


def _plain(cause: Any) -> Any:
    match cause.validator:
        case "required" | "minLength" | "minItems" | "minProperties":
            return _EMPTY
        case "enum" | "const":
            return _CHOOSE
        case "pattern":
            return _SHAPES.get(cause.validator_value, _OTHERWISE)
        case "minimum":
            return _("The number is too small: at least %(number)s.") % {"number": cause.validator_value}
        case "maximum":
            return _("The number is too large: at most %(number)s.") % {"number": cause.validator_value}
        case "maxLength":
            return _("Too long: at most %(number)s characters.") % {"number": cause.validator_value}
        case "maxItems":
            return _("Too many: at most %(number)s.") % {"number": cause.validator_value}
        case "uniqueItems":
            return _("The same stands twice. Remove one.")
    return _OTHERWISE
