"""Load the nation's days off and swapped working days."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from procedures import revisions
from procedures.data_files import DATA, rows
from procedures.models import NationalDay

KEPT = ("day", "kind", "name", "source", "confidence")


class Command(BaseCommand):
    help = "Load days off and swapped working days from a CSV file. Safe to run again; days not in the file stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=DATA / "national_days.csv")

    @transaction.atomic
    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        days = [read(file, line, row) for line, row in rows(file)]
        NationalDay.objects.bulk_create(days, update_conflicts=True, update_fields=KEPT, unique_fields=["date"])
        revisions.changed(revisions.CALENDAR)
        self.stdout.write(f"{len(days)} days.")


def read(file: Path, line: int, row: dict[str, str]) -> NationalDay:
    """One row as a day. Raises ``CommandError`` that names file, line and reason."""
    try:
        day = NationalDay(
            date=date.fromisoformat(row["date"]),
            day=row["day"],
            kind=row["type"],
            name=row["name_vi"],
            source=row["source"],
            confidence=row["confidence"],
        )
        day.clean_fields()
    except KeyError as error:
        raise CommandError(f"{file.name}:{line}: the column {error} is missing") from error
    except ValueError as error:
        raise CommandError(f"{file.name}:{line}: {error}") from error
    except ValidationError as error:
        raise CommandError(f"{file.name}:{line}: {error}") from error
    return day
