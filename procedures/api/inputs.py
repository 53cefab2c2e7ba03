"""Reading what a caller put into the query string."""

from __future__ import annotations

from datetime import date, datetime, time

from django.conf import settings
from django.http import QueryDict
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.errors import BadInput
from procedures.calendars import CLOSING
from procedures.limits import ClosingTimes
from procedures.questions import known_fact

# Rules of law are asked about for years near our own; beyond, the answer would mean nothing.
FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_PAGES, MOST_COPIES = 10_000, 1_000


def moment(params: QueryDict, name: str) -> datetime:
    """An ISO moment, now when it is not given. Without an offset it is Hanoi's time. Raises ``BadInput``."""
    raw = params.get(name)
    if not raw:
        return clock.now()
    try:
        # A "+" that was not encoded arrives as a space.
        found = parse_datetime(raw.strip().replace(" ", "+") if raw.count("T") else raw)
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year < LAST_YEAR:
        raise BadInput(
            _("The moment of receipt cannot be read. Write it like 2026-11-23T10:26:00+07:00."),
            code="moment_invalid",
            field=name,
        )
    return found if found.tzinfo else found.replace(tzinfo=clock.HANOI)


def day(params: QueryDict, name: str) -> date:
    """An ISO day, today when it is not given. Raises ``BadInput``."""
    raw = params.get(name)
    if not raw:
        return clock.today()
    try:
        found = parse_date(raw)
    except ValueError:
        found = None
    if found is None:
        raise BadInput(_("The day cannot be read. Write it like 2026-11-23."), code="day_invalid", field=name)
    return found


def facts(params: QueryDict, name: str) -> dict[str, bool]:
    """The facts that hold, by key, with commas between. Raises ``BadInput`` for one that is not known."""
    keys = [key.strip() for value in params.getlist(name) for key in value.split(",") if key.strip()]
    for key in keys:
        if not known_fact(key):
            raise BadInput(
                _("One of the facts is not known. The procedure's page lists those that matter."),
                code="fact_unknown",
                field=name,
            )
    return dict.fromkeys(keys, True)


def centre(params: QueryDict, name: str) -> tuple[ClosingTimes | time, dict[str, bool]]:
    """When the centre of this code closes, and its own facts; the nation's hours when none is given. Raises ``BadInput``."""
    code = params.get(name)
    if not code:
        return CLOSING, {}
    found = import_string(settings.CENTRE_OF_QUOTE)(code[:80])
    if found is None:
        raise BadInput(
            _("There is no centre with this code. The list of centres gives them."), code="centre_unknown", field=name
        )
    closes, facts_of_it = found
    return closes, facts_of_it


def whole_number(params: QueryDict, name: str, most: int) -> int | None:
    """A whole number from 1 to ``most``, None when it is not given. Raises ``BadInput``."""
    raw = params.get(name)
    if not raw:
        return None
    if not raw.isascii() or not raw.isdigit() or len(raw) > len(str(most)) or not 1 <= int(raw) <= most:
        raise BadInput(
            _("Write a whole number from 1 to %(most)d.") % {"most": most}, code="number_invalid", field=name
        )
    return int(raw)


def text(params: QueryDict, name: str, longest: int = 300) -> str:
    """A short text. Raises ``BadInput`` when it is missing or too long."""
    raw = params.get(name, "").strip()
    if not raw or len(raw) > longest:
        raise BadInput(
            _("Write what to look for, at most %(longest)d characters.") % {"longest": longest},
            code="text_invalid",
            field=name,
        )
    return raw
