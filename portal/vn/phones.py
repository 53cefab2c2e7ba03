"""Vietnamese telephone numbers, kept as E.164 (+84…)."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from portal.vn.problems import InvalidValue, Problem
from portal.vn.text import strip_invisible

_PREFIX = re.compile(r"^(?:\+84|0084|84(?=[2-9]))(?:\(0\))?|^0")
_MOBILE = re.compile(r"(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-46-9])[0-9]{7}")
_LANDLINE = re.compile(r"2[0-9]{9}")
# Hanoi and Ho Chi Minh City have two-digit area codes, all others three.
_SHORT_AREAS = ("24", "28")


class InvalidPhone(InvalidValue):
    """Not a telephone number of Vietnam."""


def parse_phone(raw: str) -> str:
    """Return the number as E.164. Takes national and international forms with spaces, dots, hyphens and brackets.

    Raises InvalidPhone when it is no mobile or landline number of Vietnam.
    """
    compact = re.sub(r"[\s.\-]", "", strip_invisible(raw))
    compact = re.sub(r"^\((\+?[0-9]+)\)", r"\1", compact)
    prefix = _PREFIX.match(compact)
    national = compact[prefix.end() :] if prefix else ""
    if not (_MOBILE.fullmatch(national) or _LANDLINE.fullmatch(national)):
        raise InvalidPhone(
            Problem(
                "phone_invalid",
                _("This is not a telephone number of Vietnam. Please type all its digits, for example 0912 345 678."),
                "phone",
            )
        )
    return "+84" + national


def parse_mobile(raw: str) -> str:
    """The same where an SMS is promised. Raises InvalidPhone also for a landline, which takes none."""
    number = parse_phone(raw)
    if not is_mobile(number):
        raise InvalidPhone(
            Problem("not_a_mobile", _("An SMS needs a mobile number, for example 0912 345 678."), "phone")
        )
    return number


def is_mobile(e164: str) -> bool:
    """Whether the number can receive an SMS."""
    return _MOBILE.fullmatch(e164.removeprefix("+84")) is not None


def display_phone(e164: str) -> str:
    """Return the national form: ``0912 345 678``, ``024 3825 1234``, ``0203 382 5123``."""
    national = e164.removeprefix("+84")
    if national == e164:
        return e164
    if is_mobile(e164):
        return f"0{national[:3]} {national[3:6]} {national[6:]}"
    area = 2 if national.startswith(_SHORT_AREAS) else 3
    rest = national[area:]
    return f"0{national[:area]} {rest[:-4]} {rest[-4:]}"


def last4(e164: str) -> str:
    """Return the four digits a citizen is asked for when tracking."""
    return e164[-4:]


def mask_phone(e164: str) -> str:
    """Return a form safe to show to others, its last three digits: ``•• ••• 678``."""
    return f"•• ••• {e164[-3:]}" if len(e164) > 6 else "•• ••• •••"
