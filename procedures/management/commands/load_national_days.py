"""Load the nation's days off and swapped working days."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import translation

from portal import clock
from procedures.actions.correct_days import keep_days
from procedures.data_files import DATA, rows
from procedures.models import NationalDay


class Command(BaseCommand):
    help = "Load days off and swapped working days from a CSV file. Safe to run again; days not in the file stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=DATA / "national_days.csv")

    @translation.override("en")
    @transaction.atomic
    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        days = [read(file, line, row) for line, row in rows(file)]
        corrected = keep_days(days=days, at=clock.now())
        self.stdout.write(f"{len(days)} days.")
        for one in corrected:
            self.stdout.write(f"corrected: {one}")


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
        day.clean()
    except KeyError as error:
        raise CommandError(f"{file.name}:{line}: the column {error} is missing") from error
    except ValueError as error:
        raise CommandError(f"{file.name}:{line}: {error}") from error
    except ValidationError as error:
        raise CommandError(f"{file.name}:{line}: {' '.join(error.messages)}") from error
    return day
