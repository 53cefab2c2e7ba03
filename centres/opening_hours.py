"""Opening hours as they are typed and stored: pairs of local times, and one list of pairs a weekday."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

WEEKDAYS = tuple("1234567")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


def check_hours(value: Any) -> None:
    """Refuse anything but ``[["08:00", "11:30"], ["13:30", "17:00"]]``: in order, not overlapping; empty is closed.

    Raises ``ValidationError``.
    """
    wrong = ValidationError(
        _('Write the hours as pairs of times, for example [["08:00", "11:30"], ["13:30", "17:00"]].'),
        code="hours_invalid",
    )
    if not isinstance(value, list):
        raise wrong
    last = ""
    for pair in value:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise wrong
        if not all(isinstance(moment, str) and _TIME.fullmatch(moment) for moment in pair):
            raise wrong
        start, end = pair
        if start >= end or start < last:
            raise ValidationError(
                _("The hours must follow one another: %(start)s to %(end)s does not."),
                code="hours_order",
                params={"start": start, "end": end},
            )
        last = end


def check_week(value: Any) -> None:
    """Refuse anything but hours by weekday: the keys "1" (Monday) to "7"; a day that is left out is closed.

    Raises ``ValidationError``.
    """
    if not isinstance(value, Mapping) or not set(value) <= set(WEEKDAYS):
        raise ValidationError(
            _('Write the hours by weekday: "1" is Monday, "7" is Sunday, for example {"1": [["08:00", "17:00"]]}.'),
            code="week_invalid",
        )
    for hours in value.values():
        check_hours(hours)


@contextmanager
def about(field: str) -> Iterator[None]:
    """Say a ``ValidationError`` of the block beside this field."""
    try:
        yield
    except ValidationError as problem:
        raise ValidationError({field: problem}) from problem
