"""Load Hanoi's units of today and of before 1/7/2025, and what became of each."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from procedures import revisions
from procedures.data_files import DATA, rows
from procedures.enums import UnitKind
from procedures.models import Unit, UnitChange

# Resolution 1656/NQ-UBTVQH15, in force 1/7/2025.
MERGER = date(2025, 7, 1)
# The last day of a former name, by the round of mergers that ended it: Resolution 1286/NQ-UBTVQH15 (1/1/2025),
# Resolution 895/NQ-UBTVQH14 (1/3/2020).
LAST_DAYS = {
    "2025": MERGER - timedelta(days=1),
    "pre2025": date(2024, 12, 31),
    "pre2020": date(2020, 2, 29),
}
KINDS = {"Phường": UnitKind.WARD, "Xã": UnitKind.COMMUNE, "Thị trấn": UnitKind.TOWN}
DECIDED = {"2025": "Nghị quyết 1656/NQ-UBTVQH15"}
DERIVED = "Suy từ đơn vị đã sáp nhập trước đó"

NEW_FILE, OLD_FILE = DATA / "hanoi_new_units.csv", DATA / "hanoi_units.csv"
UNIT_FIELDS = (
    "name",
    "kind",
    "valid_from",
    "valid_to",
    "folded",
    "district_folded",
    "centre_address",
    "population",
    "lat",
    "lon",
    "code",
)


class Command(BaseCommand):
    help = "Load Hanoi's administrative units and what the former ones became. Safe to run again."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        current = _save([_current(line, row) for line, row in rows(NEW_FILE)], key=lambda unit: unit.code)
        former: dict[tuple[str, str], Unit] = {}
        lines = list(rows(OLD_FILE))
        for line, row in lines:
            former.setdefault((row["old_ward"], row["old_district"]), _former(line, row))
        former = _save(list(former.values()), key=lambda unit: (unit.name, unit.district))
        changes = [
            UnitChange(
                old=former[row["old_ward"], row["old_district"]],
                new=_target(current, line, row),
                part=row["part"],
                is_suggested=row["suggested_default"] == "1",
                confidence=row["confidence"],
                via=row["via"],
                decided_by=DECIDED.get(row["kind"], DERIVED),
            )
            for line, row in lines
        ]
        UnitChange.objects.bulk_create(
            changes,
            update_conflicts=True,
            unique_fields=["old", "new"],
            update_fields=["part", "is_suggested", "confidence", "via", "decided_by"],
        )
        revisions.changed(revisions.UNITS)
        self.stdout.write(f"{len(current)} units of today, {len(former)} former ones, {len(changes)} changes.")


def _kind(file: str, line: int, name: str) -> UnitKind:
    for written, kind in KINDS.items():
        if name.startswith(written + " "):
            return kind
    raise CommandError(f"{file}:{line}: {name!r} does not begin with Phường, Xã or Thị trấn")


def _current(line: int, row: dict[str, str]) -> Unit:
    return Unit(
        code=row["code"],
        name=row["name"],
        kind=_kind(NEW_FILE.name, line, row["name"]),
        is_current=True,
        valid_from=MERGER,
        centre_address=row["centre_address"],
        population=int(row["population"]),
        lat=float(row["lat"]),
        lon=float(row["lon"]),
    )


def _former(line: int, row: dict[str, str]) -> Unit:
    if row["kind"] not in LAST_DAYS:
        raise CommandError(f"{OLD_FILE.name}:{line}: unknown kind {row['kind']!r}")
    return Unit(
        code=row["old_code"],
        name=row["old_ward"],
        kind=_kind(OLD_FILE.name, line, row["old_ward"]),
        is_current=False,
        district=row["old_district"],
        valid_to=LAST_DAYS[row["kind"]],
    )


def _target(current: dict[Any, Unit], line: int, row: dict[str, str]) -> Unit:
    try:
        return current[row["new_code"]]
    except KeyError:
        raise CommandError(f"{OLD_FILE.name}:{line}: no unit of today has the code {row['new_code']!r}") from None


def _save(units: list[Unit], key: Any) -> dict[Any, Unit]:
    """Write new ones and update known ones; rows that others point at keep their id. By their key."""
    is_current = units[0].is_current
    stored = {key(unit): unit for unit in Unit.objects.filter(is_current=is_current)}
    fresh, known = [], []
    for unit in units:
        unit.fill_search_names()
        try:
            unit.clean_fields()
        except ValidationError as error:
            raise CommandError(f"{unit.name}: {error}") from error
        found = stored.get(key(unit))
        if found is None:
            fresh.append(unit)
        else:
            unit.pk = found.pk
            known.append(unit)
    Unit.objects.bulk_create(fresh)
    Unit.objects.bulk_update(known, UNIT_FIELDS, batch_size=200)
    return {key(unit): unit for unit in [*fresh, *known]}
