"""Load the checklist of readiness: what is asked about a centre before it goes live."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from support.models import SurveyQuestion

FILE = Path(__file__).resolve().parents[2] / "data" / "checklist.csv"
SINCE = date(2025, 7, 1)


class Command(BaseCommand):
    help = "Load the checklist from a CSV file. Safe to run again; a key that is there in any wording stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=FILE)

    @transaction.atomic
    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        present = set(SurveyQuestion.objects.values_list("key", flat=True))
        new = 0
        with file.open(encoding="utf-8", newline="") as lines:
            for place, row in enumerate(csv.DictReader(lines), 1):
                if row["key"] in present:
                    continue
                question = SurveyQuestion(
                    key=row["key"], area=row["area"], is_must=row["must"] == "1", order=10 * place, valid_from=SINCE,
                    text={"vi": row["vi"], "en": row["en"]},
                )  # fmt: skip
                try:
                    question.full_clean()
                except ValidationError as error:
                    raise CommandError(f"Nothing was loaded. {file.name}, line {place + 1}: {error}") from error
                question.save()
                new += 1
        self.stdout.write(f"{new} new questions of the checklist.")
