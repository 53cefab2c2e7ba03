"""The catalogue in a test's database: read and checked once a process, then copied.

Loading it takes a third of a second, and most tests need it. Each test rolls its rows back; the ids stay taken, so that what
a test makes itself never meets them.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management import call_command

# In the order in which they point at one another.
TABLES = (
    *("Field", "DocumentKind", "Procedure", "LifeEvent", "ProcedureVersion", "Requirement", "FeeRule", "Incentive"),
    *("Incentive_procedures", "Usual", "Question"),
)
_kept: dict[str, list[dict[str, Any]]] = {}


def load_catalogue() -> None:
    """As the command leaves it; by the command itself the first time, and where there are rows already."""
    tables = {name: apps.get_model("procedures", name) for name in TABLES}
    is_empty = not any(table.objects.exists() for table in tables.values())
    if not (_kept and is_empty):
        call_command("load_catalogue", verbosity=0)
        if is_empty:
            _kept.update({name: list(table.objects.values()) for name, table in tables.items()})
        return
    from procedures import revisions  # noqa: PLC0415 - conftests import this before the apps are ready

    for name, table in tables.items():
        table.objects.bulk_create([table(**row) for row in _kept[name]], batch_size=200)
    revisions.changed(revisions.CATALOGUE)
