"""The law as each process has it in memory: no SQL once warm.

Versions in force do not change, so what was read stays true until somebody writes to the catalogue and its mark in the
shared cache changes (``revisions``). What is handed out is shared by all threads: read it, never change it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from procedures import revisions
from procedures.calendars import WorkCalendar
from procedures.facts import Fact
from procedures.models import LifeEvent, NationalDay, Procedure, ProcedureVersion, Question, Unit, Usual
from procedures.revisions import Memory
from procedures.search import ProcedureIndex

_catalogue = Memory(revisions.CATALOGUE)
_calendar = Memory(revisions.CALENDAR)
_units = Memory(revisions.UNITS)

Kept = TypeVar("Kept")


@dataclass(frozen=True)
class _Catalogue:
    """Every published version, by its id and by each name its procedure goes by, and the questions they may name."""

    in_order: list[ProcedureVersion]
    by_id: dict[int, ProcedureVersion]
    by_procedure: dict[str | int, list[ProcedureVersion]]
    questions: dict[str, Fact]


def version_in_force(procedure: str | int, day: date) -> ProcedureVersion | None:
    """The published version of a procedure (national code, key or id) that is in force on this day."""
    versions = _published().by_procedure.get(procedure, ())
    return next((version for version in versions if version.is_in_force(day)), None)


def version_after(procedure: Procedure, day: date) -> ProcedureVersion | None:
    """The published version that comes into force next after this day."""
    versions = _published().by_procedure.get(procedure.pk, ())
    return next((version for version in versions if version.effective_from > day), None)


def version_by_id(version_id: int) -> ProcedureVersion:
    """One published version with all that a quote needs. Raises ``ProcedureVersion.DoesNotExist``."""
    try:
        return _published().by_id[version_id]
    except KeyError:
        raise ProcedureVersion.DoesNotExist(f"no published version {version_id}") from None


def versions_on(day: date) -> list[ProcedureVersion]:
    """Every published version in force on this day, in the order of fields and procedures."""
    return [version for version in _published().in_order if version.is_in_force(day)]


def written_facts() -> dict[str, Fact]:
    """The yes/no questions written as data, by key."""
    return _published().questions


def procedure_index() -> ProcedureIndex:
    """What people search: every procedure that they may be told of."""
    return _catalogue.get("index", _index)


def life_events() -> list[LifeEvent]:
    return _catalogue.get("life events", lambda: list(LifeEvent.objects.all()))


def usual(part: Usual.Part) -> dict[str, Any]:
    """What holds for this part where a procedure says nothing else; empty where nothing was loaded."""
    found: dict[str, dict[str, Any]] = _catalogue.get("usual", lambda: dict(Usual.objects.values_list("key", "value")))
    return found.get(part, {})


def all_procedures() -> list[Procedure]:
    """Every procedure that people may be told of, in the order of fields: with a published version, now or to come, or
    only listed. One that somebody still writes is nobody's business yet."""
    return _catalogue.get("procedures", _procedures)


def load_calendar() -> WorkCalendar:
    """The working days of the nation, from ``NationalDay``."""
    return _calendar.get("days", lambda: WorkCalendar.from_days(NationalDay.objects.only("date", "day", "confidence")))


def kept_with_calendar(key: Hashable, read: Callable[[], Kept]) -> Kept:
    """What ``read`` gives, kept as long as the nation's days are: for other days that say when somebody works.

    Whoever writes such days says so (``revisions.changed(revisions.CALENDAR)``).
    """
    kept: Kept = _calendar.get(key, read)
    return kept


def units_of_today() -> list[Unit]:
    """Hanoi's wards and communes as they stand, by name."""
    return _units.get("today", lambda: list(Unit.objects.current().order_by("folded")))


def all_units() -> list[Unit]:
    """Hanoi's units of today and the former ones, with what became of them."""
    return _units.get("all", lambda: list(Unit.objects.prefetch_related("became__new")))


def _procedures() -> list[Procedure]:
    versions = _published().by_procedure
    return [row for row in Procedure.objects.select_related("field") if row.is_listed_only or row.pk in versions]


def _index() -> ProcedureIndex:
    return ProcedureIndex(all_procedures())


def _published() -> _Catalogue:
    return _catalogue.get("versions", _read)


def _read() -> _Catalogue:
    rows = ProcedureVersion.objects.published().for_quote()
    in_order = list(rows.order_by("procedure__field__order", "procedure__order", "procedure__code", "effective_from"))
    by_procedure: dict[str | int, list[ProcedureVersion]] = {}
    for version in in_order:
        for name in (version.procedure.code, version.procedure.key, version.procedure_id):
            by_procedure.setdefault(name, []).append(version)
    # After the versions: whatever these name is there by now.
    questions = {row.key: row.as_fact() for row in Question.objects.all()}
    return _Catalogue(in_order, {version.pk: version for version in in_order}, by_procedure, questions)
