"""Which counters can print, and where one that cannot finds another printer."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from centres.enums import CounterState
from centres.models import Counter
from citizens.models import User
from portal import clock
from support.enums_equipment import AT_COUNTER, EquipmentKind, EquipmentState, PrintState
from support.models import Equipment, PrintElsewhere
from support.querysets_equipment import EquipmentQuerySet


def topic(centre_id: int) -> str:
    """What changes with every paper that one counter prints for another."""
    return f"prints:{centre_id}"


def cannot_print(counter: Counter) -> bool:
    """Whether the counter has a printer, and none of its printers works. Without an inventory nobody can tell."""
    rows = list(printers().filter(counter=counter))
    return bool(rows) and not any(_works(row) for row in rows)


def near(counter: Counter) -> list[Equipment]:
    """Printers that work at counters of this hall where somebody sits: those of the same zone first, then by number."""
    rows = printers().filter(centre=counter.centre_id).exclude(counter=counter)
    manned = rows.exclude(counter__state=CounterState.CLOSED).select_related("counter__officer", "counter__zone")
    return sorted((row for row in manned if _works(row)), key=lambda row: _way(counter, row))


def without_printer(centre_id: int) -> list[Counter]:
    """Counters that are open and cannot print."""
    by_counter: dict[Counter, list[bool]] = {}
    rows = printers().filter(centre=centre_id).exclude(counter__state=CounterState.CLOSED)
    for row in rows.select_related("counter"):
        if row.counter is not None:
            by_counter.setdefault(row.counter, []).append(_works(row))
    return sorted((counter for counter, works in by_counter.items() if not any(works)), key=lambda one: one.number)


def waiting_at(officer: User, at: datetime) -> list[PrintElsewhere]:
    """What other counters have sent today to the printers of the counter where this officer sits."""
    rows = _of_day(at).filter(state=PrintState.ASKED, printer__counter__officer=officer)
    return list(rows.select_related("counter", "asked_by"))


def last_of(reference: str, at: datetime) -> PrintElsewhere | None:
    """What became of this paper, where another counter was asked today to print it."""
    rows = _of_day(at).filter(reference=reference).order_by("-asked_at", "-pk")
    return rows.select_related("printer__counter", "counter", "printed_by").first()


def _of_day(at: datetime) -> QuerySet[PrintElsewhere]:
    midnight = clock.local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    return PrintElsewhere.objects.filter(asked_at__gte=midnight)


def printers() -> EquipmentQuerySet:
    """Those that belong to a counter, with ``is_down``."""
    rows = Equipment.objects.filter(kind=EquipmentKind.PRINTER, state__in=AT_COUNTER, counter__isnull=False)
    return rows.with_faults()


def _works(printer: Equipment) -> bool:
    return printer.state == EquipmentState.IN_USE and not printer.is_down  # type: ignore[attr-defined]


def _way(counter: Counter, printer: Equipment) -> tuple[bool, int, int]:
    other = printer.counter
    if other is None:
        return True, 0, printer.pk
    return other.zone_id != counter.zone_id, abs(other.number - counter.number), printer.pk
